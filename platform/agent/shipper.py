"""The outbox's way to the platform: in order, at least once, kept until it is committed there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import redis.asyncio

from agent.engines import Engines
from bus import names
from bus.journal import encode_entry

if TYPE_CHECKING:
    from engine.spec.event import Event

BATCH = 500
WINDOW = 20_000
"""Events in Redis that ingest has not committed; the rest waits on the host's own disk."""
_TRIM_SECONDS = 1.0
"""How often the outbox is trimmed: each time costs a durable write that tasks would wait for."""
_LOOK_SECONDS = 0.5
"""How soon an event is seen whose writer could not ring."""


class Shipper:
    """Ships from one engine to one stream. `ring()` says that there is something new."""

    def __init__(self, engines: Engines, client: redis.asyncio.Redis, host_id: str) -> None:
        self._engines = engines
        self._client = client
        self._stream = names.events_stream(host_id)
        self._acknowledged = names.acknowledged_key(host_id)
        self._bell = asyncio.Event()
        self._shipped = 0
        self._trimmed = 0
        self._next_trim = 0.0

    def ring(self) -> None:
        """Look at the outbox now."""
        self._bell.set()

    async def run(self) -> None:
        """Ship until Redis is lost. Begins with all that is not committed, then the inventory."""
        self._shipped = self._trimmed = await self._resume()
        while await self._ship():
            pass
        await self._take_stock()
        while True:
            self._bell.clear()
            while await self._ship():
                pass
            await self._trim()
            await self._wait()

    async def _resume(self) -> int:
        acknowledged = await self._read_acknowledged()
        # Beyond our own last event, it speaks of a state database that is no more.
        return acknowledged if acknowledged <= await self._engines.position() else 0

    async def _ship(self) -> bool:
        """Send the next events; False when there are none or ingest is too far behind."""
        if self._shipped - self._trimmed >= WINDOW:
            return False
        events = await self._engines.events(after=self._shipped, limit=BATCH)
        if not events:
            return False
        await self._add(events)
        return True

    async def _add(self, events: list[Event]) -> None:
        pipeline = self._client.pipeline(transaction=True)
        for event in events:
            pipeline.xadd(self._stream, dict(encode_entry(event).items()))
        await pipeline.execute()
        self._shipped = events[-1].sequence

    async def _take_stock(self) -> None:
        """Send all that there is. What happened up to its position goes first, in its own place."""
        inventory = await self._engines.inventory()
        while self._shipped < inventory.position and await self._ship():
            pass
        await self._client.xadd(self._stream, dict(encode_entry(inventory).items()))

    async def _trim(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._trimmed == self._shipped or now < self._next_trim:
            return
        self._next_trim = now + _TRIM_SECONDS
        acknowledged = min(await self._read_acknowledged(), self._shipped)
        if acknowledged > self._trimmed:
            await self._engines.trim_events(acknowledged)
            self._trimmed = acknowledged

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._bell.wait()
        except TimeoutError:
            pass

    async def _read_acknowledged(self) -> int:
        value = await self._client.get(self._acknowledged)
        return int(value or 0)
