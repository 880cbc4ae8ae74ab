"""One process of a kind on a host: a second one waits for the first to end."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold *lock* while the block runs; the kernel lets go of it however the process ends."""
    # Whoever may open it may hold it, and hold the host up.
    with os.fdopen(os.open(lock, os.O_RDWR | os.O_CREAT, 0o600), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
