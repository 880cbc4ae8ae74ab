"""Where every request of a web worker comes in: a router over Django, Channels and tunnels."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from realtime.problem import problem

if TYPE_CHECKING:
    from asgiref.typing import (
        ASGI3Application,
        ASGIReceiveCallable,
        ASGISendCallable,
        ASGISendEvent,
        Scope,
    )

log = logging.getLogger(__name__)
_TUNNEL_PREFIX = "/agent/"


class Service(Protocol):
    """Something that lives as long as the web worker."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class Edge:
    """The ASGI application of a web worker; starts and stops what lives beside the requests."""

    def __init__(
        self,
        *,
        django: Any,
        websocket: Any,
        tunnel: Any,
        services: Sequence[Service],
    ) -> None:
        self._django: ASGI3Application = django
        self._websocket: ASGI3Application = websocket
        self._tunnel: ASGI3Application = tunnel
        self._services = services

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            handler = self._tunnel if scope["path"].startswith(_TUNNEL_PREFIX) else self._django
            await _guarded(handler, scope, receive, send)

    async def _live(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await receive()
        for service in self._services:
            await service.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for service in reversed(self._services):
            await service.stop()
        await send({"type": "lifespan.shutdown.complete"})


async def _guarded(
    handler: ASGI3Application, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
) -> None:
    started = False

    async def watched(event: ASGISendEvent) -> None:
        nonlocal started
        started = True
        await send(event)

    try:
        await handler(scope, receive, watched)
    except Exception:  # the edge: whatever nobody expected becomes `internal_error`
        log.exception("%s failed", scope["path"] if scope["type"] == "http" else scope["type"])
        if started:
            raise
        await problem(send, 500, "internal_error", "an error of ours; the log of the server has it")
