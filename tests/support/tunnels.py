"""Both ends of a tunnel for tests: a web worker's hub behind real uvicorn, and a host's dialer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent import link
from agent.dialer import Dialer
from agent.engines import Engines
from agent.streams import Streams
from bus import cancellation
from bus.identity import HostIdentity
from engine.errors import ContainerNotFound
from engine.logs.reader import LogEntry, LogQuery
from realtime.tunnel import TunnelHub
from tests.support.serving import serving
from tests.support.valkey import Valkey

HOST_ID = "5f1c7b1e-0000-4000-8000-000000000001"
CREDENTIAL = "credential-of-the-host"
CONTAINER_ID = "c0ffee" + "0" * 58
KEY = Ed25519PrivateKey.generate()


def identity(redis_url: str, platform_url: str, key: Ed25519PrivateKey = KEY) -> HostIdentity:
    return HostIdentity(
        host_id=HOST_ID,
        name="local",
        redis_url=redis_url,
        platform_url=platform_url,
        platform_key=key.public_key().public_bytes_raw(),
        private_key=b"",
        credential=CREDENTIAL,
    )


@dataclass
class FakeEngine:
    """An engine with one container, whose log is a list."""

    entries: list[LogEntry] = field(default_factory=list)
    space: str = "default"
    ended: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    queries: list[LogQuery] = field(default_factory=list)
    yielded: int = 0

    def within(self, space: str) -> FakeEngine:
        return self if space == self.space else replace(self, space=space, entries=[])

    def logs(self, reference: str, query: LogQuery) -> Iterator[LogEntry]:
        self._find(reference)
        self.queries.append(query)
        for entry in self.entries:
            self.yielded += 1
            yield entry

    def follow_logs(
        self, reference: str, query: LogQuery, wait: Callable[[float], bool]
    ) -> Iterator[LogEntry]:
        self._find(reference)
        position = 0
        while True:
            over = self.ended.is_set()
            while position < len(self.entries):
                position += 1
                yield self.entries[position - 1]
            if over or wait(0.01):
                self.stopped.set()
                return

    def _find(self, reference: str) -> None:
        if reference != CONTAINER_ID or self.space != "default":
            raise ContainerNotFound(container=reference)


@asynccontextmanager
async def hub(valkey: Valkey, run: Path, *, known: bool = True) -> AsyncIterator[TunnelHub]:
    """A web worker's tunnels; with `known` false it knows no host's credential."""
    made = TunnelHub(
        run=run,
        redis_url=valkey.url,
        signing_key=lambda: KEY,
        host_of_credential=lambda given: HOST_ID if known and given == CREDENTIAL else None,
    )
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


@asynccontextmanager
async def dialing(
    valkey: Valkey,
    engine: FakeEngine,
    platform_url: str,
    key: Ed25519PrivateKey = KEY,
) -> AsyncIterator[Dialer]:
    """A host's dialer that listens already; the platform signs with *key*."""
    client = link.connect(valkey.url)
    engines = Engines(engine)  # type: ignore[arg-type]  # the fake at the edge
    dialer = Dialer(identity(valkey.url, platform_url, key), client, Streams(engines))
    task = asyncio.create_task(link.keep("dialer", dialer.run))
    try:
        while not (await client.pubsub_numsub(f"h:{HOST_ID}:dial"))[0][1]:
            await asyncio.sleep(0.01)
        yield dialer
    finally:
        await cancellation.end(task)
        await dialer.stop()
        await client.aclose()


@asynccontextmanager
async def joined(valkey: Valkey, run: Path, engine: FakeEngine) -> AsyncIterator[TunnelHub]:
    """A hub whose host is connected."""
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(hub(valkey, run))
        port = await stack.enter_async_context(serving(made))
        await stack.enter_async_context(dialing(valkey, engine, f"http://127.0.0.1:{port}"))
        yield made
