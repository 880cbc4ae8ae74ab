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
    MOUNT_ATTR_STRICTATIME,
    MOVE_MOUNT_F_EMPTY_PATH,
    MOVE_MOUNT_T_EMPTY_PATH,
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_RDONLY,
    MS_REC,
    MS_SLAVE,
)
from engine.spec.runtime import NetworkNamespace, RuntimeSpec
from engine.storage.overlay import clone_tree

ETC_FILES = ("hostname", "hosts", "resolv.conf")
_QUIET = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC
_QUIET_FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC
_MAKE_FILE = os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC
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
class Furniture:
    """What a container finds besides its image, as detached mounts."""

    proc: int
    sys: int
    cgroups: tuple[tuple[CgroupMount, int], ...]
    dev: int
    devpts: int
    shm: int
    mqueue: int
    devices: tuple[tuple[str, int], ...]


def gather(spec: RuntimeSpec, cgroup_mounts: tuple[CgroupMount, ...]) -> Furniture:
    """Make all mounts but the root's, while the parent makes that one.

    /proc, /sys and device nodes come from the host's tree, whose own must be visible meanwhile.
    """
    mounts.mount(None, "/", None, MS_REC | MS_SLAVE)
    names = _host_devices() if spec.privileged else _DEVICES
    readonly = 0 if spec.privileged else MOUNT_ATTR_RDONLY
    return Furniture(
        proc=_detached("proc", _QUIET),
        sys=_detached_sys(spec, _QUIET | readonly),
        cgroups=tuple(
            (item, _detached(item.fstype, _QUIET | readonly, item.data)) for item in cgroup_mounts
        ),
        dev=_detached("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME, "mode=755,size=64k"),
        devpts=_detached("devpts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, _DEVPTS),
        shm=_detached("tmpfs", _QUIET, "mode=1777,size=64m"),
        mqueue=_detached("mqueue", _QUIET),
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


def furnish(given: Furniture, etc: tuple[int, ...], *, writable_cgroups: bool) -> None:
    """Put the mounts in their places; *etc* are those of ETC_FILES, in its order."""
    _make_directory("/proc")
    _attach(given.proc, "/proc")
    _make_directory("/sys")
    _attach(given.sys, "/sys")
    _place_cgroups(given.cgroups, writable=writable_cgroups)
    _place_dev(given)
    _make_directory("/etc")
    for name, mount in zip(ETC_FILES, etc, strict=True):
        # By descriptor: the image may have a link there, to nothing yet.
        target = os.open(f"/etc/{name}", _MAKE_FILE, 0o644)
        flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH
        mounts.move_mount(mount, "", target, "", flags)
        os.close(target)
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
    os.close(os.open(target, _MAKE_FILE, 0o644))
    mounts.mount(source, target, None, MS_BIND)


def _detached_sys(spec: RuntimeSpec, attributes: int) -> int:
    if spec.network is not NetworkNamespace.HOST:
        return _detached("sysfs", attributes)
    # sysfs shows the network namespace of its mounter: only its owner may mount a new one.
    fd = clone_tree("/sys", None)
    mounts.mount_setattr(fd, "", AT_EMPTY_PATH, set=attributes)
    return fd


def _detached(fstype: str, attributes: int, options: str = "") -> int:
    context = mounts.fsopen(fstype)
    mounts.fsconfig_string(context, "source", fstype)
    for option in options.split(",") if options else ():
        key, separator, value = option.partition("=")
        if separator:
            mounts.fsconfig_string(context, key, value)
        else:
            mounts.fsconfig_flag(context, key)
    mounts.fsconfig_create(context)
    fd = mounts.fsmount(context, FSMOUNT_CLOEXEC, attributes)
    os.close(context)
    return fd


def _attach(mount: int, target: str) -> None:
    mounts.move_mount(mount, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH)
    os.close(mount)


def _place_cgroups(given: tuple[tuple[CgroupMount, int], ...], *, writable: bool) -> None:
    if not given:
        return
    if not given[0][0].target:
        _attach(given[0][1], _CGROUPS)
        return
    mounts.mount("tmpfs", _CGROUPS, "tmpfs", _QUIET_FLAGS, "mode=755,size=64k")
    for item, mount in given:
        target = f"{_CGROUPS}/{item.target}"
        os.mkdir(target)
        _attach(mount, target)
        for link in item.links:
            os.symlink(item.target, f"{_CGROUPS}/{link}")
    if not writable:
        mounts.mount_setattr(AT_FDCWD, _CGROUPS, 0, set=MOUNT_ATTR_RDONLY)


def _place_dev(given: Furniture) -> None:
    _make_directory("/dev")
    _attach(given.dev, "/dev")
    for name, mount in (("pts", given.devpts), ("shm", given.shm), ("mqueue", given.mqueue)):
        os.mkdir(f"/dev/{name}")
        _attach(mount, f"/dev/{name}")
    for name, node in given.devices:
        # A user namespace may not make nodes; the host's own show up here instead.
        os.close(os.open(f"/dev/{name}", _MAKE_FILE, 0o644))
        _attach(node, f"/dev/{name}")
    for link, name in _LINKS:
        os.symlink(link, f"/dev/{name}")


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


def _make_readonly(path: str) -> None:
    try:
        mounts.mount(path, path, None, MS_BIND | MS_REC)
    except FileNotFoundError:
        return
    mounts.mount_setattr(
        AT_FDCWD,
        path,
        0,
        set=MOUNT_ATTR_RDONLY | _QUIET,
    )


def _mask(path: str) -> None:
    try:
        mounts.mount("/dev/null", path, None, MS_BIND)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno != errno.ENOTDIR:
            raise
        mounts.mount("tmpfs", path, "tmpfs", MS_RDONLY | _QUIET_FLAGS, "size=0k")
