"""Standing still: stopping and resuming all processes of a cgroup."""

from __future__ import annotations

import os
import select
import time
from typing import Final

from engine.cgroups.files import read, read_counter, write
from engine.errors import KernelRefused

_PATIENCE: Final = 10.0
"""Seconds; a process deep in a system call (a dead NFS server) freezes only when that returns."""


def freeze_v1(folder: str) -> None:
    """Freeze a cgroup of the v1 freezer controller; KernelRefused if it does not come to a halt."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        # Processes forked meanwhile are frozen only by writing again.
        write(folder, "freezer.state", "FROZEN")
        if read(folder, "freezer.state") == "FROZEN":
            return
        if time.monotonic() > deadline:
            write(folder, "freezer.state", "THAWED")
            raise _not_frozen(folder)
        time.sleep(0.001)


def thaw_v1(folder: str) -> None:
    """Resume a cgroup of the v1 freezer controller."""
    write(folder, "freezer.state", "THAWED")


def freeze_v2(folder: str) -> None:
    """Freeze a v2 cgroup and those below; KernelRefused if it does not come to a halt."""
    events = os.open(f"{folder}/cgroup.events", os.O_RDONLY | os.O_CLOEXEC)
    try:
        write(folder, "cgroup.freeze", "1")
        watch = select.poll()
        watch.register(events, select.POLLPRI)
        deadline = time.monotonic() + _PATIENCE
        while not read_counter(folder, "cgroup.events", "frozen"):
            left = deadline - time.monotonic()
            if left <= 0:
                write(folder, "cgroup.freeze", "0")
                raise _not_frozen(folder)
            watch.poll(min(left, 0.1) * 1000)
            os.pread(events, 4096, 0)  # or the next poll returns at once
    finally:
        os.close(events)


def thaw_v2(folder: str) -> None:
    """Resume a v2 cgroup."""
    write(folder, "cgroup.freeze", "0")


def _not_frozen(folder: str) -> KernelRefused:
    return KernelRefused(
        call=f"freezing {folder}",
        reason=f"a process of it does not stop within {_PATIENCE:.0f} s; it runs on",
    )
