"""Processors and memory nodes: on v1 a new cgroup has none and takes no process until it has."""

from __future__ import annotations

from typing import Final

from engine.cgroups.files import read, write

_FILES: Final = ("cpuset.cpus", "cpuset.mems")


def inherit_v1(folder: str) -> None:
    """Give a new cgroup of the v1 cpuset controller all that its parent has."""
    for name in _FILES:
        if not read(folder, name):
            write(folder, name, _inherited(folder.rpartition("/")[0], name))


def _inherited(folder: str, name: str) -> str:
    value = read(folder, name)
    if not value:
        # Made a moment ago by another process of ours that has not come as far as this.
        value = _inherited(folder.rpartition("/")[0], name)
        write(folder, name, value)
    return value
