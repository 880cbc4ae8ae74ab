"""The agent's connection to Redis: one way to connect, one way to come back."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

_TIMEOUT = 5.0
_FIRST_RETRY = 0.1
_LAST_RETRY = 5.0


def connect(url: str) -> redis.asyncio.Redis:
    """Return a client of *url*; every command answers within 5 s or raises RedisError."""
    return redis.asyncio.Redis.from_url(
        url,
        socket_timeout=_TIMEOUT,
        socket_connect_timeout=_TIMEOUT,
        # Coming back is the business of `keep`, which also knows what is to be said anew.
        retry=Retry(NoBackoff(), 0),
    )


async def keep(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run *work* for ever; when Redis or the disk fails it, wait longer each time and try again."""
    loop = asyncio.get_running_loop()
    delay = _FIRST_RETRY
    while True:
        began = loop.time()
        try:
            await work()
        except (RedisError, OSError, sqlite3.OperationalError) as error:
            if loop.time() - began > _LAST_RETRY:
                delay = _FIRST_RETRY
            if delay == _FIRST_RETRY:
                log.warning("%s stands still: %s", name, error)
        await asyncio.sleep(delay)
        delay = min(delay * 2, _LAST_RETRY)
