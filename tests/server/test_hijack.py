"""What the HTTP protocol does with an `Upgrade: tcp`."""

from __future__ import annotations

import asyncio
import hashlib
import os
from typing import Any

import httpx

from realtime.problem import problem
from realtime.protocol import UPGRADE_HEADERS
from tests.support.serving import serving

UPGRADE = b"Host: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"


async def body_of(receive: Any) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Send back the request's body, then all that comes on the taken connection until its end."""
    if scope["path"] == "/refuse":
        await problem(send, 404, "container_not_found", "no container")
        return
    body = await body_of(receive)
    hijack = scope["extensions"]["http.hijack"]["hijack"]
    reader, writer = await hijack(101, UPGRADE_HEADERS, b"first:" + body + b":")
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.write(b":end")
    writer.close()


async def exchange(port: int, *parts: bytes) -> tuple[bytes, bytes]:
    """Send *parts* as packets of their own, half-close, and return (head, rest)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.01)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    head, _, rest = answer.partition(b"\r\n\r\n")
    return head, rest


async def test_bytes_sent_with_the_upgrade_request_reach_the_taken_connection() -> None:
    request = b"POST /x HTTP/1.1\r\n" + UPGRADE + b"Content-Length: 0\r\n\r\nearly"
    async with serving(echo) as port:
        head, rest = await exchange(port, request, b" late")
    assert head.startswith(b"HTTP/1.1 101 ")
    assert rest == b"first::early late:end"


async def test_the_body_of_an_upgrade_request_is_its_body_and_not_upgraded_data() -> None:
    request = b"POST /x HTTP/1.1\r\n" + UPGRADE + b"Content-Length: 8\r\n\r\n{'a'"
    async with serving(echo) as port:
        _, rest = await exchange(port, request, b": 1}up", b"graded")
    assert rest == b"first:{'a': 1}:upgraded:end"


async def test_large_streams_pass_unchanged_in_both_directions() -> None:
    data = os.urandom(8 * 1024 * 1024)
    async with serving(echo) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        writer.write(b"POST /x HTTP/1.1\r\n" + UPGRADE + b"Content-Length: 0\r\n\r\n" + data)
        writer.write_eof()
        answer = await reader.read()
        writer.close()
    echoed = answer.partition(b"\r\n\r\n")[2]
    assert hashlib.sha256(echoed).digest() == hashlib.sha256(b"first::" + data + b":end").digest()


async def test_an_upgrade_with_a_chunked_body_is_refused() -> None:
    request = b"POST /x HTTP/1.1\r\n" + UPGRADE + b"Transfer-Encoding: chunked\r\n\r\n"
    async with serving(echo) as port:
        head, rest = await exchange(port, request + b"3\r\nabc\r\n0\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert rest == b"An upgrade request cannot have a chunked body."


async def test_an_upgrade_with_a_large_body_is_refused() -> None:
    request = b"POST /x HTTP/1.1\r\n" + UPGRADE + b"Content-Length: 1048577\r\n\r\n"
    async with serving(echo) as port:
        head, _ = await exchange(port, request)
    assert head.startswith(b"HTTP/1.1 400 ")


async def test_a_refused_upgrade_gets_a_plain_answer_and_the_connection_closes() -> None:
    request = b"POST /refuse HTTP/1.1\r\n" + UPGRADE + b"Content-Length: 0\r\n\r\n"
    async with serving(echo) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"container_not_found" in answer


async def test_other_upgrades_are_answered_as_ordinary_requests() -> None:
    async def plain(_scope: Any, receive: Any, send: Any) -> None:
        await body_of(receive)
        headers = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})

    async with serving(plain) as port, httpx.AsyncClient() as client:
        headers = {"Connection": "Upgrade", "Upgrade": "h2c"}
        answer = await client.get(f"http://127.0.0.1:{port}/", headers=headers)
        again = await client.get(f"http://127.0.0.1:{port}/")
    assert (answer.status_code, answer.text) == (200, "ok")
    assert again.text == "ok"
