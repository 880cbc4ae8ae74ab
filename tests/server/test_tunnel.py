"""Tunnels end to end: real Redis, real uvicorn, a real dialer; only the engine is a fake."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from bus.dial import LogsRequest
from bus.errors import AgentUnavailable, BrokerUnavailable
from bus.loglines import LogLine, LogStream
from engine.logs.reader import LogEntry
from engine.logs.writer import Stream
from realtime.errors import HostFailed
from realtime.logs import batches
from realtime.tunnel import TunnelHub
from tests.support.serving import serving
from tests.support.tunnels import (
    CONTAINER_ID,
    CREDENTIAL,
    HOST_ID,
    FakeEngine,
    dialing,
    hub,
    joined,
)
from tests.support.valkey import Valkey

# Credentials are looked up in Django's threads, which look after their connections at each call.
pytestmark = pytest.mark.django_db(transaction=True)

TIME = "2026-11-24T10:00:00.000000001Z"
OUT = LogEntry(stream=Stream.STDOUT, time=TIME, text="hello\n")
ERR = LogEntry(stream=Stream.STDERR, time=TIME, text="trouble\n")
LINES = [
    LogLine(LogStream.STDOUT, TIME.encode(), b"hello\n"),
    LogLine(LogStream.STDERR, TIME.encode(), b"trouble\n"),
]


async def read_all(tunnels: TunnelHub, request: LogsRequest) -> list[LogLine]:
    channel = await tunnels.open(HOST_ID, "default", request)
    lines: list[LogLine] = []
    try:
        async for batch in batches(channel, host="local"):
            lines += batch.lines
            await channel.grant(batch.size)
    finally:
        await channel.close()
    return lines


async def test_a_log_comes_through_the_tunnel_with_its_streams_and_times(
    valkey: Valkey, home: Path
) -> None:
    async with joined(valkey, home, FakeEngine([OUT, ERR])) as tunnels:
        lines = await read_all(tunnels, LogsRequest(container_id=CONTAINER_ID))
    assert lines == LINES


async def test_what_was_asked_of_the_log_reaches_the_engine(valkey: Valkey, home: Path) -> None:
    engine = FakeEngine([OUT])
    request = LogsRequest(container_id=CONTAINER_ID, tail=5, since=7, stdout=False)
    async with joined(valkey, home, engine) as tunnels:
        await read_all(tunnels, request)
    (query,) = engine.queries
    assert (query.tail, query.since, query.streams) == (5, 7, frozenset({Stream.STDERR}))


async def test_a_large_log_passes_whole_in_spite_of_small_credit(
    valkey: Valkey, home: Path
) -> None:
    entries = [
        LogEntry(stream=Stream.STDOUT, time=TIME, text=f"{n:0100d}\n") for n in range(50_000)
    ]
    async with joined(valkey, home, FakeEngine(entries)) as tunnels:
        lines = await read_all(tunnels, LogsRequest(container_id=CONTAINER_ID))
    assert [line.text for line in lines] == [f"{n:0100d}\n".encode() for n in range(50_000)]


async def test_a_reader_that_gives_no_credit_stops_the_engine_from_reading_on(
    valkey: Valkey, home: Path
) -> None:
    entries = [LogEntry(stream=Stream.STDOUT, time=TIME, text="x" * 1000)] * 10_000
    engine = FakeEngine(entries)
    async with joined(valkey, home, engine) as tunnels:
        channel = await tunnels.open(HOST_ID, "default", LogsRequest(container_id=CONTAINER_ID))
        await asyncio.sleep(0.3)
        stopped_at = engine.yielded
        await asyncio.sleep(0.2)
        assert engine.yielded == stopped_at < 500
        await channel.close()


async def test_followed_lines_arrive_as_they_are_written_and_end_with_the_container(
    valkey: Valkey, home: Path
) -> None:
    engine = FakeEngine([OUT])
    async with joined(valkey, home, engine) as tunnels:
        request = LogsRequest(container_id=CONTAINER_ID, follow=True)
        channel = await tunnels.open(HOST_ID, "default", request)
        followed = batches(channel, host="local")
        assert list((await anext(followed)).lines) == LINES[:1]
        written = time.monotonic()
        engine.entries.append(ERR)
        assert list((await anext(followed)).lines) == LINES[1:]
        assert time.monotonic() - written < 0.3
        engine.ended.set()
        assert [batch async for batch in followed] == []
        await channel.close()


async def test_a_reader_that_leaves_stops_the_follower_on_the_host(
    valkey: Valkey, home: Path
) -> None:
    engine = FakeEngine([OUT])
    async with joined(valkey, home, engine) as tunnels:
        request = LogsRequest(container_id=CONTAINER_ID, follow=True)
        channel = await tunnels.open(HOST_ID, "default", request)
        await channel.receive()
        await channel.close()
        assert await asyncio.to_thread(engine.stopped.wait, 5)


@pytest.mark.parametrize(("space", "container"), [("default", "unknown"), ("other", CONTAINER_ID)])
async def test_an_error_of_the_engine_comes_back_under_its_own_code(
    valkey: Valkey, home: Path, space: str, container: str
) -> None:
    async with joined(valkey, home, FakeEngine([OUT])) as tunnels:
        with pytest.raises(HostFailed) as caught:
            await tunnels.open(HOST_ID, space, LogsRequest(container_id=container))
    assert caught.value.record().code == "container_not_found"


async def test_a_host_whose_agent_is_away_is_named_at_once(valkey: Valkey, home: Path) -> None:
    async with hub(valkey, home) as tunnels:
        began = time.monotonic()
        with pytest.raises(AgentUnavailable, match="it is not connected"):
            await tunnels.open(HOST_ID, "default", LogsRequest(container_id=CONTAINER_ID))
    assert time.monotonic() - began < 1


async def test_without_redis_a_tunnel_is_refused_within_two_seconds(
    valkey: Valkey, home: Path
) -> None:
    async with hub(valkey, home) as tunnels:
        valkey.stop()
        began = time.monotonic()
        with pytest.raises(BrokerUnavailable):
            await tunnels.open(HOST_ID, "default", LogsRequest(container_id=CONTAINER_ID))
    assert time.monotonic() - began < 2


async def test_an_agent_that_dies_in_a_stream_is_told_from_the_end_of_the_log(
    valkey: Valkey, home: Path
) -> None:
    engine = FakeEngine([OUT])
    async with hub(valkey, home) as tunnels, serving(tunnels) as port:
        async with dialing(valkey, engine, f"http://127.0.0.1:{port}"):
            request = LogsRequest(container_id=CONTAINER_ID, follow=True)
            channel = await tunnels.open(HOST_ID, "default", request)
            followed = batches(channel, host="local")
            await anext(followed)
        with pytest.raises(AgentUnavailable, match="broke off"):
            await anext(followed)
        await channel.close()
    engine.ended.set()


async def test_a_connection_that_lands_on_another_worker_is_spliced_to_the_right_one(
    valkey: Valkey, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [LogEntry(stream=Stream.STDOUT, time=TIME, text=f"{n}\n") for n in range(20_000)]
    async with hub(valkey, home) as asking:
        monkeypatch.setattr("realtime.tunnel.os.getpid", lambda: 1)
        async with (
            hub(valkey, home) as landing,
            serving(landing) as port,
            dialing(valkey, FakeEngine(entries), f"http://127.0.0.1:{port}"),
        ):
            lines = await read_all(asking, LogsRequest(container_id=CONTAINER_ID))
    assert [line.text for line in lines] == [f"{n}\n".encode() for n in range(20_000)]


async def post(port: int, path: str, credential: str, *, upgrade: bool = True) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = ["Connection: Upgrade", "Upgrade: tcp"] if upgrade else ["Connection: close"]
    head = [f"POST {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {credential}", *lines]
    writer.write("\r\n".join([*head, "Content-Length: 0", "", ""]).encode())
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("path", "credential", "upgrade", "status", "code"),
    [
        ("/agent/1/s", "wrong", True, b"401", b"invalid_credential"),
        ("/agent/{worker}/unknown", CREDENTIAL, True, b"404", b"session_not_found"),
        ("/agent/999999999/s", CREDENTIAL, True, b"404", b"session_not_found"),
        ("/agent/../s", CREDENTIAL, True, b"400", b"upgrade_required"),
        ("/agent/1/s", CREDENTIAL, False, b"400", b"upgrade_required"),
    ],
)
async def test_a_connection_that_nobody_awaits_is_refused(
    valkey: Valkey,
    home: Path,
    path: str,
    credential: str,
    upgrade: bool,  # noqa: FBT001  (a parametrized case)
    status: bytes,
    code: bytes,
) -> None:
    async with hub(valkey, home) as tunnels, serving(tunnels) as port:
        asked = path.format(worker=tunnels._worker)
        answer = await post(port, asked, credential, upgrade=upgrade)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert code in answer


async def test_a_message_that_the_platform_did_not_sign_makes_no_host_dial(
    valkey: Valkey, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    foreign = Ed25519PrivateKey.generate()
    engine = FakeEngine([OUT])
    monkeypatch.setattr("realtime.tunnel.DIAL_SECONDS", 0.3)
    async with joined(valkey, home, engine) as tunnels:
        monkeypatch.setattr(tunnels, "_signing_key", lambda: foreign)
        with pytest.raises(AgentUnavailable, match="no tunnel within"):
            await tunnels.open(HOST_ID, "default", LogsRequest(container_id=CONTAINER_ID))
    assert engine.yielded == 0
