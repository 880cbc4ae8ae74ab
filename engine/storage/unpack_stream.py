"""An archive's bytes: read, hashed and inflated in one thread, taken apart in another."""

from __future__ import annotations

import errno
import hashlib
import os
import queue
import threading
from collections.abc import Callable, Generator, Iterator
from types import TracebackType
from typing import BinaryIO, Final, Protocol, Self, cast

import zstandard
from isal.isal_zlib import IsalError, decompressobj

from engine.errors import ArchiveTooLarge, EngineError, MalformedArchive, UnsupportedMediaType

_READ: Final = 256 * 1024
_LARGEST_PIECE: Final = 1024 * 1024
"""Bytes one inflating step may give, so that a bomb never fills memory."""
_WINDOW: Final = 128 * 1024 * 1024
_PIECES_AHEAD: Final = 8
_BOMB_RATIO: Final = 200
_BOMB_FLOOR: Final = 1024 * 1024 * 1024
"""A ratio says nothing below this size: a file of zeros is no attack."""

_GZIP: Final = b"\x1f\x8b"
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
_GZIP_ERROR: Final = cast("type[Exception]", IsalError)
_REFUSED: Final = {b"BZh": "bzip2", b"\xfd7zXZ\0": "xz"}


class Readable(Protocol):
    """What bytes come from."""

    def read(self, size: int = ..., /) -> bytes:
        """Return up to *size* bytes, none at the end."""


class InflatedStream:
    """Iterates over the plain bytes of *raw*, which may be gzip, zstandard or plain.

    Past *limit* plain bytes it raises ENOSPC, or ArchiveTooLarge where they look made to be many;
    MalformedArchive where it cannot be read.
    `digest` is that of the bytes as received, once the iteration has ended.
    """

    def __init__(self, raw: Readable, *, what: str, limit: int) -> None:
        self._source = _HashedReader(raw)
        self._what = what
        self._limit = limit
        self._pieces: queue.SimpleQueue[bytes | BaseException | None] = queue.SimpleQueue()
        self._room = threading.Semaphore(_PIECES_AHEAD)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inflate", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._room.release()
        self._thread.join()

    def __iter__(self) -> Iterator[bytes]:
        while (piece := self._pieces.get()) is not None:
            if isinstance(piece, BaseException):
                raise piece
            self._room.release()
            yield piece

    @property
    def digest(self) -> str:
        """Of the bytes as received."""
        return self._source.digest

    @property
    def received(self) -> int:
        """How many bytes were read."""
        return self._source.received

    def _run(self) -> None:
        try:
            for piece in self._checked():
                self._room.acquire()
                if self._stopped.is_set():
                    return
                self._pieces.put(piece)
            self._pieces.put(None)
        except (_GZIP_ERROR, zstandard.ZstdError, EOFError) as error:
            self._pieces.put(MalformedArchive(what=self._what, problem=str(error)))
        except (OSError, EngineError) as error:
            self._pieces.put(error)

    def _checked(self) -> Iterator[bytes]:
        given = 0
        for piece in self._inflated():
            given += len(piece)
            suspect = given > self._source.received * _BOMB_RATIO
            if suspect and given > min(self._limit, _BOMB_FLOOR):
                raise ArchiveTooLarge(what=self._what, limit=min(self._limit, _BOMB_FLOOR))
            if given > self._limit:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            yield piece

    def _inflated(self) -> Iterator[bytes]:
        head = self._source.peek(8)
        for magic, name in _REFUSED.items():
            if head.startswith(magic):
                raise UnsupportedMediaType(what=self._what, media_type=name)
        if head.startswith(_GZIP):
            return _gunzip(self._source)
        if head.startswith(_ZSTANDARD):
            return _pieces(
                zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(
                    cast("BinaryIO", self._source), read_across_frames=True, closefd=False
                )
            )
        return _pieces(self._source)


class _HashedReader:
    def __init__(self, raw: Readable) -> None:
        self._raw = raw
        self._ahead = b""
        self._hash = hashlib.sha256()
        self.received = 0

    @property
    def digest(self) -> str:
        return f"sha256:{self._hash.hexdigest()}"

    def peek(self, size: int) -> bytes:
        while len(self._ahead) < size and (data := self._raw.read(_READ)):
            self._ahead += data
        return self._ahead[:size]

    def read(self, size: int = _READ) -> bytes:
        if self._ahead:
            data, self._ahead = self._ahead[:size], self._ahead[size:]
        else:
            data = self._raw.read(size)
        self._hash.update(data)
        self.received += len(data)
        return data


def _pieces(source: Readable) -> Iterator[bytes]:
    while piece := source.read(_READ):
        yield piece


def _gunzip(source: _HashedReader) -> Iterator[bytes]:
    """Inflate every member: eStargz and pigz write more than one."""
    data = source.read()
    while data:
        data = (yield from _gunzip_member(source, data)).lstrip(b"\0")
        while not data and (more := source.read()):
            data = more.lstrip(b"\0")


def _gunzip_member(source: _HashedReader, data: bytes) -> Generator[bytes, None, bytes]:
    """Inflate one member that begins with *data*; return what follows it."""
    member = decompressobj(31)
    while True:
        piece = member.decompress(data, _LARGEST_PIECE)
        if piece:
            yield piece
        if member.eof:
            return member.unused_data
        data = member.unconsumed_tail or source.read()
        if not data and not piece:
            raise EOFError("it ends in the middle of the compressed data")


class PieceReader:
    """Gives exact byte counts out of an iteration of pieces, without copying where it can."""

    def __init__(self, pieces: Iterator[bytes], *, what: str) -> None:
        self._pieces = pieces
        self._what = what
        self._rest = memoryview(b"")

    def read(self, size: int) -> bytes:
        """Return *size* bytes, or fewer at the end."""
        if len(self._rest) < size:
            parts = [self._rest]
            got = len(self._rest)
            while got < size and (piece := next(self._pieces, None)) is not None:
                parts.append(memoryview(piece))
                got += len(piece)
            self._rest = memoryview(b"".join(parts))
        data = bytes(self._rest[:size])
        self._rest = self._rest[size:]
        return data

    def exactly(self, size: int) -> bytes:
        """Return *size* bytes, or raise MalformedArchive."""
        data = self.read(size)
        if len(data) < size:
            raise self._ended()
        return data

    def copy(self, size: int, write: Callable[[memoryview], None]) -> None:
        """Hand the next *size* bytes to *write*, piece by piece."""
        while size:
            if not self._rest:
                piece = next(self._pieces, None)
                if piece is None:
                    raise self._ended()
                self._rest = memoryview(piece)
            part = self._rest[:size]
            self._rest = self._rest[len(part) :]
            size -= len(part)
            write(part)

    def skip(self, size: int) -> None:
        """Leave out the next *size* bytes."""
        if len(self._rest) >= size:
            self._rest = self._rest[size:]
        else:
            self.copy(size, _drop)

    def drain(self) -> None:
        """Read to the end."""
        self._rest = memoryview(b"")
        for _ in self._pieces:
            pass

    def _ended(self) -> MalformedArchive:
        return MalformedArchive(what=self._what, problem="it ends in the middle of an entry")


def _drop(_part: memoryview) -> None:
    """Take bytes that nobody wants."""
