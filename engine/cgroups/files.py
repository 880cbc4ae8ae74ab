"""Reading and writing cgroup files; a write the kernel refuses is an error that names both."""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import KernelRefused


def write(folder: str, name: str, value: str) -> None:
    """Write *value* to the cgroup file *name* or raise KernelRefused."""
    path = f"{folder}/{name}"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(descriptor, value.encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        raise KernelRefused(
            call=f"write of {value!r} to {path}", reason=error.strerror or str(error)
        ) from error


def read(folder: str, name: str) -> str:
    """Return the content of the cgroup file *name*, without the final newline."""
    return Path(folder, name).read_text().rstrip("\n")


def read_counter(folder: str, name: str, key: str) -> int:
    """Return the number after *key* in a flat keyed file, 0 where it has no such key."""
    for line in read(folder, name).splitlines():
        found, _, value = line.partition(" ")
        if found == key:
            return int(value)
    return 0


def has(folder: str, name: str) -> bool:
    """Say whether the cgroup has the file *name*."""
    return os.access(f"{folder}/{name}", os.F_OK)
