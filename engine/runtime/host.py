"""What the verbs work with: one engine's state, images, networks and launcher."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from engine import cgroups
from engine.cgroups import ContainerCgroup, Hierarchy
from engine.images.store import ImageStore
from engine.linux.devices import ALL_DEVICES, DEFAULT_DEVICES
from engine.network.manager import NetworkManager
from engine.runtime.client import Launcher
from engine.runtime.context import cgroup_parent
from engine.spec.configuration import EngineConfiguration
from engine.spec.container import Container
from engine.storage.database import Database
from engine.storage.paths import ContainerPaths, EnginePaths


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One engine instance on this machine; verbs take it first, with the space they act in."""

    configuration: EngineConfiguration
    paths: EnginePaths
    database: Database
    images: ImageStore
    networks: NetworkManager
    launcher: Launcher
    hierarchy: Hierarchy

    def container(self, container_id: str) -> ContainerPaths:
        """Return where the container's files are."""
        return self.paths.container(container_id)

    def cgroup(self, container_id: str) -> ContainerCgroup:
        """Return the container's cgroup, whether it is there or not."""
        return ContainerCgroup.open(self.hierarchy, cgroup_parent(self.configuration), container_id)

    def create_cgroup(self, container: Container) -> ContainerCgroup:
        """Make the container's cgroup with its limits, for its first process to be born in."""
        return cgroups.create(
            self.hierarchy,
            cgroup_parent(self.configuration),
            container.id,
            container.spec.resources,
            ALL_DEVICES if container.spec.privileged else DEFAULT_DEVICES,
        )

    def remove_cgroups(self) -> None:
        """Remove the instance's cgroups, once nothing of it runs."""
        ContainerCgroup.open(self.hierarchy, cgroup_parent(self.configuration), "").remove()

    @contextmanager
    def locked(self, container_id: str) -> Iterator[None]:
        """Hold the container against every other verb, in whatever process it runs."""
        path = self.paths.run / "locks"
        path.mkdir(mode=0o700, exist_ok=True)
        fd = os.open(path / container_id, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)
