"""Log lines as a tunnel's DATA frames carry them: records of stream, time and text."""

from __future__ import annotations

import enum
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from engine.errors import MalformedMessage

_RECORD = struct.Struct(">BBI")
LONGEST_TEXT = 48 * 1024
"""Bytes of text in one record; a longer line goes as several, the last of which ends it."""


class LogStream(enum.IntEnum):
    STDOUT = 1
    STDERR = 2


@dataclass(frozen=True, slots=True)
class LogLine:
    """`time` is RFC 3339 in ASCII; `text` as written, with its newline where it had one."""

    stream: LogStream
    time: bytes
    text: bytes


def pack(line: LogLine) -> Iterator[bytes]:
    """Yield the line's records; each fits into one frame."""
    for start in range(0, len(line.text) or 1, LONGEST_TEXT):
        piece = line.text[start : start + LONGEST_TEXT]
        yield _RECORD.pack(line.stream, len(line.time), len(piece)) + line.time + piece


def unpack(data: bytes) -> Iterator[LogLine]:
    """Yield the lines of one frame, which holds whole records."""
    position = 0
    while position < len(data):
        try:
            stream, time_length, text_length = _RECORD.unpack_from(data, position)
            text = position + _RECORD.size + time_length
            position, time = text + text_length, data[text - time_length : text]
            line = LogLine(LogStream(stream), time, data[text:position])
        except (struct.error, ValueError) as error:
            raise MalformedMessage(kind="log line", problem=str(error)) from error
        if position > len(data):
            raise MalformedMessage(kind="log line", problem="its text is cut off")
        yield line
