"""A container's log: Docker's json-file format, escaped a chunk at a time, rotated by size."""

from __future__ import annotations

import enum
import errno
import os
import re
import time
from pathlib import Path

from engine.spec.container import LogOptions

_PLAIN = bytes(byte for byte in range(256) if byte >= 0x20 or byte == 0x0A)
_REST = re.compile(rb"[\x00-\x09\x0b-\x1f]")
_LONGEST_LINE = 16 * 1024
"""Bytes after which a line is written in parts, as Docker does."""


class Stream(enum.StrEnum):
    STDOUT = "stdout"
    STDERR = "stderr"


class LogWriter:
    """Writes `{"log":"…\\n","stream":"…","time":"…"}` lines.

    Lines stay whole; bytes that are no UTF-8 become U+FFFD. A full disk loses output, never the
    container: what was lost is said in the log once there is room again.
    """

    def __init__(self, path: str | Path, options: LogOptions) -> None:
        self._path = path
        self._options = options
        self._second = 0
        self._second_text = b""
        self._lost = 0
        self._open()

    def stream(self, stream: Stream) -> StreamWriter:
        """Return where the output of *stream* goes."""
        return StreamWriter(self, stream)

    def close(self) -> None:
        """Make the log last; close its streams first."""
        os.fdatasync(self._fd)
        os.close(self._fd)

    def write(self, name: bytes, data: bytes) -> None:
        """Write *data*, whole lines or the part of one, as output of the stream *name*."""
        if self._lost:
            self._say_lost()
        lines = self._lines(name, data)
        if self._size and self._size + len(lines) > self._options.max_size:
            self._rotate()
        self._append(lines, len(data))

    def _append(self, lines: bytes, counted: int) -> None:
        try:
            written = os.write(self._fd, lines)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            self._lost += counted
            return
        if written < len(lines):
            # A torn line would spoil the next one: take it back.
            os.ftruncate(self._fd, self._size)
            self._lost += counted
            return
        self._size += written

    def _say_lost(self) -> None:
        lost, self._lost = self._lost, 0
        text = f"[{lost} bytes of output were lost: the disk was full]\n".encode()
        self._append(self._lines(b"stderr", text), 0)

    def _lines(self, name: bytes, data: bytes) -> bytes:
        data = _escape(data)
        ends = data.endswith(b"\n")
        if ends:
            data = data[:-1]
        suffix = b'","stream":"%s","time":"%s"}\n' % (name, self._now())
        body = data.replace(b"\n", b"\\n" + suffix + b'{"log":"')
        return b"".join((b'{"log":"', body, b"\\n" if ends else b"", suffix))

    def _now(self) -> bytes:
        second, nanosecond = divmod(time.time_ns(), 1_000_000_000)
        if second != self._second:
            self._second = second
            self._second_text = time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime(second)).encode()
        return self._second_text + b"%09dZ" % nanosecond

    def _open(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._fd = os.open(self._path, flags, 0o640)
        self._size = os.fstat(self._fd).st_size

    def _rotate(self) -> None:
        """Shift `log` → `log.1` → `log.2` …; the oldest past `max_files` goes."""
        os.close(self._fd)
        path = Path(self._path)
        names = [path, *(rotated(path, n) for n in range(1, self._options.max_files))]
        if len(names) == 1:
            path.unlink(missing_ok=True)
        for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
            if newer.exists():
                newer.rename(older)
        self._open()


class StreamWriter:
    """One stream of a log: cuts chunks into lines."""

    __slots__ = ("_name", "_rest", "_writer")

    def __init__(self, writer: LogWriter, stream: Stream) -> None:
        self._writer = writer
        self._name = stream.encode()
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        """Write the whole lines of *chunk* and what was left of the last; keep the rest."""
        data = self._rest + chunk if self._rest else chunk
        end = data.rfind(b"\n") + 1
        if end == 0 and len(data) < _LONGEST_LINE:
            self._rest = data
            return
        if end == 0:
            end = _whole_characters(data)
        self._rest = data[end:]
        self._writer.write(self._name, data[:end])

    def close(self) -> None:
        """Write a last line that has no newline."""
        if self._rest:
            self._writer.write(self._name, self._rest)


def rotated(path: Path, number: int) -> Path:
    """Return the name of the log's *number*-th older file."""
    return path.with_name(f"{path.name}.{number}")


def _escape(data: bytes) -> bytes:
    if not data.isascii():
        data = _as_utf8(data)
    if b"\\" in data:
        data = data.replace(b"\\", b"\\\\")
    if b'"' in data:
        data = data.replace(b'"', b'\\"')
    if data.translate(None, _PLAIN):
        # The common ones without a Python call for each: color codes, tabs, CR LF.
        data = data.replace(b"\x1b", b"\\u001b").replace(b"\t", b"\\t").replace(b"\r", b"\\r")
        if data.translate(None, _PLAIN):
            data = _REST.sub(lambda match: b"\\u%04x" % match[0][0], data)
    return data


def _as_utf8(data: bytes) -> bytes:
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode(errors="replace").encode()
    return data


def _whole_characters(data: bytes) -> int:
    """Return how much of *data* ends with a whole UTF-8 character."""
    for back in range(1, 4):
        byte = data[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(data) - back if length > back else len(data)
    return len(data)
