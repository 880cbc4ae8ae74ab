"""A container's log as one plain-text answer, of any length, with no thread held while it flows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from accounts.actor import Actor
from accounts.errors import SignInRequired
from bus.dial import LogsRequest
from bus.frames import FrameChannel
from bus.loglines import LogLine
from engine.errors import EngineError
from realtime.logs import batches
from realtime.subjects import LogSubject, log_subject
from realtime.threads import in_thread
from realtime.tunnel import DIAL_SECONDS, TunnelHub
from realtime.watch import Watch


class LogDownload:
    """The text of a log: an async iterable of bytes, to be closed after use from any thread."""

    def __init__(
        self,
        channel: FrameChannel,
        *,
        actor: Actor,
        subject: LogSubject,
        watch: Watch,
        timestamps: bool,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._channel = channel
        self._actor = actor
        self._subject = subject
        self._watch = watch
        self._timestamps = timestamps
        self._loop = loop

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with self._watch.watching(self._actor, self._renew):
            async for batch in batches(self._channel, host=self._subject.host_name):
                yield b"".join(self._text(line) for line in batch.lines)
                # Asked for only once the client has taken what came before.
                await self._channel.grant(batch.size)

    def close(self) -> None:
        """Let the host stop."""
        asyncio.run_coroutine_threadsafe(self._channel.close(), self._loop)

    async def _renew(self, actor: Actor | None) -> None:
        try:
            if actor is None:
                raise SignInRequired
            key = self._subject.container_id
            await in_thread(log_subject, actor=actor, container_id=key)
        except EngineError:
            # Nothing can be said any more in an answer that has begun: it breaks off.
            await self._channel.close()

    def _text(self, line: LogLine) -> bytes:
        return line.time + b" " + line.text if self._timestamps else line.text


def open_download(
    tunnels: TunnelHub,
    watch: Watch,
    subject: LogSubject,
    request: LogsRequest,
    *,
    actor: Actor,
    timestamps: bool,
) -> LogDownload:
    """Open the tunnel, from one of Django's threads; what fails does so before any byte is sent."""
    loop = tunnels.loop
    if loop is None:
        raise RuntimeError("the tunnels are not started")
    opening = tunnels.open(subject.host_id, subject.space, request)
    channel = asyncio.run_coroutine_threadsafe(opening, loop).result(2 * DIAL_SECONDS)
    return LogDownload(
        channel, actor=actor, subject=subject, watch=watch, timestamps=timestamps, loop=loop
    )
