"""Ending asyncio tasks that use redis-py, which at times swallows a cancellation."""

from __future__ import annotations

import asyncio

_ASK_AGAIN_SECONDS = 0.1


async def end(*tasks: asyncio.Task[None]) -> None:
    """Cancel *tasks*, as often as it takes, and return once all have ended."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_ASK_AGAIN_SECONDS)
