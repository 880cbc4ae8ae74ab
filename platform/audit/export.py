"""The audit trail as a file: JSON lines, or CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from audit.selectors import COLUMNS, documents

Row = dict[str, Any]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def json_lines(pieces: Iterable[list[Row]]) -> Iterator[bytes]:
    """Yield one JSON object a line, as the list in REST has it."""
    for piece in pieces:
        yield b"".join(
            orjson.dumps(one, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
            for one in documents(piece)
        )


def comma_separated(pieces: Iterable[list[Row]]) -> Iterator[bytes]:
    """Yield a line of column names, then one a row."""
    yield _lines([COLUMNS])
    for piece in pieces:
        yield _lines([[_cell(row[name]) for name in COLUMNS] for row in piece])


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return orjson.dumps(value).decode() if value else ""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
