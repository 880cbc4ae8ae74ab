"""From the engine's outbox to the stream that ingest reads: in order, nothing lost or twice."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import cast

import pytest
import redis

from agent import doorbell, link
from agent.engines import Engines
from agent.shipper import Shipper
from bus import cancellation, names
from bus import identity as identities
from bus.journal import Entry, Heartbeat, Inventory, OperationReport, decode_entry
from bus.messages import OperationState
from engine.engine import Engine
from engine.runtime.shim import notify
from engine.spec import codec
from engine.spec.configuration import EngineConfiguration
from engine.spec.event import Event
from engine.storage.claims import ClaimState
from engine.storage.paths import EnginePaths
from tests.support.instance import ROOT
from tests.support.tunnels import HOST_ID, identity
from tests.support.valkey import Valkey
from tests.support.waiting import wait_until

STREAM = names.events_stream(HOST_ID)
ACKNOWLEDGED = names.acknowledged_key(HOST_ID)


@pytest.fixture
def engine(home: Path) -> Engine:
    return Engine(EngineConfiguration(home=home))


@pytest.fixture
def client(valkey: Valkey) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(valkey.url) as connection:
        yield connection


def happen(engine: Engine, count: int) -> None:
    """Let *count* things happen, each of which is one event."""
    for _ in range(count):
        operation_id = os.urandom(8).hex()
        engine.claim(operation_id)
        report = OperationReport(
            operation_id=operation_id, attempt=1, state=OperationState.SUCCEEDED, started_at=1
        )
        stored = codec.encode(report).decode()
        engine.finish(operation_id, ClaimState.SUCCEEDED, report, stored)


def stream(client: redis.Redis) -> list[tuple[bytes, dict[bytes, bytes]]]:
    return cast("list[tuple[bytes, dict[bytes, bytes]]]", client.xrange(STREAM))


def entries(client: redis.Redis) -> list[Entry]:
    return [decode_entry(fields) for _, fields in stream(client)]


def sequences(client: redis.Redis) -> list[int]:
    return [entry.sequence for entry in entries(client) if isinstance(entry, Event)]


class Ingest:
    """What ingest does with a stream, and the sequences it has committed."""

    def __init__(self, client: redis.Redis) -> None:
        self.client = client
        self.committed: list[int] = []

    def take(self, *, acknowledge: bool = True) -> None:
        for key, fields in stream(self.client):
            entry = decode_entry(fields)
            last = self.committed[-1] if self.committed else 0
            if isinstance(entry, Event) and entry.sequence > last:
                self.committed.append(entry.sequence)
            self.client.xdel(STREAM, key)
        if acknowledge and self.committed:
            self.client.set(ACKNOWLEDGED, self.committed[-1])


@asynccontextmanager
async def shipping(engine: Engine, valkey: Valkey) -> AsyncIterator[Shipper]:
    connection = link.connect(valkey.url)
    shipper = Shipper(Engines(engine), connection, HOST_ID)
    task = asyncio.create_task(link.keep("shipper", shipper.run))
    try:
        yield shipper
    finally:
        await cancellation.end(task)
        await connection.aclose()


async def until(look: object, *, what: str) -> None:
    await asyncio.to_thread(wait_until, look, what=what)  # type: ignore[arg-type]


async def test_what_is_not_committed_goes_first_and_then_the_inventory(
    engine: Engine, valkey: Valkey, client: redis.Redis
) -> None:
    happen(engine, 3)
    async with shipping(engine, valkey):
        await until(lambda: len(entries(client)) == 4, what="three events and the inventory")
    *events, inventory = entries(client)
    assert [event.sequence for event in events if isinstance(event, Event)] == [1, 2, 3]
    assert isinstance(inventory, Inventory)
    assert (inventory.position, len(inventory.operations)) == (3, 3)
    assert inventory.epoch == engine.inventory().epoch


async def test_a_ring_ships_a_new_event_at_once(
    engine: Engine, valkey: Valkey, client: redis.Redis
) -> None:
    async with shipping(engine, valkey) as shipper:
        await until(lambda: len(entries(client)) == 1, what="the inventory")
        await asyncio.sleep(0.05)
        happen(engine, 1)
        began = time.monotonic()
        shipper.ring()
        while not sequences(client):
            await asyncio.sleep(0.001)
        assert time.monotonic() - began < 0.2


async def test_an_event_whose_writer_could_not_ring_is_shipped_all_the_same(
    engine: Engine, valkey: Valkey, client: redis.Redis
) -> None:
    async with shipping(engine, valkey):
        await until(lambda: len(entries(client)) == 1, what="the inventory")
        happen(engine, 1)
        await until(lambda: sequences(client) == [1], what="the event")


async def test_ten_thousand_events_arrive_in_their_order(
    engine: Engine, valkey: Valkey, client: redis.Redis
) -> None:
    with engine._host.database.transaction() as tx:
        tx.executemany(
            "INSERT INTO outbox (space, kind, id, action, time, payload) VALUES (?,?,?,?,?,?)",
            [("default", "container", str(n), "die", n, "{}") for n in range(10_000)],
        )
    async with shipping(engine, valkey):
        await until(lambda: client.xlen(STREAM) == 10_001, what="all events")
    assert sequences(client) == list(range(1, 10_001))


async def test_the_outbox_is_kept_until_ingest_has_committed(
    engine: Engine, valkey: Valkey, client: redis.Redis
) -> None:
    happen(engine, 5)
    async with shipping(engine, valkey) as shipper:
        await until(lambda: len(entries(client)) == 6, what="the events")
        assert len(engine.events(0)) == 5
        client.set(ACKNOWLEDGED, 3)
        shipper.ring()
        await until(lambda: len(engine.events(0)) == 2, what="the outbox to be trimmed")
    assert [event.sequence for event in engine.events(0)] == [4, 5]


async def test_events_beyond_the_window_wait_on_the_host(
    engine: Engine, valkey: Valkey, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.shipper.WINDOW", 3)
    monkeypatch.setattr("agent.shipper.BATCH", 1)
    happen(engine, 6)
    async with shipping(engine, valkey):
        await asyncio.sleep(0.3)
        assert sequences(client) == [1, 2, 3]
        ingest = Ingest(client)
        ingest.take()
        await until(lambda: sequences(client) == [4, 5, 6], what="the rest")


async def test_redis_away_and_back_loses_and_repeats_nothing(
    engine: Engine, valkey: Valkey
) -> None:
    with redis.Redis.from_url(valkey.url) as before:
        ingest = Ingest(before)
        async with shipping(engine, valkey):
            happen(engine, 2)
            await until(lambda: sequences(before) == [1, 2], what="the first events")
            valkey.stop()
            happen(engine, 2)
            await asyncio.sleep(0.5)
            valkey.start()
            await until(lambda: sequences(before)[-1:] == [4], what="the later events")
            ingest.take()
    assert ingest.committed == [1, 2, 3, 4]


async def test_an_acknowledgement_of_an_older_state_database_holds_nothing_back(
    engine: Engine, valkey: Valkey, client: redis.Redis
) -> None:
    client.set(ACKNOWLEDGED, 1000)
    happen(engine, 2)
    async with shipping(engine, valkey):
        await until(lambda: sequences(client) == [1, 2], what="the events of the new database")


@contextmanager
def agent_process(home: Path, valkey: Valkey) -> Iterator[subprocess.Popen[bytes]]:
    """The real `manage.py agent`."""
    identities.save(home, identity(valkey.url, "http://127.0.0.1:9"))
    variables = {**os.environ, "BERTH_HOME": str(home), "BERTH_REDIS_URL": valkey.url}
    # A host side knows no Django; Celery would load the settings that pytest has named.
    variables.pop("DJANGO_SETTINGS_MODULE", None)
    process = subprocess.Popen([sys.executable, "manage.py", "agent"], cwd=ROOT, env=variables)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def test_an_agent_killed_before_the_acknowledgement_loses_nothing_and_ingest_takes_each_once(
    home: Path, engine: Engine, valkey: Valkey, client: redis.Redis
) -> None:
    ingest = Ingest(client)
    try:
        happen(engine, 5)
        with agent_process(home, valkey) as agent:
            wait_until(lambda: sequences(client) == [1, 2, 3, 4, 5], what="the events")
            ingest.take(acknowledge=False)
            agent.send_signal(signal.SIGKILL)
        happen(engine, 3)
        with agent_process(home, valkey):
            wait_until(lambda: sequences(client)[-1:] == [8], what="the events after the kill")
            repeated = sequences(client)
            ingest.take()
            wait_until(lambda: not engine.events(0), what="the outbox to be trimmed")
    finally:
        engine.shut_down()
    assert repeated == [1, 2, 3, 4, 5, 6, 7, 8]
    assert ingest.committed == [1, 2, 3, 4, 5, 6, 7, 8]


def test_an_agent_says_that_it_lives_and_what_machine_it_is_on_and_ends_on_term(
    home: Path, engine: Engine, valkey: Valkey, client: redis.Redis
) -> None:
    try:
        with agent_process(home, valkey) as agent:
            key = names.heartbeat_key(HOST_ID)
            value = wait_until(lambda: client.get(key), what="a heartbeat")
            beat = codec.decode(Heartbeat, cast("bytes", value))
            assert beat.facts.kernel == os.uname().release
            assert 5 < client.ttl(key) <= names.HEARTBEAT_EXPIRY
            agent.send_signal(signal.SIGTERM)
            assert agent.wait(10) == 0
            assert client.get(key) is None
    finally:
        engine.shut_down()
    assert not EnginePaths(EngineConfiguration(home=home)).events_socket.exists()


async def test_a_bell_hands_on_container_ids_and_asks_to_look_for_an_empty_ring(
    home: Path,
) -> None:
    rung: asyncio.Queue[str] = asyncio.Queue()
    path = home / "events.sock"
    path.touch()  # as a killed agent leaves it
    transport = await doorbell.listen(path, rung.put_nowait)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as shim:
        shim.sendto(b"c0ffee", str(path))
    doorbell.ring(path)
    assert [await rung.get(), await rung.get()] == ["c0ffee", ""]
    transport.close()
    await asyncio.sleep(0)


def test_ringing_where_no_agent_listens_is_no_error(home: Path) -> None:
    doorbell.ring(home / "events.sock")


async def test_a_burst_of_rings_beyond_the_kernels_queue_is_heard_in_full(
    home: Path, engine: Engine
) -> None:
    rung: set[str] = set()
    paths = EnginePaths(EngineConfiguration(home=home))
    transport = await doorbell.listen(paths.events_socket, rung.add)
    names_of = [f"{number:064x}" for number in range(200)]
    with ThreadPoolExecutor(50) as shims:
        for container_id in names_of:
            shims.submit(notify, paths, container_id)
        await until(lambda: len(rung) == 200, what="all rings")
    transport.close()
    await asyncio.sleep(0)
    assert rung == set(names_of)
