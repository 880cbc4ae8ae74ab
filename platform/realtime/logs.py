"""A container's log from its host's tunnel, line by line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from bus import frames
from bus.errors import AgentUnavailable
from bus.frames import FrameChannel, FrameType
from bus.loglines import LogLine, unpack
from realtime.errors import HostFailed


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines that came together; their `size` in bytes is what to grant once they are used."""

    lines: Sequence[LogLine]
    size: int


async def batches(channel: FrameChannel, *, host: str) -> AsyncIterator[Batch]:
    """Yield the log's lines until its end; HostFailed, or AgentUnavailable when it breaks off."""
    while (frame := await channel.receive()) is not None:
        if frame.type is FrameType.DATA:
            yield Batch(list(unpack(frame.data)), len(frame.data))
        elif frame.type is FrameType.EOF:
            return
        elif frame.type is FrameType.ERROR:
            raise HostFailed(error=frames.read_failure(frame))
    raise AgentUnavailable(host=host, reason="the connection broke off")
