"""A container's log as one plain-text answer, of any length, with no thread held while it flows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from bus.dial import LogsRequest
from bus.frames import FrameChannel
from bus.loglines import LogLine
from realtime.logs import batches
from realtime.subjects import LogSubject
from realtime.tunnel import DIAL_SECONDS, TunnelHub


class LogDownload:
    """The text of a log: an async iterable of bytes, to be closed after use from any thread."""

    def __init__(
        self, channel: FrameChannel, *, host: str, timestamps: bool, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._channel = channel
        self._host = host
        self._timestamps = timestamps
        self._loop = loop

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for batch in batches(self._channel, host=self._host):
            yield b"".join(self._text(line) for line in batch.lines)
            # Asked for only once the client has taken what came before.
            await self._channel.grant(batch.size)

    def close(self) -> None:
        """Let the host stop."""
        asyncio.run_coroutine_threadsafe(self._channel.close(), self._loop)

    def _text(self, line: LogLine) -> bytes:
        return line.time + b" " + line.text if self._timestamps else line.text


def open_download(
    tunnels: TunnelHub, subject: LogSubject, request: LogsRequest, *, timestamps: bool
) -> LogDownload:
    """Open the tunnel, from one of Django's threads; what fails does so before any byte is sent."""
    loop = tunnels.loop
    if loop is None:
        raise RuntimeError("the tunnels are not started")
    opening = tunnels.open(subject.host_id, subject.space, request)
    channel = asyncio.run_coroutine_threadsafe(opening, loop).result(2 * DIAL_SECONDS)
    return LogDownload(channel, host=subject.host_name, timestamps=timestamps, loop=loop)
