"""A view of the file system in which a user reaches the code, wherever root has put it.

A clone or an interpreter under /root (0700) is out of every other user's reach. In a mount
namespace of the process's own, an empty folder stands for /root, with nothing in it but those.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from engine.linux import mounts, syscalls


def open_to(uid: int, gid: int, paths: Iterable[Path]) -> None:
    """Make *paths* reachable for the user, for the calling process; a no-op where they are."""
    closed: dict[Path, set[Path]] = {}
    for path in {path.resolve() for path in paths}:
        gate = _first_closed(uid, gid, path)
        if gate is not None:
            closed.setdefault(gate, set()).add(path)
    if not closed:
        return
    here = Path.cwd()
    syscalls.unshare(syscalls.CLONE_NEWNS)
    # What the host unmounts later must go here too, or this view would keep it busy.
    mounts.mount(None, "/", None, syscalls.MS_REC | syscalls.MS_SLAVE)
    before = os.umask(0o022)
    try:
        for gate, kept in closed.items():
            _cover(gate, [path for path in kept if not kept.intersection(path.parents)])
    finally:
        os.umask(before)
    # What is behind a cover now would be a working folder without a name.
    os.chdir(here if here.is_dir() else "/")


def _first_closed(uid: int, gid: int, path: Path) -> Path | None:
    for folder in reversed(path.parents):
        if not _may_enter(uid, gid, folder.stat()):
            return folder
    return None


def _may_enter(uid: int, gid: int, folder: os.stat_result) -> bool:
    if folder.st_uid == uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def _cover(gate: Path, kept: list[Path]) -> None:
    copies = [
        (
            path,
            mounts.open_tree(
                syscalls.AT_FDCWD, path, syscalls.OPEN_TREE_CLONE | syscalls.OPEN_TREE_CLOEXEC
            ),
        )
        for path in kept
    ]
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV
    mounts.mount("berth", gate, "tmpfs", flags, "mode=0755,size=1m")
    for path, copy in copies:
        path.mkdir(parents=True)
        mounts.move_mount(copy, "", syscalls.AT_FDCWD, path, syscalls.MOVE_MOUNT_F_EMPTY_PATH)
        os.close(copy)
