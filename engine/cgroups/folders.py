"""Making and removing cgroup folders, and readying the folders above them."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from engine.cgroups import cpuset
from engine.cgroups.files import read, write
from engine.errors import KernelRefused

if TYPE_CHECKING:
    from engine.cgroups.hierarchy import Hierarchy, V1Mount

_PATIENCE: Final = 5.0
"""Seconds; a cgroup stays busy for some milliseconds after its last process was reaped."""
_DELEGATED: Final = ("cpu", "cpuset", "io", "memory", "pids")


def make_v1(mount: V1Mount, path: str) -> None:
    """Make the cgroup *path* of a v1 hierarchy, and those above it where they are missing."""
    folder = f"{mount.target}/{path}"
    _make(folder)
    if "cpuset" in mount.controllers:
        cpuset.inherit_v1(folder)


def make_v2(hierarchy: Hierarchy, path: str) -> None:
    """Make the v2 cgroup *path* and those above it, passing on the controllers that can be.

    A controller that a folder above cannot pass on is missing from `cgroup.controllers`.
    """
    folder = f"{hierarchy.v2}/{path}"
    _make(folder)
    wanted = hierarchy.v2_controllers.intersection(_DELEGATED)
    if wanted.issubset(read(folder, "cgroup.controllers").split()):
        return
    above = str(hierarchy.v2)
    for part in PurePosixPath(path).parts:
        _pass_on(above, wanted)
        above = f"{above}/{part}"


def remove(folder: str) -> None:
    """Remove the cgroup and those below it, waiting a while for its last processes to go."""
    deadline = time.monotonic() + _PATIENCE
    delay = 0.0005
    while not _removed(folder, final=time.monotonic() > deadline):
        time.sleep(delay)
        delay = min(2 * delay, 0.05)


def _make(folder: str) -> None:
    try:
        os.mkdir(folder)
    except FileNotFoundError:
        with contextlib.suppress(FileExistsError):
            _make(folder.rpartition("/")[0])
        os.mkdir(folder)


def _pass_on(folder: str, controllers: frozenset[str]) -> None:
    missing = controllers.difference(read(folder, "cgroup.subtree_control").split())
    # One by one: the kernel takes all of a line or nothing, and real-time processes outside the
    # root are enough to make it refuse cpu.
    for controller in sorted(missing.intersection(read(folder, "cgroup.controllers").split())):
        with contextlib.suppress(KernelRefused):
            write(folder, "cgroup.subtree_control", f"+{controller}")


def _removed(folder: str, *, final: bool) -> bool:
    try:
        for current, _, _ in os.walk(folder, topdown=False):
            os.rmdir(current)
    except FileNotFoundError:
        return False  # someone else removes it as well: look again
    except OSError as error:
        if error.errno == errno.EBUSY and not final:
            return False
        raise KernelRefused(
            call=f"removal of cgroup {folder}", reason=error.strerror or str(error)
        ) from error
    return True
