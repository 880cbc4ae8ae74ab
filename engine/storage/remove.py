"""Trees that strangers filled are removed, however deep they are."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Final

_OPEN: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def remove_tree(path: Path | bytes, *, dir_fd: int | None = None) -> None:
    """Delete the folder *path* and all in it; a no-op where it is not there.

    Subfolders are first moved up to the top, so that neither stack nor path length can run out:
    shutil.rmtree fails on a tree a thousand folders deep, which any layer or container can make.
    """
    try:
        top = os.open(path, _OPEN, dir_fd=dir_fd)
    except FileNotFoundError:
        return
    try:
        _empty(top)
    finally:
        os.close(top)
    os.rmdir(path, dir_fd=dir_fd)


def _empty(top: int) -> None:
    prefix = uuid.uuid4().hex
    moved = 0
    pending = _unlink_files(top)
    while pending:
        name = pending.pop()
        folder = os.open(name, _OPEN, dir_fd=top)
        try:
            for child in _unlink_files(folder):
                moved += 1
                os.rename(child, f"{prefix}{moved}", src_dir_fd=folder, dst_dir_fd=top)
                pending.append(f"{prefix}{moved}")
        finally:
            os.close(folder)
        os.rmdir(name, dir_fd=top)


def _unlink_files(folder: int) -> list[str]:
    """Delete what is no folder in *folder* and return the names of the folders."""
    folders = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            else:
                os.unlink(entry.name, dir_fd=folder)
    return folders
