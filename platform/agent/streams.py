"""What a tunnel can carry from this host; each verb reads the engine in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from agent.engines import Engines
from bus import frames, loglines
from bus.dial import Dial, LogsRequest
from bus.frames import Frame, FrameChannel, FrameType
from bus.loglines import LogLine, LogStream
from engine.errors import EngineError
from engine.logs.reader import LogQuery
from engine.logs.writer import Stream

if TYPE_CHECKING:
    from engine.logs.reader import LogEntry

_FLUSH_AT = 32 * 1024
_CODES = {Stream.STDOUT: LogStream.STDOUT, Stream.STDERR: LogStream.STDERR}


class Streams:
    """Serves tunnels from one engine."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def serve(self, wanted: Dial, channel: FrameChannel) -> None:
        """Do what is *wanted* on *channel*: HELLO, data, EOF; or ERROR with the reason."""
        sender = _LogSender(channel, asyncio.get_running_loop())
        watch = asyncio.create_task(_watch(channel, sender))
        reading = asyncio.ensure_future(
            self._engines.stream(self._send_logs, wanted.space, wanted.request, sender)
        )
        try:
            await asyncio.shield(reading)
        except EngineError as error:
            with suppress(ConnectionError):
                await channel.send(frames.failure(error.record()))
        except ConnectionError:
            pass  # the reader has gone, which ends a stream like any other
        finally:
            # In this order: a thread that waits for credit or for lines learns that it is over.
            sender.over.set()
            await channel.close()
            await asyncio.wait({reading})
            reading.exception()
            watch.cancel()

    def _send_logs(self, space: str, request: LogsRequest, sender: _LogSender) -> None:
        engine = self._engines.within(space)
        if request.follow:
            entries = engine.follow_logs(request.container_id, query(request), sender.wait)
        else:
            entries = engine.logs(request.container_id, query(request))
        sender.send_all(entries)


class _LogSender:
    """Gathers entries into frames; used by the reading thread, which waits for credit."""

    def __init__(self, channel: FrameChannel, loop: asyncio.AbstractEventLoop) -> None:
        self._channel = channel
        self._loop = loop
        self._buffer = bytearray()
        self._greeted = False
        self.over = threading.Event()

    def send_all(self, entries: Iterable[LogEntry]) -> None:
        for entry in entries:
            line = LogLine(_CODES[entry.stream], entry.time.encode(), entry.text.encode())
            for record in loglines.pack(line):
                self._gather(record)
        self._flush()
        self._send(Frame(FrameType.EOF))

    def wait(self, seconds: float) -> bool:
        """Send what there is, then wait for more; True when the other side has gone."""
        self._flush()
        return self.over.wait(seconds)

    def _gather(self, record: bytes) -> None:
        if len(self._buffer) + len(record) > frames.MAXIMUM_DATA:
            self._flush()
        self._buffer += record
        if len(self._buffer) >= _FLUSH_AT:
            self._flush()

    def _flush(self) -> None:
        if not self._greeted:
            # Only now is it sure that there is such a log.
            self._greeted = True
            self._send(frames.hello())
        if self._buffer:
            self._send(Frame(FrameType.DATA, bytes(self._buffer)))
            self._buffer.clear()

    def _send(self, frame: Frame) -> None:
        if self.over.is_set():
            raise ConnectionResetError("the tunnel's other side is gone")
        asyncio.run_coroutine_threadsafe(self._channel.send(frame), self._loop).result()


async def _watch(channel: FrameChannel, sender: _LogSender) -> None:
    """Let the thread know when the other side has gone, while it waits for lines."""
    await channel.ended.wait()
    sender.over.set()


def query(request: LogsRequest) -> LogQuery:
    """Return what *request* asks of the engine."""
    streams = {Stream.STDOUT: request.stdout, Stream.STDERR: request.stderr}
    return LogQuery(
        tail=request.tail,
        since=request.since,
        streams=frozenset(stream for stream, wanted in streams.items() if wanted),
    )
