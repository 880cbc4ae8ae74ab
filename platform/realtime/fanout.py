"""Committed changes to open pages: one Redis subscription a web worker, fan-out in memory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import redis.asyncio
from redis.exceptions import RedisError

from bus import cancellation, names
from bus.journal import Change
from engine.errors import MalformedMessage
from engine.spec import codec

log = logging.getLogger(__name__)

QUEUE_LENGTH = 1000
_FIRST_RETRY = 0.1
_LAST_RETRY = 5.0
_PING_SECONDS = 10.0


class MissedChanges(Exception):
    """This listener lost changes: it was too slow, or Redis was away. It has to read anew."""


class Listener:
    """One open page's queue of changes."""

    def __init__(self, wanted: Callable[[Change], bool], length: int) -> None:
        self._wanted = wanted
        self._queue: asyncio.Queue[Change | None] = asyncio.Queue(length)
        self._missed = False

    def offer(self, change: Change) -> None:
        """Queue *change* if it is wanted; with a full queue its listener has to read anew."""
        if self._missed or not self._wanted(change):
            return
        try:
            self._queue.put_nowait(change)
        except asyncio.QueueFull:
            self.miss()

    def miss(self) -> None:
        """Let the listener know that it lost something, before anything else."""
        self._missed = True
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def changes(self) -> AsyncIterator[Change]:
        """Yield changes in the order of their commit, or raise MissedChanges."""
        while (change := await self._queue.get()) is not None:
            yield change
        raise MissedChanges


class Fanout:
    """The changes of the platform, for all listeners of one web worker."""

    def __init__(self, redis_url: str, *, queue_length: int = QUEUE_LENGTH) -> None:
        self._redis_url = redis_url
        self._queue_length = queue_length
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self.subscribed = asyncio.Event()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="fanout")

    async def stop(self) -> None:
        if self._task is not None:
            await cancellation.end(self._task)

    @contextmanager
    def listening(self, wanted: Callable[[Change], bool]) -> Iterator[Listener]:
        """Give a listener for the changes that *wanted* lets through, from now on."""
        listener = Listener(wanted, self._queue_length)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def _run(self) -> None:
        delay = _FIRST_RETRY
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                if self.subscribed.is_set():
                    log.warning("lost the subscription to changes: %s", error)
                    delay = _FIRST_RETRY
            self.subscribed.clear()
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LAST_RETRY)

    async def _listen(self) -> None:
        client = redis.asyncio.Redis.from_url(self._redis_url, health_check_interval=_PING_SECONDS)
        async with client, client.pubsub() as subscription:
            await subscription.subscribe(names.CHANGES)
            while True:
                message = await subscription.get_message(timeout=_PING_SECONDS)
                if message is None:
                    continue
                if message["type"] == "subscribe":
                    self._subscribed()
                elif message["type"] == "message":
                    self._hand_out(message["data"])

    def _subscribed(self) -> None:
        # What was published since a listener came, or since the last subscription broke, is gone.
        self.subscribed.set()
        for listener in self._listeners:
            listener.miss()

    def _hand_out(self, data: bytes) -> None:
        try:
            change = codec.decode(Change, data)
        except MalformedMessage:
            log.exception("an unreadable change was published")
            for listener in self._listeners:
                listener.miss()
            return
        for listener in self._listeners:
            listener.offer(change)
