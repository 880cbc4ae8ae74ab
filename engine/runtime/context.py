"""What every shim of one launcher shares, made before the first fork."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from engine.cgroups import Hierarchy
from engine.spec.configuration import EngineConfiguration
from engine.storage.overlay import OverlayWay
from engine.storage.paths import EnginePaths


@dataclass(frozen=True, slots=True)
class LauncherContext:
    """One instance's launcher: where its things are, and what this kernel can do."""

    configuration: EngineConfiguration
    hierarchy: Hierarchy
    overlay: OverlayWay

    @property
    def paths(self) -> EnginePaths:
        return EnginePaths(self.configuration)

    @property
    def cgroup_parent(self) -> str:
        return cgroup_parent(self.configuration)


def cgroup_parent(configuration: EngineConfiguration) -> str:
    """Return the cgroup that all containers of an instance stand in."""
    return f"berth-{configuration.instance}"


class UserNamespaces(enum.StrEnum):
    """Whether containers can have user namespaces of their own here."""

    AVAILABLE = "available"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class LauncherReport:
    """What the launcher found when it started; kept in run/launcher.json."""

    version: int
    overlay: OverlayWay
    user_namespaces: UserNamespaces
    refusals: dict[str, str] = field(default_factory=dict)
    """Overlay way → why this kernel or file system does not take it."""
