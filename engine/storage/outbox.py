"""Events, written in the transaction of the change that they tell of."""

from __future__ import annotations

import json
import sqlite3
import time

from engine.spec.codec import to_plain
from engine.spec.event import Event, ObjectKind


def append(
    tx: sqlite3.Connection,
    *,
    space: str,
    kind: ObjectKind,
    id: str,  # noqa: A002  (the event's own field)
    action: str,
    payload: object | None,
) -> int:
    """Add an event and return its sequence, the object's new version."""
    plain = {} if payload is None else to_plain(payload)
    cursor = tx.execute(
        "INSERT INTO outbox (space, kind, id, action, time, payload) VALUES (?, ?, ?, ?, ?, ?)",
        (space, kind, id, action, time.time_ns(), json.dumps(plain, separators=(",", ":"))),
    )
    return int(cursor.lastrowid or 0)


def read(connection: sqlite3.Connection, *, after: int, limit: int) -> list[Event]:
    """Return up to *limit* events past *after*; a payload's `version` is its event's sequence."""
    rows = connection.execute(
        "SELECT * FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?", (after, limit)
    )
    return [_event(row) for row in rows]


def position(connection: sqlite3.Connection) -> int:
    """Return the sequence of the newest event ever written, trimmed or not."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
    return int(row[0]) if row else 0


def epoch(connection: sqlite3.Connection) -> str:
    """Return the name of this state database; sequences of another say nothing about it."""
    return str(connection.execute("SELECT epoch FROM identity").fetchone()[0])


def trim(tx: sqlite3.Connection, *, through: int) -> None:
    """Forget the events up to and including *through*."""
    tx.execute("DELETE FROM outbox WHERE sequence <= ?", (through,))


def _event(row: sqlite3.Row) -> Event:
    payload = json.loads(row["payload"])
    if "version" in payload:
        payload["version"] = row["sequence"]
    return Event(
        sequence=row["sequence"],
        space=row["space"],
        kind=ObjectKind(row["kind"]),
        id=row["id"],
        action=row["action"],
        time=row["time"],
        payload=payload,
    )
