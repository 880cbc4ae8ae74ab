"""Control groups: v1, v2 and hybrid behind one class; limits, devices, freezing, killing."""

from engine.cgroups.container import CgroupMount, ContainerCgroup
from engine.cgroups.creation import create, ensure
from engine.cgroups.hierarchy import Hierarchy, HierarchyKind
from engine.cgroups.limits import validate

__all__ = [
    "CgroupMount",
    "ContainerCgroup",
    "Hierarchy",
    "HierarchyKind",
    "create",
    "ensure",
    "validate",
]
