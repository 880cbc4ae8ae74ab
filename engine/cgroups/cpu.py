"""Processor time: a ceiling per period, and a share under contention."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.cgroups.files import write

if TYPE_CHECKING:
    from engine.spec.container import Resources

PERIOD: Final = 100_000
"""Microseconds; the kernel's default and Docker's."""


def limit_v1(folder: str, resources: Resources) -> None:
    """Apply `cpus` and `cpu_shares` to a cgroup of the v1 cpu controller."""
    if resources.cpu_shares is not None:
        write(folder, "cpu.shares", str(resources.cpu_shares))
    if resources.cpus is not None:
        write(folder, "cpu.cfs_period_us", str(PERIOD))
        write(folder, "cpu.cfs_quota_us", str(quota(resources.cpus)))


def limit_v2(folder: str, resources: Resources) -> None:
    """Apply `cpus` and `cpu_shares` to a v2 cgroup."""
    if resources.cpu_shares is not None:
        write(folder, "cpu.weight", str(weight(resources.cpu_shares)))
    if resources.cpus is not None:
        write(folder, "cpu.max", f"{quota(resources.cpus)} {PERIOD}")


def quota(cpus: float) -> int:
    """Return the microseconds a period that *cpus* processors' worth of time are."""
    return round(cpus * PERIOD)


def weight(shares: int) -> int:
    """Return the v2 weight (1 to 10000) that stands for v1 *shares* (2 to 262144).

    The curve that runc has come to use: ends meet ends, and the default of 1024 meets the default
    of 100 (the straight line used before gave 39: a container asking for the default lost).
    """
    if shares >= 262_144:
        return 10_000
    logarithm = math.log2(shares)
    exponent = (logarithm * logarithm + 125 * logarithm) / 612 - 7 / 34
    return math.ceil(10**exponent)
