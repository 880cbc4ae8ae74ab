"""Where this machine has its cgroups: v1, v2, or v1 beside a v2 hierarchy (hybrid)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.errors import KernelUnsupported
from engine.linux.mounts import MountInfo, read_mountinfo

_V1_CONTROLLERS: Final = frozenset(
    {
        "blkio",
        "cpu",
        "cpuacct",
        "cpuset",
        "devices",
        "freezer",
        "hugetlb",
        "memory",
        "misc",
        "net_cls",
        "net_prio",
        "perf_event",
        "pids",
        "rdma",
    }
)


class HierarchyKind(enum.StrEnum):
    V1 = "v1"
    HYBRID = "hybrid"
    """Controllers on v1, and a v2 hierarchy that can still kill, freeze and tell."""
    V2 = "v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class V1Mount:
    """One mounted v1 hierarchy; `controllers` is `("name=systemd",)` for a named one."""

    controllers: tuple[str, ...]
    target: str

    @property
    def option(self) -> str:
        """The mount option that names it."""
        names = ",".join(self.controllers)
        return f"none,{names}" if names.startswith("name=") else names

    @property
    def folder_name(self) -> str:
        """Where programs look for it under /sys/fs/cgroup."""
        return ",".join(self.controllers).removeprefix("name=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """The cgroup mounts of this machine."""

    kind: HierarchyKind
    v1: tuple[V1Mount, ...]
    v2: str | None
    """Where the v2 hierarchy is mounted."""
    v2_controllers: frozenset[str] = frozenset()

    @classmethod
    def detect(cls, mountinfo: Path = Path("/proc/self/mountinfo")) -> Hierarchy:
        """Read the mount table; KernelUnsupported where no cgroup file system is mounted."""
        mounts = read_mountinfo(mountinfo.read_text())
        v1 = _v1_mounts(mounts)
        v2 = next((mount.target for mount in mounts if mount.fstype == "cgroup2"), None)
        controllers: frozenset[str] = frozenset()
        if v2 is not None:
            controllers = frozenset(Path(v2, "cgroup.controllers").read_text().split())
        elif not v1:
            raise KernelUnsupported(
                feature="cgroups", reason="no cgroup file system is mounted; mount cgroup2"
            )
        if not v1:
            kind = HierarchyKind.V2
        else:
            kind = HierarchyKind.V1 if v2 is None else HierarchyKind.HYBRID
        return cls(kind=kind, v1=v1, v2=v2, v2_controllers=controllers)

    def v1_mount(self, controller: str) -> V1Mount | None:
        """Return the v1 hierarchy that has *controller*."""
        return next((mount for mount in self.v1 if controller in mount.controllers), None)

    def has(self, controller: str) -> bool:
        """Say whether *controller* can be used here, on v1 or v2."""
        return self.v1_mount(controller) is not None or controller in self.v2_controllers

    def targets(self) -> list[str]:
        """Return the mount point of every hierarchy, v1 first."""
        targets = [mount.target for mount in self.v1]
        return targets if self.v2 is None else [*targets, self.v2]


def _v1_mounts(mounts: list[MountInfo]) -> tuple[V1Mount, ...]:
    found: dict[tuple[str, ...], V1Mount] = {}
    for mount in mounts:
        if mount.fstype != "cgroup":
            continue
        controllers = tuple(
            option
            for option in mount.super_options
            if option in _V1_CONTROLLERS or option.startswith("name=")
        )
        # The same hierarchy may be mounted more than once; the first will do.
        found.setdefault(controllers, V1Mount(controllers=controllers, target=mount.target))
    return tuple(found.values())
