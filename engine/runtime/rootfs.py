"""The child's side of a container's file systems: from the host's tree to the container's own.

Everything here runs between clone and execve, in the container's namespaces.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass

from engine.cgroups import CgroupMount
from engine.linux import mounts, syscalls
from engine.linux.syscalls import (
    AT_EMPTY_PATH,
    AT_FDCWD,
    FSMOUNT_CLOEXEC,
    MNT_DETACH,
    MOUNT_ATTR_NODEV,
    MOUNT_ATTR_NOEXEC,
    MOUNT_ATTR_NOSUID,
    MOUNT_ATTR_RDONLY,
    MOVE_MOUNT_F_EMPTY_PATH,
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_RDONLY,
    MS_REC,
    MS_REMOUNT,
    MS_SLAVE,
    MS_STRICTATIME,
)
from engine.spec.runtime import NetworkNamespace, RuntimeSpec
from engine.storage.overlay import clone_tree

ETC_FILES = ("hostname", "hosts", "resolv.conf")
_QUIET = MS_NOSUID | MS_NODEV | MS_NOEXEC
_QUIET_ATTRIBUTES = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC
_CGROUPS = "/sys/fs/cgroup"
_DEVPTS = "newinstance,ptmxmode=0666,mode=0620,gid=5"
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_LINKS = (
    ("/proc/self/fd", "fd"),
    ("/proc/self/fd/0", "stdin"),
    ("/proc/self/fd/1", "stdout"),
    ("/proc/self/fd/2", "stderr"),
    ("pts/ptmx", "ptmx"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FromHost:
    """Detached mounts of what only the host's tree can give."""

    proc: int
    sys: int
    devices: tuple[tuple[str, int], ...]


def take_from_host(spec: RuntimeSpec) -> FromHost:
    """Take /proc, /sys and device nodes while the host's own are visible, as the kernel demands."""
    mounts.mount(None, "/", None, MS_REC | MS_SLAVE)
    names = _host_devices() if spec.privileged else _DEVICES
    return FromHost(
        proc=_detached("proc", _QUIET_ATTRIBUTES),
        sys=_detached_sys(spec),
        devices=tuple((name, clone_tree(f"/dev/{name}", None)) for name in names),
    )


def enter(root: int) -> None:
    """Make the detached mount *root* this process's `/`, and let go of the host's tree.

    Everything else is mounted after this: no link in the image can then lead a mount out.
    """
    mounts.move_mount(root, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH)
    os.fchdir(root)
    os.close(root)
    syscalls.pivot_root(".", ".")
    mounts.umount(".", MNT_DETACH)
    os.chdir("/")


def furnish(
    host: FromHost,
    cgroup_mounts: tuple[CgroupMount, ...],
    etc: tuple[int, ...],
    *,
    writable_cgroups: bool,
) -> None:
    """Mount what a container finds besides its image."""
    _attach(host.proc, "/proc")
    _attach(host.sys, "/sys")
    _mount_cgroups(cgroup_mounts, writable=writable_cgroups)
    _mount_dev(host.devices)
    _make_directory("/etc")
    for name, mount in zip(ETC_FILES, etc, strict=True):
        target = f"/etc/{name}"
        _make_file(target)
        mounts.move_mount(mount, "", AT_FDCWD, os.path.realpath(target), MOVE_MOUNT_F_EMPTY_PATH)
        os.close(mount)


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
    _make_file(target)
    mounts.mount(source, target, None, MS_BIND)


def _detached_sys(spec: RuntimeSpec) -> int:
    attributes = _QUIET_ATTRIBUTES | (0 if spec.privileged else MOUNT_ATTR_RDONLY)
    if spec.network is not NetworkNamespace.HOST:
        return _detached("sysfs", attributes)
    # sysfs shows the network namespace of its mounter: only its owner may mount a new one.
    fd = clone_tree("/sys", None)
    mounts.mount_setattr(fd, "", AT_EMPTY_PATH, set=attributes)
    return fd


def _detached(fstype: str, attributes: int) -> int:
    context = mounts.fsopen(fstype)
    mounts.fsconfig_string(context, "source", fstype)
    mounts.fsconfig_create(context)
    fd = mounts.fsmount(context, FSMOUNT_CLOEXEC, attributes)
    os.close(context)
    return fd


def _attach(mount: int, target: str) -> None:
    _make_directory(target)
    mounts.move_mount(mount, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH)
    os.close(mount)


def _mount_cgroups(cgroup_mounts: tuple[CgroupMount, ...], *, writable: bool) -> None:
    if not cgroup_mounts:
        return
    flags = _QUIET | (0 if writable else MS_RDONLY)
    if not cgroup_mounts[0].target:
        only = cgroup_mounts[0]
        mounts.mount("cgroup", _CGROUPS, only.fstype, flags, only.data or None)
        return
    mounts.mount("tmpfs", _CGROUPS, "tmpfs", _QUIET, "mode=755,size=64k")
    for item in cgroup_mounts:
        target = f"{_CGROUPS}/{item.target}"
        os.mkdir(target)
        mounts.mount("cgroup", target, item.fstype, flags, item.data or None)
        for link in item.links:
            os.symlink(item.target, f"{_CGROUPS}/{link}")
    if not writable:
        mounts.mount(None, _CGROUPS, None, MS_BIND | MS_REMOUNT | MS_RDONLY | _QUIET)


def _mount_dev(devices: tuple[tuple[str, int], ...]) -> None:
    _make_directory("/dev")
    mounts.mount("tmpfs", "/dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=64k")
    for name in ("/dev/pts", "/dev/shm", "/dev/mqueue"):  # noqa: S108  (not for temporary files)
        os.mkdir(name)
    mounts.mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, _DEVPTS)
    mounts.mount("shm", "/dev/shm", "tmpfs", _QUIET, "mode=1777,size=64m")  # noqa: S108
    mounts.mount("mqueue", "/dev/mqueue", "mqueue", _QUIET)
    for name, node in devices:
        # A user namespace may not make nodes; the host's own show up here instead.
        _make_file(f"/dev/{name}")
        mounts.move_mount(node, "", AT_FDCWD, f"/dev/{name}", MOVE_MOUNT_F_EMPTY_PATH)
        os.close(node)
    for target, name in _LINKS:
        os.symlink(target, f"/dev/{name}")


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


def _make_file(path: str) -> None:
    """Make an empty file to mount on, where nothing is; a link may point to nothing yet."""
    os.close(os.open(os.path.realpath(path), os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, 0o644))


def _make_readonly(path: str) -> None:
    try:
        mounts.mount(path, path, None, MS_BIND | MS_REC)
    except FileNotFoundError:
        return
    mounts.mount_setattr(
        AT_FDCWD,
        path,
        0,
        set=MOUNT_ATTR_RDONLY | _QUIET_ATTRIBUTES,
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
