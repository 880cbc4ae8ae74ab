"""Looks again at who keeps something open once what they may do has changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DatabaseError

from accounts import services
from accounts.actor import Actor
from bus import cancellation
from bus.journal import ACCESS, Change
from realtime.fanout import Fanout, MissedChanges
from realtime.threads import in_thread

log = logging.getLogger(__name__)

INTERVAL = 15.0
"""Seconds between looks that nothing asks for: tokens expire, and Redis may have been away."""

Renewal = Callable[[Actor | None], Awaitable[None]]
"""Told the actor as they are now, or None once their token or session is worth nothing."""


@dataclass(eq=False, slots=True)
class _Open:
    actor: Actor
    renew: Renewal


class Watch:
    """What is open in one web worker, by whom."""

    def __init__(self, fanout: Fanout, *, interval: float = INTERVAL) -> None:
        self._fanout = fanout
        self._interval = interval
        self._open: set[_Open] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._renewals: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._listen(), name="watch"),
            asyncio.create_task(self._look_regularly(), name="watch-regularly"),
        ]

    async def stop(self) -> None:
        for task in (*self._tasks, *self._renewals):
            await cancellation.end(task)

    @contextmanager
    def watching(self, actor: Actor, renew: Renewal) -> Iterator[None]:
        """Have *renew* told whenever what *actor* may do has changed, for as long as this lasts."""
        opened = _Open(actor, renew)
        self._open.add(opened)
        try:
            yield
        finally:
            self._open.discard(opened)

    async def _listen(self) -> None:
        while True:
            with self._fanout.listening(_is_about_access) as listener:
                try:
                    async for change in listener.changes():
                        self._look(change.id)
                except MissedChanges:
                    self._look("")

    async def _look_regularly(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            self._look("")

    def _look(self, user_id: str) -> None:
        """Look at what the user with this id has open, or (empty) at everything."""
        for opened in list(self._open):
            if user_id in ("", str(opened.actor.user_id)):
                # Each by itself: a page that does not read must not keep the others open.
                renewal = asyncio.create_task(self._renew(opened))
                self._renewals.add(renewal)
                renewal.add_done_callback(self._renewals.discard)

    async def _renew(self, opened: _Open) -> None:
        try:
            now = await in_thread(services.renewed, opened.actor)
        except DatabaseError as error:
            log.warning("what is open is looked at again later: %s", error)
            return
        if now is not None and now.grants == opened.actor.grants:
            return
        if now is not None:
            opened.actor = now
        await opened.renew(now)


def _is_about_access(change: Change) -> bool:
    return change.kind == ACCESS
