"""Reading a container's log back: from the end, since a time, or as it grows."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from engine.logs.writer import Stream, rotated

_BLOCK = 256 * 1024
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One line, or a part of a long one. `time` is RFC 3339 with nanoseconds, UTC."""

    stream: Stream
    time: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """What to read. `tail` None is everything; `since` in nanoseconds since the epoch."""

    tail: int | None = None
    since: int = 0
    streams: frozenset[Stream] = frozenset(Stream)


def read(path: Path, query: LogQuery) -> Iterator[LogEntry]:
    """Yield what the log holds now, oldest first."""
    lines: Iterator[bytes] = _stored(path)
    if query.tail is not None:
        lines = iter(_last(path, query))
    yield from _entries(lines, query)


def follow(
    path: Path, query: LogQuery, *, ended: Callable[[], bool], wait: Callable[[float], bool]
) -> Iterator[LogEntry]:
    """Yield what is there, then what comes, until *ended* says that nothing more will.

    *wait* sleeps for some seconds and returns whether to stop at once. A rotation loses nothing:
    the file that was being read is read to its end before the newer one.
    """
    with closing(_Tail(path)) as tail:
        stored = tail.stored()
        yield from _entries(stored if query.tail is None else _last_of(stored, query), query)
        while True:
            # Asked before reading: what was written until the end is then read below.
            over = ended()
            yield from _entries(tail.lines(), query)
            if over or wait(_POLL_SECONDS):
                return


class _Tail:
    """A place in a log that moves on with it, across rotations."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._rest = b""

    def close(self) -> None:
        """Close the file that is being read."""
        if self._file is not None:
            self._file.close()

    def stored(self) -> Iterator[bytes]:
        """Yield the lines of the older files, then of the newest up to now."""
        for older in list(_older(self._path)):
            yield from _file_lines(older)
        yield from self.lines()

    def lines(self) -> Iterator[bytes]:
        """Yield the whole lines that came since the last call."""
        while file := self._opened():
            # Looked for first: once a newer file is there, this one is complete.
            newer = self._newer_than(file)
            while block := file.read(_BLOCK):
                *whole, self._rest = (self._rest + block).split(b"\n")
                yield from whole
            if newer is None:
                return
            file.close()
            self._file = newer
            self._rest = b""

    def _opened(self) -> BinaryIO | None:
        if self._file is None:
            try:
                self._file = self._path.open("rb", buffering=0)
            except FileNotFoundError:
                return None
        return self._file

    def _newer_than(self, file: BinaryIO) -> BinaryIO | None:
        """Return the file that follows *file*, which a rotation has renamed; None without one."""
        inode = os.fstat(file.fileno()).st_ino
        newer: Path | None = None
        for name in (self._path, *reversed(list(_older(self._path)))):
            try:
                if name.stat().st_ino == inode:
                    return newer.open("rb", buffering=0) if newer else None
            except FileNotFoundError:
                continue
            newer = name
        return self._path.open("rb", buffering=0)


def _entries(lines: Iterable[bytes], query: LogQuery) -> Iterator[LogEntry]:
    for line in lines:
        entry = _parse(line)
        if entry is not None and _wanted(entry, query):
            yield entry


def _older(path: Path) -> Iterator[Path]:
    """Yield the rotated files, oldest first."""
    number = 1
    while rotated(path, number).exists():
        number += 1
    for older in range(number - 1, 0, -1):
        yield rotated(path, older)


def _stored(path: Path) -> Iterator[bytes]:
    for older in _older(path):
        yield from _file_lines(older)
    yield from _file_lines(path)


def _file_lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield line[:-1]
    except FileNotFoundError:
        return


def _last(path: Path, query: LogQuery) -> list[bytes]:
    """Return the last wanted lines, reading files backwards block by block."""
    wanted: list[bytes] = []
    limit = query.tail or 0
    if limit == 0:
        return wanted
    for file in (path, *reversed(list(_older(path)))):
        for line in _backwards(file):
            if query.streams == frozenset(Stream) or _stream_of(line) in query.streams:
                wanted.append(line)
            if len(wanted) >= limit:
                return wanted[::-1]
    return wanted[::-1]


def _last_of(lines: Iterator[bytes], query: LogQuery) -> deque[bytes]:
    kept: deque[bytes] = deque(maxlen=query.tail)
    everything = query.streams == frozenset(Stream)
    for line in lines:
        if everything or _stream_of(line) in query.streams:
            kept.append(line)
    return kept


def _backwards(path: Path) -> Iterator[bytes]:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        position = file.seek(0, os.SEEK_END)
        head = b""
        while position > 0:
            step = min(_BLOCK, position)
            position -= step
            file.seek(position)
            head, *lines = (file.read(step) + head).split(b"\n")
            yield from (line for line in reversed(lines) if line)
        if head:
            yield head


def _stream_of(line: bytes) -> Stream | None:
    entry = _parse(line)
    return entry.stream if entry else None


def _parse(line: bytes) -> LogEntry | None:
    """Return a line's entry; None for one that a crash of the machine tore."""
    try:
        plain = json.loads(line)
        return LogEntry(
            stream=Stream(plain["stream"]), time=str(plain["time"]), text=str(plain["log"])
        )
    except (ValueError, KeyError, TypeError):
        return None


def _wanted(entry: LogEntry, query: LogQuery) -> bool:
    return entry.stream in query.streams and (
        not query.since or nanoseconds(entry.time) >= query.since
    )


def nanoseconds(time: str) -> int:
    """Return an entry's time in nanoseconds since the epoch."""
    whole, _, fraction = time.rstrip("Z").partition(".")
    moment = datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000_000 + int(fraction.ljust(9, "0") or 0)
