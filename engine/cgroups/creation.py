"""Making a container's cgroup, limits and device rules in place before it has a process."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from engine.cgroups import cpu, devices, folders, memory, pids
from engine.cgroups.container import ContainerCgroup
from engine.cgroups.files import read
from engine.cgroups.limits import validate
from engine.errors import EngineError, KernelRefused, KernelUnsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.cgroups.hierarchy import Hierarchy
    from engine.linux.devices import DeviceRule
    from engine.spec.container import Resources


def create(
    hierarchy: Hierarchy,
    parent: str,
    name: str,
    resources: Resources,
    device_rules: tuple[DeviceRule, ...],
) -> ContainerCgroup:
    """Make the cgroup *name* under *parent*, with its limits; an empty one of old is replaced.

    Nothing is left behind when it fails.
    """
    validate(hierarchy, resources)
    cgroup = ContainerCgroup.open(hierarchy, parent, name)
    if cgroup.populated():
        raise KernelRefused(
            call=f"creation of cgroup {cgroup.path}", reason="it exists and has processes"
        )
    if any(map(os.path.exists, cgroup.folders())):
        cgroup.remove()
    with _nothing_left(cgroup):
        for mount in hierarchy.v1:
            folders.make_v1(mount, cgroup.path)
        if hierarchy.v2 is not None:
            folders.make_v2(hierarchy, cgroup.path)
        _limit(cgroup, resources)
        _allow(cgroup, device_rules)
    return cgroup


@contextlib.contextmanager
def _nothing_left(cgroup: ContainerCgroup) -> Iterator[None]:
    """Remove the cgroup again when a part of it fails, and say what the kernel refused."""
    try:
        yield
    except EngineError:
        cgroup.remove()
        raise
    except OSError as error:
        cgroup.remove()
        raise KernelRefused(
            call=f"creation of cgroup {cgroup.path}", reason=error.strerror or str(error)
        ) from error


def ensure(hierarchy: Hierarchy, parent: str, name: str) -> ContainerCgroup:
    """Return the cgroup *name* under *parent*, without limits; made unless it is there."""
    cgroup = ContainerCgroup.open(hierarchy, parent, name)
    for mount in hierarchy.v1:
        with contextlib.suppress(FileExistsError):
            folders.make_v1(mount, cgroup.path)
    if hierarchy.v2 is not None:
        with contextlib.suppress(FileExistsError):
            folders.make_v2(hierarchy, cgroup.path)
    return cgroup


def _limit(cgroup: ContainerCgroup, resources: Resources) -> None:
    if resources.cpus is not None or resources.cpu_shares is not None:
        _apply(cgroup, "cpu", resources, cpu.limit_v1, cpu.limit_v2)
    if resources.memory is not None:
        _apply(cgroup, "memory", resources, memory.limit_v1, memory.limit_v2)
    if resources.pids is not None:
        _apply(cgroup, "pids", resources, pids.limit, pids.limit)


def _apply(
    cgroup: ContainerCgroup,
    controller: str,
    resources: Resources,
    limit_v1: Callable[[str, Resources], None],
    limit_v2: Callable[[str, Resources], None],
) -> None:
    v1 = cgroup.v1_folder(controller)
    if v1 is not None:
        limit_v1(v1, resources)
        return
    v2 = cgroup.v2_folder
    if v2 is None or controller not in read(v2, "cgroup.controllers").split():
        raise KernelUnsupported(
            feature=f"a {controller} limit",
            reason=f"a cgroup above {cgroup.path} does not pass the controller on",
        )
    limit_v2(v2, resources)


def _allow(cgroup: ContainerCgroup, rules: tuple[DeviceRule, ...]) -> None:
    v1 = cgroup.v1_folder("devices")
    if v1 is not None:
        devices.allow_v1(v1, rules)
    elif cgroup.v2_folder is not None:
        devices.allow_v2(cgroup.v2_folder, rules)
    elif not any(rule.allows_everything for rule in rules):
        raise KernelUnsupported(
            feature="device rules", reason="the cgroup controller devices is not available"
        )
