"""The child's side of a container's file systems: from the host's tree to the container's own.

Everything here runs between clone and execve, in the container's namespaces. Targets that an image
controls are opened inside the root without following magic links; nothing is mounted on a path.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from engine.cgroups import CgroupMount
from engine.linux import mounts, syscalls
from engine.linux.syscalls import (
    AT_FDCWD,
    MNT_DETACH,
    MOUNT_ATTR_NODEV,
    MOUNT_ATTR_NOEXEC,
    MOUNT_ATTR_NOSUID,
    MOUNT_ATTR_RDONLY,
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_RDONLY,
    MS_REC,
    MS_REMOUNT,
    MS_SLAVE,
    MS_STRICTATIME,
    RESOLVE_IN_ROOT,
    RESOLVE_NO_MAGICLINKS,
)
from engine.spec.runtime import NetworkNamespace, RuntimeSpec

_QUIET = MS_NOSUID | MS_NODEV | MS_NOEXEC
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_LINKS = (
    ("/proc/self/fd", "fd"),
    ("/proc/self/fd/0", "stdin"),
    ("/proc/self/fd/1", "stdout"),
    ("/proc/self/fd/2", "stderr"),
    ("pts/ptmx", "ptmx"),
)


def enter(root: str, spec: RuntimeSpec, cgroup_mounts: tuple[CgroupMount, ...]) -> None:
    """Make *root*, an overlay mounted by the shim, this process's `/`."""
    mounts.mount(None, "/", None, MS_REC | MS_SLAVE)
    mounts.mount(root, root, None, MS_BIND | MS_REC)
    os.chdir(root)
    for name in ("proc", "sys", "dev"):
        _make_directory(name)
    mounts.mount("proc", _inside("proc"), "proc", _QUIET)
    _mount_sys(spec)
    _mount_cgroups(cgroup_mounts, writable=spec.privileged)
    _mount_dev(spec)
    syscalls.pivot_root(".", ".")
    mounts.umount(".", MNT_DETACH)
    os.chdir("/")


def protect(spec: RuntimeSpec) -> None:
    """Hide and freeze the parts of /proc and /sys that tell of, or change, the host."""
    if spec.privileged:
        return
    for path in spec.readonly_paths:
        _make_readonly(path)
    for path in spec.masked_paths:
        _mask(path)


def make_readonly() -> None:
    """Remount `/` read-only; what is mounted below stays as it is."""
    mounts.mount_setattr(AT_FDCWD, "/", 0, set=MOUNT_ATTR_RDONLY)


def bind(source: str, target: str) -> None:
    """Show the file *source* at *target* too."""
    mounts.mount(source, target, None, MS_BIND)


def _mount_sys(spec: RuntimeSpec) -> None:
    target = _inside("sys")
    readonly = 0 if spec.privileged else MS_RDONLY
    if spec.network is not NetworkNamespace.HOST:
        mounts.mount("sysfs", target, "sysfs", _QUIET | readonly)
        return
    # sysfs shows the network namespace of its mounter: only its owner may mount a new one.
    mounts.mount("/sys", target, None, MS_BIND | MS_REC)
    mounts.mount(None, target, None, MS_BIND | MS_REMOUNT | _QUIET | readonly)


def _mount_cgroups(cgroup_mounts: tuple[CgroupMount, ...], *, writable: bool) -> None:
    if not cgroup_mounts:
        return
    readonly = 0 if writable else MS_RDONLY
    if len(cgroup_mounts) == 1 and not cgroup_mounts[0].target:
        only = cgroup_mounts[0]
        mounts.mount("cgroup", "sys/fs/cgroup", only.fstype, _QUIET | readonly, only.data)
        return
    mounts.mount("tmpfs", "sys/fs/cgroup", "tmpfs", _QUIET, "mode=755,size=64k")
    for item in cgroup_mounts:
        Path("sys/fs/cgroup", item.target).mkdir()
        mounts.mount(
            "cgroup",
            f"sys/fs/cgroup/{item.target}",
            item.fstype,
            _QUIET | readonly,
            item.data or None,
        )
        for link in item.links:
            os.symlink(item.target, f"sys/fs/cgroup/{link}")
    if not writable:
        mounts.mount(None, "sys/fs/cgroup", None, MS_BIND | MS_REMOUNT | MS_RDONLY | _QUIET)


def _mount_dev(spec: RuntimeSpec) -> None:
    mounts.mount("tmpfs", _inside("dev"), "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=64k")
    for name in ("dev/pts", "dev/shm", "dev/mqueue"):
        Path(name).mkdir()
    mounts.mount(
        "devpts",
        "dev/pts",
        "devpts",
        MS_NOSUID | MS_NOEXEC,
        "newinstance,ptmxmode=0666,mode=0620,gid=5",
    )
    mounts.mount("shm", "dev/shm", "tmpfs", _QUIET, "mode=1777,size=64m")
    mounts.mount("mqueue", "dev/mqueue", "mqueue", _QUIET)
    names = _host_devices() if spec.privileged else _DEVICES
    for name in names:
        # A user namespace may not make nodes; the host's own are bound instead.
        os.close(os.open(f"dev/{name}", os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o666))
        mounts.mount(f"/dev/{name}", f"dev/{name}", None, MS_BIND)
    for target, name in _LINKS:
        os.symlink(target, f"dev/{name}")


def _host_devices() -> tuple[str, ...]:
    skipped = {"console", "ptmx"}
    with os.scandir("/dev") as entries:
        return tuple(
            entry.name
            for entry in entries
            if entry.name not in skipped
            and not entry.is_dir(follow_symlinks=False)
            and not entry.is_symlink()
            and not entry.is_file(follow_symlinks=False)
        )


def _make_directory(name: str) -> None:
    try:
        os.mkdir(name, 0o755)
    except FileExistsError:
        return


def _inside(name: str) -> str:
    """Return a path for the folder *name* of the root (the working directory), however it is linked."""
    fd = syscalls.openat2(
        AT_FDCWD,
        name,
        os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC,
        resolve=RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    )
    # /proc is still the host's here; the descriptor goes at execve.
    return f"/proc/self/fd/{fd}"


def _make_readonly(path: str) -> None:
    try:
        mounts.mount(path, path, None, MS_BIND | MS_REC)
    except FileNotFoundError:
        return
    mounts.mount_setattr(
        AT_FDCWD,
        path,
        0,
        set=MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
    )


def _mask(path: str) -> None:
    try:
        mounts.mount("/dev/null", path, None, MS_BIND)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno != errno.ENOTDIR:
            raise
        mounts.mount("tmpfs", path, "tmpfs", MS_RDONLY | _QUIET, "size=0k")
