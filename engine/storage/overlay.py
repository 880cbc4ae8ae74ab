"""A container's root file system: an overlay of its image's layers and its writable folder.

Layers are shared between containers that map ids differently, so each is mounted through an
idmap of the container's user namespace; on disk owners stay as the image has them. Kernels differ
in how they take that, hence two ways, chosen by a probe (see `probe`), never by a version number.
"""

from __future__ import annotations

import enum
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from engine.linux import mounts, syscalls
from engine.linux.syscalls import (
    AT_EMPTY_PATH,
    AT_FDCWD,
    CLONE_NEWNS,
    MNT_DETACH,
    MOUNT_ATTR_IDMAP,
    MOVE_MOUNT_F_EMPTY_PATH,
    MS_REC,
    MS_SLAVE,
    OPEN_TREE_CLOEXEC,
    OPEN_TREE_CLONE,
    PR_SET_SECUREBITS,
    SECBIT_NO_SETUID_FIXUP,
)

_DIRECTORY = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC


class OverlayWay(enum.StrEnum):
    """`detached`: layers handed to the overlay as mounts that are nowhere (Linux 6.15 and later).
    `attached`: layers mounted in a private staging folder, named by short relative paths."""

    DETACHED = "detached"
    ATTACHED = "attached"


def mount_overlay(
    way: OverlayWay,
    *,
    layers: tuple[str, ...],
    writable: Path,
    staging: Path,
    userns_fd: int | None,
    owner: int,
) -> int:
    """Return a descriptor of the detached overlay mount.

    `layers` are topmost first; `writable` holds `upper` and `work`; `staging` is an empty folder,
    for the attached way; `owner` is the host id that the container's root is.
    Raises OSError with the name of the call that the kernel refused.
    """
    # The clones stay open as long as the caller's process, which is short: closing one that is
    # attached nowhere makes the kernel wait for all processors.
    clones = [clone_tree(path, userns_fd) for path in (*layers, str(writable))]
    with ExitStack() as stack:
        overlay = mounts.fsopen("overlay")
        stack.callback(os.close, overlay)
        mounts.fsconfig_string(overlay, "source", "overlay")
        if way is OverlayWay.DETACHED:
            _name_detached(overlay, clones, stack)
        else:
            _name_attached(overlay, clones, staging, stack)
        with acting_as(owner):
            mounts.fsconfig_create(overlay)
        return mounts.fsmount(overlay)


def _name_detached(overlay: int, clones: list[int], stack: ExitStack) -> None:
    for layer in clones[:-1]:
        mounts.fsconfig_fd(overlay, "lowerdir+", layer)
    for key, name in (("upperdir", "upper"), ("workdir", "work")):
        folder = os.open(name, _DIRECTORY, dir_fd=clones[-1])
        stack.callback(os.close, folder)
        mounts.fsconfig_fd(overlay, key, folder)


def _name_attached(overlay: int, clones: list[int], staging: Path, stack: ExitStack) -> None:
    """Attach each clone under `staging` and name it from there: classic options fit one page."""
    # A mount namespace of its own: the host never sees the staging folder's mounts.
    syscalls.unshare(CLONE_NEWNS)
    mounts.mount(None, "/", None, MS_REC | MS_SLAVE)
    before = os.open(".", _DIRECTORY)
    stack.callback(os.close, before)
    mounts.mount("staging", str(staging), "tmpfs", 0, "mode=0700,size=1m")
    stack.callback(mounts.umount, str(staging), MNT_DETACH)
    os.chdir(staging)
    stack.callback(os.fchdir, before)
    for index, clone in enumerate(clones):
        name = _short(index, len(clones))
        Path(name).mkdir()
        mounts.move_mount(clone, "", AT_FDCWD, name, MOVE_MOUNT_F_EMPTY_PATH)
    lowers = ":".join(_short(index, len(clones)) for index in range(len(clones) - 1))
    mounts.fsconfig_string(overlay, "lowerdir", lowers)
    mounts.fsconfig_string(overlay, "upperdir", "w/upper")
    mounts.fsconfig_string(overlay, "workdir", "w/work")


def _short(index: int, count: int) -> str:
    return "w" if index == count - 1 else f"{index:x}"


def clone_tree(path: str, userns_fd: int | None) -> int:
    """Return a detached copy of the mount at *path*, idmapped for the user namespace given."""
    fd = mounts.open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)
    if userns_fd is None:
        return fd
    try:
        mounts.mount_setattr(fd, "", AT_EMPTY_PATH, set=MOUNT_ATTR_IDMAP, userns_fd=userns_fd)
    except OSError:
        os.close(fd)
        raise
    return fd


@contextmanager
def acting_as(owner: int) -> Iterator[None]:
    """Touch files as *owner* without losing capabilities.

    An overlay over idmapped layers keeps the ids of who mounts it: an id that the idmap does not
    know makes its work folder fail with EOVERFLOW, and the overlay silently turns read-only.
    """
    if owner == 0:
        yield
        return
    syscalls.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    syscalls.setfsgid(owner)
    syscalls.setfsuid(owner)
    try:
        yield
    finally:
        syscalls.setfsuid(0)
        syscalls.setfsgid(0)
        syscalls.prctl(PR_SET_SECUREBITS, 0)


def probe(way: OverlayWay, folder: Path, *, userns_fd: int | None, owner: int) -> str:
    """Try one way on *folder*'s file system; return why it does not work, or an empty string."""
    for name in ("lower/d", "writable/upper", "writable/work", "staging"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    if userns_fd is not None:
        os.chown(folder / "writable" / "upper", 0, 0)
    try:
        fd = mount_overlay(
            way,
            layers=(str(folder / "lower"),),
            writable=folder / "writable",
            staging=folder / "staging",
            userns_fd=userns_fd,
            owner=owner,
        )
    except OSError as error:
        return str(error)
    try:
        with acting_as(owner):
            os.mkdir("made", dir_fd=fd)
    except OSError as error:
        return f"the overlay cannot be written: {error}"
    finally:
        os.close(fd)
    return ""
