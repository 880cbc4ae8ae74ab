"""The two websockets of a page: live changes, and a container's log."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from accounts.actor import Actor
from accounts.errors import SignInRequired
from bus.frames import FrameChannel
from bus.loglines import LogLine
from realtime.fanout import Fanout, MissedChanges
from realtime.log_query import read_query
from realtime.logs import Batch, batches
from realtime.sight import look
from realtime.sockets import CLOSE_RESYNC, PageSocket
from realtime.subjects import LogSubject, log_subject
from realtime.threads import in_thread
from realtime.tunnel import TunnelHub
from realtime.watch import Watch


class EventsConsumer(PageSocket):
    """`/ws/events`: `{kind, id, action, version, host, project, object}` for each change.

    Close code 4409 means that changes were missed, or that other ones are to be seen now: open anew
    and read what is shown again.
    """

    fanout: Fanout

    def __init__(self, watch: Watch, fanout: Fanout) -> None:
        super().__init__(watch)
        self.fanout = fanout

    async def serve(self, actor: Actor) -> None:
        if not actor.is_authenticated:
            raise SignInRequired
        sight = await in_thread(look, actor)
        with self.fanout.listening(sight.covers) as listener:
            try:
                async for change in listener.changes():
                    await self.say(sight.shown(change))
            except MissedChanges:
                await self.close(CLOSE_RESYNC)


class LogsConsumer(PageSocket):
    """`/ws/containers/<id>/logs?tail=&since=&follow=1&stdout=1&stderr=1`.

    `{"lines": [{"time", "stream", "text"}], "size": n}` until `{"end": true}`. The page sends
    `{"ack": n}` once it has shown lines of that size; without it the host stops sending.
    """

    tunnels: TunnelHub

    def __init__(self, watch: Watch, tunnels: TunnelHub) -> None:
        super().__init__(watch)
        self.tunnels = tunnels
        self._channel: FrameChannel | None = None
        self._unacknowledged = 0

    async def serve(self, actor: Actor) -> None:
        subject = await self._subject(actor)
        query = parse_qs(self.scope["query_string"].decode("ascii", "replace"))
        request = read_query(subject.container_id, {name: last[-1] for name, last in query.items()})
        self._channel = await self.tunnels.open(subject.host_id, subject.space, request)
        try:
            async for batch in batches(self._channel, host=subject.host_name):
                self._unacknowledged += batch.size
                await self.say(_lines(batch))
            await self.say({"end": True})
        finally:
            channel, self._channel = self._channel, None
            await asyncio.shield(channel.close())

    async def may_stay(self, actor: Actor) -> bool:
        await self._subject(actor)
        return True

    async def _subject(self, actor: Actor) -> LogSubject:
        container_id = self.scope["url_route"]["kwargs"]["container_id"]
        return await in_thread(log_subject, actor=actor, container_id=container_id)

    async def heard(self, message: Mapping[str, Any]) -> bool:
        amount = message.get("ack")
        if not isinstance(amount, int) or not 0 <= amount <= self._unacknowledged:
            return False
        self._unacknowledged -= amount
        if self._channel is not None:
            await self._channel.grant(amount)
        return True


def _lines(batch: Batch) -> dict[str, object]:
    return {"lines": [_line(line) for line in batch.lines], "size": batch.size}


def _line(line: LogLine) -> dict[str, str]:
    return {
        "time": line.time.decode("ascii", "replace"),
        "stream": line.stream.name.lower(),
        "text": line.text.decode(errors="replace").removesuffix("\n"),
    }
