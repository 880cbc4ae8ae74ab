"""What the web process makes of a connection that the TLS front hands over."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import unix_connect

from bus import proxy
from engine.errors import MalformedMessage
from realtime.fronted import PlatformProtocol
from realtime.protocol import UPGRADE_HEADERS

PEER = proxy.Peer(client=("192.0.2.7", 40000), server=("198.51.100.1", 443))
GET = b"GET /x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n"


async def describe(scope: Any, receive: Any, send: Any) -> None:
    """Answer with what the scope says of the peer."""
    told = json.dumps([scope["scheme"], scope["client"], scope["server"]])
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": told})
        await send({"type": "websocket.close"})
    elif scope["path"] == "/hijack":
        reader, writer = await scope["extensions"]["http.hijack"]["hijack"](
            101, UPGRADE_HEADERS, told.encode()
        )
        writer.write(await reader.read())
        writer.close()
    else:
        length = [(b"content-length", b"%d" % len(told))]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": told.encode()})


@asynccontextmanager
async def serving(path: Path) -> AsyncIterator[None]:
    config = uvicorn.Config(
        describe,
        uds=str(path),
        http=PlatformProtocol,
        ws="websockets-sansio",
        lifespan="off",
        log_config=None,
        forwarded_allow_ips="",
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def exchange(path: Path, *parts: bytes) -> tuple[bytes, bytes]:
    """Send *parts* as packets of their own and return (head, body) of what comes."""
    reader, writer = await asyncio.open_unix_connection(path)
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.01)
    if b"hijack" in b"".join(parts):
        writer.write_eof()
    answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


@pytest.fixture
def socket_path(home: Path) -> Path:
    return home / proxy.FRONT_SOCKET


async def test_the_scope_has_the_peer_of_the_line_and_https(socket_path: Path) -> None:
    async with serving(socket_path):
        _, body = await exchange(socket_path, proxy.encode(PEER) + GET)
    assert json.loads(body) == ["https", ["192.0.2.7", 40000], ["198.51.100.1", 443]]


async def test_a_line_that_comes_in_pieces_is_understood(socket_path: Path) -> None:
    line = proxy.encode(PEER)
    async with serving(socket_path):
        _, body = await exchange(socket_path, line[:9], line[9:-1], line[-1:], GET)
    assert json.loads(body)[1] == ["192.0.2.7", 40000]


async def test_a_second_line_is_a_bad_request(socket_path: Path) -> None:
    forged = proxy.encode(proxy.Peer(client=("203.0.113.1", 1), server=("203.0.113.2", 2)))
    async with serving(socket_path):
        head, _ = await exchange(socket_path, proxy.encode(PEER) + forged + GET)
    assert head.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("first", [GET, b"PROXY UNKNOWN\r\n" + GET, b"x" * 200])
async def test_without_the_line_the_connection_is_closed_unanswered(
    socket_path: Path, first: bytes
) -> None:
    async with serving(socket_path):
        assert await exchange(socket_path, first) == (b"", b"")


async def test_a_local_program_s_socket_takes_no_line(home: Path) -> None:
    path = home / "web.sock"
    async with serving(path):
        _, body = await exchange(path, GET)
        assert json.loads(body) == ["http", None, [str(path), None]]
        head, _ = await exchange(path, proxy.encode(PEER) + GET)
        assert head.startswith(b"HTTP/1.1 400 ")


async def test_a_taken_connection_has_the_peer_and_keeps_what_came_ahead(socket_path: Path) -> None:
    request = b"POST /hijack HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
    async with serving(socket_path):
        head, rest = await exchange(socket_path, proxy.encode(PEER) + request + b"early", b" late")
    assert head.startswith(b"HTTP/1.1 101 ")
    assert rest.startswith(b'["https", ["192.0.2.7", 40000]')
    assert rest.endswith(b"early late")


async def test_a_websocket_is_wss_and_has_the_peer(socket_path: Path) -> None:
    async with serving(socket_path):
        # The client speaks first of all through a relay that puts the line before it.
        relay_path = socket_path.with_name("relay.sock")
        relay = await asyncio.start_unix_server(_relay_to(socket_path), relay_path)
        async with relay, unix_connect(str(relay_path), "ws://x/ws") as socket:
            told = json.loads(await socket.recv())
    assert told == ["wss", ["192.0.2.7", 40000], ["198.51.100.1", 443]]


def _relay_to(path: Path) -> Any:
    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs = await asyncio.open_unix_connection(path)
        theirs[1].write(proxy.encode(PEER))
        await asyncio.gather(pump(reader, theirs[1]), pump(theirs[0], writer))

    return relay


@pytest.mark.parametrize(
    "peer",
    [PEER, proxy.Peer(client=("2001:db8::1", 1), server=("2001:db8::2", 65535))],
)
def test_a_line_says_what_was_put_into_it(peer: proxy.Peer) -> None:
    line = proxy.encode(peer)
    assert len(line) <= proxy.LONGEST_LINE
    assert proxy.decode(line.removesuffix(proxy.END)) == peer


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"PROXY",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 65536",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 -1",
        b"PROXY TCP4 example.org 192.0.2.2 1 2",
        b"PROXY UDP4 192.0.2.1 192.0.2.2 1 2",
        b"PROXY TCP4 \xff 192.0.2.2 1 2",
    ],
)
def test_any_other_line_is_refused(line: bytes) -> None:
    with pytest.raises(MalformedMessage):
        proxy.decode(line)
