"""Processes: how many a container may have at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cgroups.files import write

if TYPE_CHECKING:
    from engine.spec.container import Resources


def limit(folder: str, resources: Resources) -> None:
    """Apply `pids`; v1 and v2 share the file."""
    if resources.pids is not None:
        write(folder, "pids.max", str(resources.pids))
