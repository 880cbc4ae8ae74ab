"""Django's WSGI handler inside the ASGI worker: five times as fast as its own ASGI handler."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

from asgiref.wsgi import WsgiToAsgiInstance
from django.http import FileResponse, StreamingHttpResponse

from realtime.problem import problem
from realtime.threads import in_thread

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope
    from django.http.response import HttpResponseBase

BODY_LIMIT = 10 * 1024 * 1024
Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
_Head = tuple[int, list[tuple[bytes, bytes]]]


class BodyTooLargeError(Exception):
    """The request's body passed the limit."""


class ClientGoneError(Exception):
    """The client went away before it had sent its request."""


class WsgiApplication:
    """Collects the body, calls the handler in a thread and sends what it returns.

    A view may answer with a StreamingHttpResponse, which is then sent piece by piece: an async
    iterable from the event loop with no thread held, another with one for as long as a piece takes.
    The iterable's `close()` is called at the end, also when the client goes. Every other answer is
    sent whole; so are files, whose pieces are small and many.
    """

    def __init__(self, handler: Wsgi, *, body_limit: int = BODY_LIMIT) -> None:
        self._handler = handler
        self._body_limit = body_limit

    async def __call__(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        try:
            body = await self._body(scope, receive)
        except BodyTooLargeError:
            await problem(send, 413, "body_too_large", f"at most {self._body_limit} bytes")
            return
        except ClientGoneError:
            return
        adapter = WsgiToAsgiInstance(self._handler)  # type: ignore[no-untyped-call]
        adapter.scope = scope
        environ = adapter.build_environ(scope, io.BytesIO(body))  # type: ignore[no-untyped-call]
        (status, headers), response, content = await in_thread(self._call, environ)
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": headers,
                "trailers": False,
            }
        )
        if content is None:
            await self._stream(cast("StreamingHttpResponse", response), receive, send)
        else:
            await send({"type": "http.response.body", "body": content, "more_body": False})

    async def _body(self, scope: HTTPScope, receive: ASGIReceiveCallable) -> bytes:
        for name, value in scope["headers"]:
            if name == b"content-length" and int(value) > self._body_limit:
                raise BodyTooLargeError
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                raise ClientGoneError
            body += message.get("body", b"")
            more = bool(message.get("more_body"))
            if len(body) > self._body_limit:
                raise BodyTooLargeError
        return bytes(body)

    def _call(self, environ: Environ) -> tuple[_Head, HttpResponseBase, bytes | None]:
        head: list[_Head] = []

        def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            lines = [(n.lower().encode("latin1"), v.encode("latin1")) for n, v in headers]
            head.append((int(status[:3]), lines))

        response = cast("HttpResponseBase", self._handler(environ, start))
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            return head[0], response, None
        try:
            return head[0], response, b"".join(cast("Iterable[bytes]", response))
        finally:
            response.close()

    async def _stream(
        self, response: StreamingHttpResponse, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Send the pieces until they end or the client goes; `close` of the content is called."""
        sending = asyncio.ensure_future(_send_pieces(response, send))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            sending.cancel()
            leaving.cancel()
            await in_thread(response.close)


async def _send_pieces(response: StreamingHttpResponse, send: ASGISendCallable) -> None:
    async for piece in _pieces(response):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _pieces(response: StreamingHttpResponse) -> AsyncIterator[bytes]:
    if response.is_async:
        async for piece in cast("AsyncIterator[bytes]", response.streaming_content):
            yield piece
        return
    pieces = iter(cast("Iterable[bytes]", response.streaming_content))
    while piece := await in_thread(_next, pieces):
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes:
    return next(pieces, b"")


async def _left(receive: ASGIReceiveCallable) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
