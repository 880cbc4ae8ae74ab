"""The engine as the agent's event loop sees it: every call runs in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from agent import reports
from bus.journal import Inventory, OperationReport
from engine.engine import Engine
from engine.spec import codec
from engine.spec.event import Event
from engine.storage.claims import ClaimState, StoredClaim

P = ParamSpec("P")
R = TypeVar("R")

_CALLS = 4
_STREAMS = 64


class Engines:
    """One engine, with threads for short calls and threads for streams, so that neither waits."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._calls = ThreadPoolExecutor(_CALLS, thread_name_prefix="engine")
        self._streams = ThreadPoolExecutor(_STREAMS, thread_name_prefix="stream")

    def within(self, space: str) -> Engine:
        """Return the engine seen from *space*; for use in a stream's thread."""
        return self._engine.within(space)

    async def position(self) -> int:
        return await self._call(self._engine.position)

    async def events(self, *, after: int, limit: int) -> list[Event]:
        return await self._call(self._engine.events, after, limit)

    async def trim_events(self, through: int) -> None:
        await self._call(self._engine.trim_events, through)

    async def reconcile(self, container_id: str | None = None) -> None:
        await self._call(self._engine.reconcile, container_id)

    async def restore(self) -> None:
        await self._call(self._engine.restore)

    async def forget_operations(self, *, before: int) -> None:
        await self._call(self._engine.forget_operations, before=before)

    async def abandoned(self) -> list[str]:
        """Return the operations whose worker died with them."""
        return await self._call(self._engine.abandoned)

    async def claims(self) -> tuple[StoredClaim, ...]:
        return (await self._call(self._engine.inventory)).claims

    async def fail(self, report: OperationReport) -> None:
        """End an operation as *report* says."""
        stored = codec.encode(report).decode()
        finish = self._engine.finish
        await self._call(finish, report.operation_id, ClaimState.FAILED, report, stored)

    async def features(self) -> dict[str, str]:
        """Return what the launcher found this kernel able to do; starts it where it is not."""
        report = await self._call(self._engine.ensure_launcher)
        return {name: str(value) for name, value in codec.to_plain(report).items()}

    async def inventory(self) -> Inventory:
        """Return all that the host has, as the platform reads it."""
        return reports.inventory(await self._call(self._engine.inventory))

    async def stream(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run *function* for as long as it takes, in a thread of its own."""
        return await _in(self._streams, function, *args, **kwargs)

    async def _call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await _in(self._calls, function, *args, **kwargs)


async def _in(
    pool: ThreadPoolExecutor, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(pool, lambda: function(*args, **kwargs))
