"""Who works on an operation: the host's own answer to a message that comes twice."""

from __future__ import annotations

import enum
import os
import sqlite3
import time
from dataclasses import dataclass

from engine.linux.processes import is_alive, start_time


class ClaimState(enum.StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ClaimOutcome(enum.StrEnum):
    """What the caller is to do: work, answer with the stored result, or leave it to its owner."""

    TAKEN = "taken"
    FINISHED = "finished"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The answer to taking an operation. `result` is its stored outcome once it is finished."""

    outcome: ClaimOutcome
    state: ClaimState
    attempt: int
    result: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClaim:
    """One row: `updated` is when it was taken or finished, in nanoseconds since the epoch."""

    operation_id: str
    attempt: int
    state: ClaimState
    result: str
    updated: int


def take(tx: sqlite3.Connection, operation_id: str) -> Claim:
    """Claim an operation for this process; an owner that died leaves it to the next attempt."""
    row = tx.execute("SELECT * FROM claims WHERE operation_id = ?", (operation_id,)).fetchone()
    if row is None:
        return _own(tx, operation_id, attempt=1)
    state = ClaimState(row["state"])
    if state is not ClaimState.RUNNING:
        return Claim(
            outcome=ClaimOutcome.FINISHED,
            state=state,
            attempt=row["attempt"],
            result=row["result"],
        )
    if is_alive(row["owner_pid"], row["owner_start"]):
        return Claim(outcome=ClaimOutcome.HELD, state=state, attempt=row["attempt"])
    return _own(tx, operation_id, attempt=row["attempt"] + 1)


def finish(tx: sqlite3.Connection, operation_id: str, state: ClaimState, result: str) -> None:
    """Store how an operation ended."""
    tx.execute(
        "UPDATE claims SET state = ?, result = ?, updated = ? WHERE operation_id = ?",
        (state, result, time.time_ns(), operation_id),
    )


def unfinished(connection: sqlite3.Connection) -> list[str]:
    """Return the operations whose owner is gone."""
    rows = connection.execute("SELECT * FROM claims WHERE state = ?", (ClaimState.RUNNING,))
    return [
        row["operation_id"] for row in rows if not is_alive(row["owner_pid"], row["owner_start"])
    ]


def everything(connection: sqlite3.Connection) -> tuple[StoredClaim, ...]:
    """Return every claim, oldest first."""
    rows = connection.execute("SELECT * FROM claims ORDER BY updated")
    return tuple(
        StoredClaim(
            operation_id=row["operation_id"],
            attempt=row["attempt"],
            state=ClaimState(row["state"]),
            result=row["result"],
            updated=row["updated"],
        )
        for row in rows
    )


def forget(tx: sqlite3.Connection, *, before: int) -> None:
    """Drop finished claims last touched before *before* (nanoseconds since the epoch)."""
    tx.execute("DELETE FROM claims WHERE state != ? AND updated < ?", (ClaimState.RUNNING, before))


def _own(tx: sqlite3.Connection, operation_id: str, *, attempt: int) -> Claim:
    pid = os.getpid()
    tx.execute(
        "INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?, ?, '', ?)",
        (operation_id, attempt, ClaimState.RUNNING, pid, start_time(pid), time.time_ns()),
    )
    return Claim(outcome=ClaimOutcome.TAKEN, state=ClaimState.RUNNING, attempt=attempt)
