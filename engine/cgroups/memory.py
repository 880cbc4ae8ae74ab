"""Memory: limits, and word of out-of-memory kills."""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING, Final

from engine.cgroups.files import has, read_counter, write
from engine.errors import KernelRefused

if TYPE_CHECKING:
    from engine.spec.container import Resources

_IN_MODIFY: Final = 2
_libc = ctypes.CDLL(None, use_errno=True)


def limit_v1(folder: str, resources: Resources) -> None:
    """Apply `memory` to a cgroup of the v1 memory controller; as much again may be swapped."""
    if resources.memory is None:
        return
    write(folder, "memory.limit_in_bytes", str(resources.memory))
    # A kernel without swap accounting lacks the file; the limit then holds for memory alone.
    if has(folder, "memory.memsw.limit_in_bytes"):
        write(folder, "memory.memsw.limit_in_bytes", str(2 * resources.memory))


def limit_v2(folder: str, resources: Resources) -> None:
    """Apply `memory` to a v2 cgroup; as much again may be swapped."""
    if resources.memory is None:
        return
    write(folder, "memory.max", str(resources.memory))
    if has(folder, "memory.swap.max"):
        write(folder, "memory.swap.max", str(resources.memory))


def oom_kills_v1(folder: str) -> int:
    """Return how many processes of the cgroup the kernel has killed for want of memory."""
    return read_counter(folder, "memory.oom_control", "oom_kill")


def oom_kills_v2(folder: str) -> int:
    """Return how many processes of the cgroup and those below the kernel has killed so."""
    return read_counter(folder, "memory.events", "oom_kill")


def oom_event_v1(folder: str) -> int:
    """Return an eventfd that becomes readable when the cgroup runs out of memory or is removed."""
    control = os.open(f"{folder}/memory.oom_control", os.O_RDONLY | os.O_CLOEXEC)
    event = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
    try:
        write(folder, "cgroup.event_control", f"{event} {control}")
    except KernelRefused:
        os.close(event)
        raise
    finally:
        os.close(control)
    return event


def oom_event_v2(folder: str) -> int:
    """Return an inotify descriptor that becomes readable when a memory event is counted."""
    watcher = _checked("inotify_init1", _libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK))
    try:
        path = os.fsencode(f"{folder}/memory.events")
        _checked("inotify_add_watch", _libc.inotify_add_watch(watcher, path, _IN_MODIFY))
    except OSError:
        os.close(watcher)
        raise
    return watcher


def _checked(name: str, result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result
