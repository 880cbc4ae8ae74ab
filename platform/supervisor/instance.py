"""Whether this home's platform runs, and who runs it: one lock, held as long as it does."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.errors import EngineError, MalformedMessage
from engine.spec import codec


class AlreadyRunning(EngineError):
    code = "already_running"
    template = "another `manage.py up` is at work in {home}"
    home: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The `up` that holds the lock."""

    pid: int
    url: str


def lock_path(run: Path) -> Path:
    """Return the lock file of the instance whose run folder this is."""
    return run / "up.lock"


def find_running(run: Path) -> Running | None:
    """Return who runs the instance, or None."""
    try:
        file = lock_path(run).open("rb")
    except FileNotFoundError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            try:
                return codec.decode(Running, file.read())
            except MalformedMessage:
                return None
    return None


@contextmanager
def running(run: Path, url: str) -> Iterator[None]:
    """Be the one who runs it, or raise AlreadyRunning."""
    # Whoever may open it may hold it, and keep the platform from starting.
    with os.fdopen(os.open(lock_path(run), os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(home=str(run.parent)) from error
        file.truncate(0)
        file.write(codec.encode(Running(pid=os.getpid(), url=url)))
        file.flush()
        yield
