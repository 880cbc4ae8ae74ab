"""HTTP/1.1 for uvicorn with one more door: `http.hijack` hands an upgraded connection over."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, cast

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

Headers = Iterable[tuple[bytes, bytes]]
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Hijack = Callable[[int, Headers, bytes], Awaitable[Stream]]
"""(status, headers, first bytes) → the raw connection; answer and bytes leave in one write."""

UPGRADE_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"Connection", b"Upgrade"),
    (b"Upgrade", b"tcp"),
)
READ_LIMIT = 128 * 1024
_WRITE_HIGH_WATER = 256 * 1024
_UPGRADE_BODY_LIMIT = 1024 * 1024


class HijackProtocol(HttpToolsProtocol):
    """uvicorn's httptools protocol that lets an application take over a `tcp` upgrade."""

    _upgrading = False
    _refusal = ""
    _body_due = 0
    _ahead: bytearray | None = None
    """What came after the upgrade request, kept for the one who takes the connection."""

    def on_headers_complete(self) -> None:
        self._upgrading = bool(self.parser.should_upgrade()) and self._get_upgrade() == b"tcp"
        if self._upgrading:
            self._refusal = self._measure_body()
            if self._refusal:
                return
        super().on_headers_complete()
        if self._upgrading:
            hijack = functools.partial(self._hijack, self.cycle)
            extensions = dict(self.scope.get("extensions") or {})
            extensions["http.hijack"] = cast("dict[object, object]", {"hijack": hijack})
            self.scope["extensions"] = extensions

    def on_message_complete(self) -> None:
        if not self._refusal and not self._body_due:
            super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        if self._ahead is not None:
            self._upgraded(data)
            return
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._begin_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response(self._refusal or "Invalid HTTP request received.")

    def on_response_complete(self) -> None:
        # The application refused the upgrade: what follows on this connection is not HTTP.
        if self._ahead is not None:
            self.transport.close()
        super().on_response_complete()

    def _measure_body(self) -> str:
        """Note how long the upgrade's body is; httptools counts it as upgraded data."""
        for name, value in self.headers:
            if name == b"transfer-encoding":
                return "An upgrade request cannot have a chunked body."
            if name == b"content-length":
                self._body_due = int(value)
        if self._body_due > _UPGRADE_BODY_LIMIT:
            return "The body of this upgrade request is too large."
        return ""

    def _begin_upgrade(self, rest: bytes) -> None:
        if self._refusal:
            self.send_400_response(self._refusal)
        elif self._upgrading:
            self._ahead = bytearray()
            self._upgraded(rest)
        elif self._should_upgrade():
            self.handle_websocket_upgrade()
        else:
            self._unsupported_upgrade_warning()

    def _upgraded(self, data: bytes) -> None:
        if self._body_due:
            body, data = data[: self._body_due], data[self._body_due :]
            self._body_due -= len(body)
            self.cycle.body += body
            self.cycle.more_body = bool(self._body_due)
            self.cycle.message_event.set()
        if self._ahead is not None:
            self._ahead += data
        if not self._body_due:
            # Neither data nor end of file may be lost before someone takes the connection.
            self.flow.pause_reading()

    async def _hijack(
        self, cycle: RequestResponseCycle, status: int, headers: Headers, first: bytes = b""
    ) -> Stream:
        """Answer with *status* and *headers* and return the connection; uvicorn lets go of it."""
        if cycle.response_started or cycle.disconnected or self.transport.is_closing():
            raise ConnectionError("the connection cannot be taken over any more")
        cycle.response_started = cycle.response_complete = True
        self.connections.discard(self)
        self._unset_keepalive_if_required()
        reader = asyncio.StreamReader(limit=READ_LIMIT, loop=self.loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=self.loop)
        self.transport.set_protocol(protocol)
        protocol.connection_made(self.transport)
        if self._ahead:
            reader.feed_data(bytes(self._ahead))
        self._ahead = bytearray()
        writer = asyncio.StreamWriter(self.transport, protocol, reader, self.loop)
        self.transport.set_write_buffer_limits(high=_WRITE_HIGH_WATER)
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        writer.write(STATUS_LINE[status] + lines + b"\r\n" + first)
        self.flow.resume_reading()
        return reader, writer
