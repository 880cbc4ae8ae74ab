"""One connection from its handshake to its end."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import ssl
from contextlib import suppress
from pathlib import Path

from bus import proxy
from front.stream import CHUNK, TlsStream

log = logging.getLogger(__name__)

HANDSHAKE_SECONDS = 10.0
_NO_WEB_ANSWER = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n"
    b"Retry-After: 2\r\nConnection: close\r\n\r\n"
    b'{"type": "about:blank", "title": "Service Unavailable", "status": 503, '
    b'"code": "web_unavailable", "detail": "the web process does not answer; try again"}'
)


class _Web:
    """A connection to the web process, each direction with an end of its own.

    A transport would drop an answer that came while what we sent was not wanted any more, such as
    413 to a large body.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()

    async def read(self) -> bytes:
        try:
            return await self._loop.sock_recv(self._connection, CHUNK)
        except ConnectionResetError:  # it closed over data of ours, after its last word
            return b""

    async def write(self, data: bytes) -> None:
        """Send all of *data*; ConnectionError when no more of it is wanted."""
        await self._loop.sock_sendall(self._connection, data)

    def end_input(self) -> None:
        self._connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._connection.close()


async def serve(
    context: ssl.SSLContext,
    web: Path,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """Serve a connection that was just accepted; the web process listens at *web*."""
    tls = TlsStream(context, reader, writer)
    try:
        peer = _peer(writer)
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            await _handshake(tls)
        await _hand_on(tls, peer, web)
    except (OSError, TimeoutError) as error:
        log.debug("a connection ended: %s", error)
    finally:
        writer.close()


async def _handshake(tls: TlsStream) -> None:
    try:
        await tls.handshake()
    except ssl.SSLError:
        await tls.linger()
        raise


async def _hand_on(tls: TlsStream, peer: proxy.Peer, path: Path) -> None:
    try:
        web = await _connect(path)
    except OSError:
        await tls.write(_NO_WEB_ANSWER)
        await tls.end()
        return
    try:
        await web.write(proxy.encode(peer))
        async with asyncio.TaskGroup() as group:
            uploading = group.create_task(_upload(tls, web))
            while data := await web.read():
                await tls.write(data)
            uploading.cancel()
        await tls.end()
    except* OSError as broken:
        log.debug("a connection broke: %s", broken.exceptions)
    finally:
        web.close()


async def _upload(tls: TlsStream, web: _Web) -> None:
    """Pass on what the client sends; returns when the web process takes no more of it."""
    while data := await tls.read():
        try:
            await web.write(data)
        except ConnectionError:
            return
    with suppress(OSError):  # it has closed already
        web.end_input()
    await tls.await_reset()


async def _connect(path: Path) -> _Web:
    connection = socket.socket(socket.AF_UNIX)
    connection.setblocking(False)  # noqa: FBT003  (the standard library's own way)
    try:
        await asyncio.get_running_loop().sock_connect(connection, str(path))
    except OSError:
        connection.close()
        raise
    return _Web(connection)


def _peer(writer: asyncio.StreamWriter) -> proxy.Peer:
    connection: socket.socket | None = writer.get_extra_info("socket")
    if connection is None:
        raise ConnectionResetError("the connection ended before it was served")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return proxy.Peer(
        client=_plain(connection.getpeername()), server=_plain(connection.getsockname())
    )


def _plain(name: tuple[str, int, int, int] | tuple[str, int]) -> proxy.Address:
    """Return an address without scope; IPv4 that came through an IPv6 socket as IPv4."""
    address = ipaddress.ip_address(name[0].partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address), name[1]
