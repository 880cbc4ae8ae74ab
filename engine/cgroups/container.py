"""The cgroup of one container, in every hierarchy the machine has."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.cgroups import folders, freezer, memory
from engine.cgroups.files import has, read, read_counter, write
from engine.cgroups.hierarchy import Hierarchy
from engine.errors import KernelUnsupported

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class CgroupMount:
    """What an init, within its cgroup namespace, mounts under /sys/fs/cgroup (source `cgroup`)."""

    target: str
    """Folder under /sys/fs/cgroup; empty for /sys/fs/cgroup itself (else that is a tmpfs)."""
    fstype: str
    data: str
    links: tuple[str, ...] = ()
    """Symbolic links beside `target` that lead to it, one a controller of a shared hierarchy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerCgroup:
    """A cgroup by name; nothing is touched before a method is called."""

    hierarchy: Hierarchy
    path: str
    """Below each hierarchy's mount point."""

    @classmethod
    def open(cls, hierarchy: Hierarchy, parent: str, name: str) -> ContainerCgroup:
        """Name the cgroup *name* under *parent*; with an empty name the parent itself."""
        return cls(hierarchy=hierarchy, path=f"{parent}/{name}".strip("/"))

    @property
    def v2_folder(self) -> str | None:
        """Its folder in the v2 hierarchy."""
        return None if self.hierarchy.v2 is None else f"{self.hierarchy.v2}/{self.path}"

    def v1_folder(self, controller: str) -> str | None:
        """Return its folder in the v1 hierarchy of *controller*."""
        mount = self.hierarchy.v1_mount(controller)
        return None if mount is None else f"{mount.target}/{self.path}"

    @contextlib.contextmanager
    def opened(self) -> Iterator[int | None]:
        """Yield a descriptor for clone3's CLONE_INTO_CGROUP, or None without a v2 hierarchy."""
        if self.v2_folder is None:
            yield None
            return
        descriptor = os.open(self.v2_folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def join(self) -> None:
        """Move the calling process, which has one thread, into the v1 hierarchies.

        A thread that moves itself waits for nobody; moving another process takes a lock that
        every fork and exec on the machine shares: milliseconds under load.
        """
        for mount in self.hierarchy.v1:
            write(f"{mount.target}/{self.path}", "tasks", "0")

    def attach(self, pid: int) -> None:
        """Move the process *pid* into the cgroup, in every hierarchy."""
        for folder in self.folders():
            write(folder, "cgroup.procs", str(pid))

    def kill(self) -> None:
        """Kill every process of the cgroup and those below, frozen or not; none is fine."""
        if self.v2_folder is not None:
            if has(self.v2_folder, "cgroup.kill"):
                write(self.v2_folder, "cgroup.kill", "1")
            return
        folder = self._freezer()
        if not has(folder, "freezer.state"):
            return
        # Frozen, nobody can fork away from the list of processes.
        freezer.freeze_v1(folder)
        try:
            for pid in self.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        finally:
            freezer.thaw_v1(folder)

    def freeze(self) -> None:
        """Bring every process of the cgroup to a halt; KernelRefused if one does not stop."""
        if self.v2_folder is not None:
            freezer.freeze_v2(self.v2_folder)
        else:
            freezer.freeze_v1(self._freezer())

    def thaw(self) -> None:
        """Let the processes of the cgroup run again."""
        if self.v2_folder is not None:
            freezer.thaw_v2(self.v2_folder)
        else:
            freezer.thaw_v1(self._freezer())

    def populated(self) -> bool:
        """Say whether the cgroup or one below has a process left."""
        if self.v2_folder is None:
            return bool(self.processes())
        try:
            return bool(read_counter(self.v2_folder, "cgroup.events", "populated"))
        except FileNotFoundError:
            return False

    def processes(self) -> list[int]:
        """Return the processes of the cgroup and those below, as pids of the caller's namespace."""
        found: list[int] = []
        for folder, _, _ in os.walk(self.folders()[-1]):
            # Removed meanwhile, or (EOPNOTSUPP) threaded: the cgroup above lists its processes.
            with contextlib.suppress(OSError):
                found += map(int, read(folder, "cgroup.procs").split())
        return found

    def oom_kills(self) -> int:
        """Return how many of its processes the kernel has killed for want of memory."""
        folder = self.v1_folder("memory")
        try:
            if folder is not None:
                return memory.oom_kills_v1(folder)
            if self.v2_folder is not None and "memory" in self.hierarchy.v2_controllers:
                return memory.oom_kills_v2(self.v2_folder)
        except FileNotFoundError:
            return 0
        return 0

    def oom_event_fd(self) -> int | None:
        """Return a descriptor that is readable when oom_kills() may have grown.

        None where memory is not accounted. Reading 4096 bytes resets it; the caller closes it.
        """
        folder = self.v1_folder("memory")
        if folder is not None:
            return memory.oom_event_v1(folder)
        if self.v2_folder is not None and has(self.v2_folder, "memory.events"):
            return memory.oom_event_v2(self.v2_folder)
        return None

    def remove(self) -> None:
        """Remove the cgroup and those below it; KernelRefused while a process of it lives."""
        for folder in self.folders():
            folders.remove(folder)

    def mounts(self) -> tuple[CgroupMount, ...]:
        """Return what the container finds under /sys/fs/cgroup, in order of mounting."""
        if not self.hierarchy.v1:
            return (CgroupMount(target="", fstype="cgroup2", data=""),)
        return tuple(
            CgroupMount(
                target=mount.folder_name,
                fstype="cgroup",
                data=mount.option,
                links=mount.controllers if len(mount.controllers) > 1 else (),
            )
            for mount in self.hierarchy.v1
        )

    def _freezer(self) -> str:
        folder = self.v1_folder("freezer")
        if folder is None:
            raise KernelUnsupported(
                feature="pausing and killing at once",
                reason="there is neither a cgroup v2 hierarchy nor the v1 freezer controller",
            )
        return folder

    def folders(self) -> list[str]:
        """Return its folder in every hierarchy, v1 first."""
        return [f"{target}/{self.path}" for target in self.hierarchy.targets()]
