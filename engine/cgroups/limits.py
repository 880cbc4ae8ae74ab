"""What limits a container may ask for here."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Final

from engine.errors import InvalidValue, KernelUnsupported, LimitAboveHost, MemoryLimitTooLow
from engine.spec.container import MINIMUM_MEMORY

if TYPE_CHECKING:
    from engine.cgroups.hierarchy import Hierarchy
    from engine.spec.container import Resources

MINIMUM_CPUS: Final = 0.01
"""The kernel takes no quota below 1 ms in a period of 100."""
MAXIMUM_MEMORY: Final = 2**62
"""Bytes; twice that (memory and swap) still fits the kernel's counter."""
MAXIMUM_PIDS: Final = 4_194_304
"""The kernel's own PID_MAX_LIMIT."""


def validate(hierarchy: Hierarchy, resources: Resources) -> None:
    """Raise if *resources* make no sense, are more than the host has, or cannot be enforced here.

    InvalidValue, MemoryLimitTooLow, LimitAboveHost or KernelUnsupported.
    """
    if resources.memory is not None:
        _validate_memory(resources.memory)
        _require(hierarchy, "memory", "a memory limit")
    if resources.cpus is not None:
        _validate_cpus(resources.cpus)
        _require(hierarchy, "cpu", "a cpu limit")
    if resources.cpu_shares is not None:
        _validate_range("cpu_shares", resources.cpu_shares, 2, 262_144)
        _require(hierarchy, "cpu", "cpu shares")
    if resources.pids is not None:
        _validate_range("pids", resources.pids, 1, MAXIMUM_PIDS)
        _require(hierarchy, "pids", "a limit of processes")


def _validate_memory(memory: int) -> None:
    if memory < 0:
        raise InvalidValue(field="memory", value=memory, problem="must not be negative")
    if memory < MINIMUM_MEMORY:
        raise MemoryLimitTooLow(limit=memory, minimum=MINIMUM_MEMORY)
    if memory > MAXIMUM_MEMORY:
        raise InvalidValue(field="memory", value=memory, problem=f"is over {MAXIMUM_MEMORY} bytes")


def _validate_cpus(cpus: float) -> None:
    if not math.isfinite(cpus) or cpus < MINIMUM_CPUS:
        raise InvalidValue(
            field="cpus", value=cpus, problem=f"must be a number from {MINIMUM_CPUS} on"
        )
    available = os.cpu_count() or 1
    if cpus > available:
        raise LimitAboveHost(field="cpus", value=f"{cpus:g}", available=f"{available} processors")


def _validate_range(field: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise InvalidValue(field=field, value=value, problem=f"must be from {lowest} to {highest}")


def _require(hierarchy: Hierarchy, controller: str, feature: str) -> None:
    if not hierarchy.has(controller):
        raise KernelUnsupported(
            feature=feature, reason=f"the cgroup controller {controller} is not available"
        )
