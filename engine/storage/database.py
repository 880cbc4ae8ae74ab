"""The engine's own state: one SQLite file, durable at every commit."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import StorageFull, UnsupportedVersion
from engine.storage.migrations import MIGRATIONS

_BUSY_SECONDS = 20.0


class Database:
    """SQLite in WAL mode with synchronous=FULL; one connection a thread, made anew after a fork."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._migrate()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock from the first line; commit at the end, roll back on any error."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException as error:
            # A full disk has rolled back by itself.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError) and _is_full(error):
                raise StorageFull(path=self._path.parent, doing="writing the state") from error
            raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that sees what is committed; never holds up a writer."""
        yield self._connection()

    def close(self) -> None:
        """Close this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None and self._local.pid == os.getpid():
            connection.close()
        self._local.connection = None

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None or self._local.pid != os.getpid():
            connection = self._local.connection = self._open()
            self._local.pid = os.getpid()
        return connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    def _migrate(self) -> None:
        known = len(MIGRATIONS)
        with self.transaction() as tx:
            (found,) = tx.execute("PRAGMA user_version").fetchone()
            if found > known:
                raise UnsupportedVersion(
                    what=f"the state in {self._path}", found=found, known=f"up to {known}"
                )
            for script in MIGRATIONS[found:]:
                for statement in script:
                    tx.execute(statement)
            tx.execute(f"PRAGMA user_version={known}")


def _is_full(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL
