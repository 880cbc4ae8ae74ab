"""The HTTP protocol of a web worker: a connection from the TLS front begins with who came.

The front's socket is in a folder that no other user can enter, so that nobody else can say so.
"""

from __future__ import annotations

import asyncio
import functools
from pathlib import Path
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from bus import proxy
from engine.errors import MalformedMessage
from realtime.protocol import HijackProtocol


class PlatformProtocol(HijackProtocol):
    """HTTP/1.1 with the hijack; the peer is the front's where the front brought the connection."""

    _line: bytearray | None = None
    """What came of the front's line while it is awaited."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.server is not None and Path(self.server[0]).name == proxy.FRONT_SOCKET:
            self._line = bytearray()

    def data_received(self, data: bytes) -> None:
        if self._line is None:
            super().data_received(data)
            return
        self._line += data
        line, end, rest = self._line.partition(proxy.END)
        if end:
            self._line = None
            self._introduce(bytes(line), bytes(rest))
        elif len(self._line) >= proxy.LONGEST_LINE:
            self.transport.close()

    def _introduce(self, line: bytes, rest: bytes) -> None:
        try:
            peer = proxy.decode(line)
        except MalformedMessage:
            self.transport.close()
            return
        self.client, self.server, self.scheme = peer.client, peer.server, "https"
        self.ws_protocol_class = functools.partial(_FrontedWebSocket, peer)  # type: ignore[assignment]
        if rest:
            super().data_received(rest)


class _FrontedWebSocket(WebSocketsSansIOProtocol):
    def __init__(self, peer: proxy.Peer, **options: Any) -> None:
        super().__init__(**options)
        self._peer = peer

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.client, self.server, self.scheme = self._peer.client, self._peer.server, "wss"
