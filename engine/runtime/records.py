"""Small files that outlive their writer: whole, or as they were."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, data: bytes, *, durable: bool) -> None:
    """Replace *path* by *data* in one step; *durable* syncs the file and its folder first."""
    temporary = path.with_name(path.name + ".new")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        written = 0
        while written < len(data):
            written += os.write(fd, data[written:])
        if durable:
            os.fdatasync(fd)
    finally:
        os.close(fd)
    os.rename(temporary, path)
    if durable:
        sync_folder(path.parent)


def read(path: Path) -> bytes | None:
    """Return what *path* holds, None where it is not there."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def sync_folder(folder: Path) -> None:
    """Make renames and new names in *folder* last."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def boot_id() -> str:
    """Return the kernel's name for this boot (random(4))."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
