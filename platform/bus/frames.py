"""Frames of a tunnel between host and platform: type (1 byte), length (4, big endian), data.

The side that dialed opens with HELLO, whose data is the version it speaks. Data frames spend
credit: each side may send WINDOW bytes more than the other has given back by WINDOW frames. End of
file is a frame, so that neither proxies nor TLS need to carry a half-close.
"""

from __future__ import annotations

import asyncio
import enum
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from engine.errors import ErrorRecord, MalformedMessage, UnsupportedVersion
from engine.spec import codec

VERSION = 1
INITIAL_WINDOW = 256 * 1024
MAXIMUM_DATA = 64 * 1024
_HEADER = struct.Struct(">BI")
_AMOUNT = struct.Struct(">I")
_SIZE = struct.Struct(">HH")
_QUEUED_FRAMES = INITIAL_WINDOW + 1024
_CLOSE_SECONDS = 5.0
_LONGEST_MESSAGE = 2048


class FrameType(enum.IntEnum):
    HELLO = 1
    STDIN = 2
    OUT = 3
    ERR = 4
    DATA = 5
    EOF = 6
    RESIZE = 7
    EXIT = 8
    WINDOW = 9
    ERROR = 10


_SPENDS_CREDIT = frozenset({FrameType.STDIN, FrameType.OUT, FrameType.ERR, FrameType.DATA})


@dataclass(frozen=True, slots=True)
class Frame:
    type: FrameType
    data: bytes = b""


def encode(frame: Frame) -> bytes:
    """Return the frame's bytes on the wire."""
    if len(frame.data) > MAXIMUM_DATA:
        raise ValueError(f"a frame carries at most {MAXIMUM_DATA} bytes")
    return _HEADER.pack(frame.type, len(frame.data)) + frame.data


def split(kind: FrameType, data: bytes) -> Iterator[Frame]:
    """Yield *data* as frames of at most MAXIMUM_DATA bytes."""
    for start in range(0, len(data), MAXIMUM_DATA):
        yield Frame(kind, data[start : start + MAXIMUM_DATA])


def hello(version: int = VERSION) -> Frame:
    return Frame(FrameType.HELLO, bytes([version]))


def window(amount: int) -> Frame:
    return Frame(FrameType.WINDOW, _AMOUNT.pack(amount))


def exit_code(code: int) -> Frame:
    return Frame(FrameType.EXIT, struct.pack(">i", code))


def read_exit_code(frame: Frame) -> int:
    return int(_unpack(struct.Struct(">i"), frame)[0])


def resize(rows: int, columns: int) -> Frame:
    return Frame(FrameType.RESIZE, _SIZE.pack(rows, columns))


def read_size(frame: Frame) -> tuple[int, int]:
    """Return (rows, columns)."""
    rows, columns = _unpack(_SIZE, frame)
    return rows, columns


def failure(error: ErrorRecord) -> Frame:
    """Return the frame that says why a tunnel ends."""
    message = error.message[:_LONGEST_MESSAGE]
    detail = {name: value[:_LONGEST_MESSAGE] for name, value in error.detail.items()}
    record = ErrorRecord(code=error.code, message=message, detail=detail)
    return Frame(FrameType.ERROR, codec.encode(record))


def read_failure(frame: Frame) -> ErrorRecord:
    return codec.decode(ErrorRecord, frame.data)


def require_version(frame: Frame | None) -> None:
    """Check the frame that opens a tunnel."""
    if frame is None or frame.type is not FrameType.HELLO or len(frame.data) != 1:
        raise MalformedMessage(kind="tunnel", problem="it does not open with HELLO")
    if frame.data[0] != VERSION:
        raise UnsupportedVersion(what="the tunnel", found=frame.data[0], known=str(VERSION))


async def read(reader: asyncio.StreamReader) -> Frame | None:
    """Return the next frame, or None where the connection ended."""
    try:
        kind, length = _HEADER.unpack(await reader.readexactly(_HEADER.size))
        if length > MAXIMUM_DATA:
            raise MalformedMessage(kind="frame", problem=f"{length} bytes are too many")
        data = await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    try:
        return Frame(FrameType(kind), data)
    except ValueError as error:
        raise MalformedMessage(kind="frame", problem=f"unknown type {kind}") from error


class FrameChannel:
    """Both directions of one tunnel, with credit; `start()` before use, `close()` after."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._credit = INITIAL_WINDOW
        self._owed = 0
        self._funded = asyncio.Condition()
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue()
        self._pump: asyncio.Task[None] | None = None
        self.ended = asyncio.Event()
        """Set once the other side is gone."""

    def start(self) -> None:
        self._pump = asyncio.create_task(self._run())

    async def send(self, frame: Frame) -> None:
        """Send a frame, waiting for credit if it is data; ConnectionError once the peer is gone."""
        if frame.type in _SPENDS_CREDIT:
            await self._spend(len(frame.data))
        if self.ended.is_set():
            raise ConnectionResetError("the tunnel's other side is gone")
        self._writer.write(encode(frame))
        await self._writer.drain()

    async def receive(self) -> Frame | None:
        """Return the next frame that is not WINDOW, or None where the connection ended."""
        if self.ended.is_set() and self._frames.empty():
            return None
        return await self._frames.get()

    async def grant(self, amount: int) -> None:
        """Let the other side send *amount* bytes more: those that were received and used."""
        if amount > self._owed:
            raise ValueError(f"cannot give back {amount} bytes of {self._owed} received")
        self._owed -= amount
        if amount and not self.ended.is_set():
            with suppress(ConnectionError):
                await self.send(window(amount))

    async def close(self) -> None:
        """Let go of the connection; what was sent is still delivered."""
        self._writer.close()
        if self._pump is not None:
            self._pump.cancel()
            with suppress(asyncio.CancelledError):
                await self._pump
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._writer.wait_closed()
        except TimeoutError:
            self._writer.transport.abort()
        except ConnectionError:
            pass

    async def _spend(self, amount: int) -> None:
        async with self._funded:
            await self._funded.wait_for(lambda: self._credit >= amount or self.ended.is_set())
            self._credit -= amount

    async def _run(self) -> None:
        try:
            while (frame := await read(self._reader)) is not None:
                await self._take(frame)
        except MalformedMessage as error:
            self._frames.put_nowait(failure(error.record()))
        finally:
            self.ended.set()
            self._frames.put_nowait(None)
            async with self._funded:
                self._funded.notify_all()

    async def _take(self, frame: Frame) -> None:
        if frame.type is FrameType.WINDOW:
            async with self._funded:
                self._credit += _unpack(_AMOUNT, frame)[0]
                self._funded.notify_all()
            return
        if frame.type in _SPENDS_CREDIT:
            self._owed += len(frame.data)
        if self._owed > INITIAL_WINDOW or self._frames.qsize() >= _QUEUED_FRAMES:
            raise MalformedMessage(kind="tunnel", problem="the other side sends without credit")
        self._frames.put_nowait(frame)


def _unpack(form: struct.Struct, frame: Frame) -> tuple[int, ...]:
    if len(frame.data) != form.size:
        raise MalformedMessage(kind="frame", problem=f"{frame.type.name} has a wrong length")
    return form.unpack(frame.data)
