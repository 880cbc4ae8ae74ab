"""One ingest process at a time, whatever many are started: the lock lives beside the data."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

_LOCK_ID = 0x6265727468
"""PostgreSQL advisory lock; the number is "berth" in ASCII."""
_RETRY_SECONDS = 1.0


@contextmanager
def leadership(lock_file: Path) -> Iterator[None]:
    """Wait until no other process leads, and lead; the lock ends with process or connection."""
    if connection.vendor == "postgresql":
        _lock_in_database()
        yield
        return
    with lock_file.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock_in_database() -> None:
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK_ID])
            row = cursor.fetchone()
        if row and row[0]:
            return
        time.sleep(_RETRY_SECONDS)
