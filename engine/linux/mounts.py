"""The mount calls, classic and by descriptor, and the mount table; no choice of our own."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import Final

from engine.linux.syscalls import FSMOUNT_CLOEXEC, FSOPEN_CLOEXEC, StrPath, call

_FSCONFIG_SET_FLAG: Final = 0
_FSCONFIG_SET_STRING: Final = 1
_FSCONFIG_SET_FD: Final = 5
_FSCONFIG_CMD_CREATE: Final = 6


def mount(
    source: StrPath | None,
    target: StrPath,
    fstype: str | None,
    flags: int = 0,
    data: str | bytes | None = None,
) -> None:
    """Call mount(2)."""
    call("mount", _bytes(source), os.fsencode(target), _bytes(fstype), flags, _bytes(data))


def umount(target: StrPath, flags: int = 0) -> None:
    """Call umount2(2)."""
    call("umount2", os.fsencode(target), flags)


def open_tree(dir_fd: int, path: StrPath, flags: int) -> int:
    """Return a descriptor of the mount at *path*, or of a detached copy with OPEN_TREE_CLONE."""
    return call("open_tree", dir_fd, os.fsencode(path), flags)


def move_mount(from_fd: int, from_path: StrPath, to_fd: int, to_path: StrPath, flags: int) -> None:
    """Move or attach a mount."""
    call("move_mount", from_fd, os.fsencode(from_path), to_fd, os.fsencode(to_path), flags)


def mount_setattr(
    fd: int,
    path: StrPath,
    flags: int,
    *,
    set: int = 0,  # noqa: A002  (the kernel's names)
    clear: int = 0,
    propagation: int = 0,
    userns_fd: int = 0,
) -> None:
    """Change the attributes of the mount at *path* under *fd*."""
    attributes = struct.pack("QQQQ", set, clear, propagation, userns_fd)
    call("mount_setattr", fd, os.fsencode(path), flags, attributes, len(attributes))


def fsopen(fstype: str, flags: int = FSOPEN_CLOEXEC) -> int:
    """Return a descriptor of a new file system context."""
    return call("fsopen", os.fsencode(fstype), flags)


def fsconfig_string(fd: int, key: str, value: StrPath) -> None:
    """Set the option *key* of the context *fd* to a string."""
    call("fsconfig", fd, _FSCONFIG_SET_STRING, os.fsencode(key), os.fsencode(value), 0)


def fsconfig_flag(fd: int, key: str) -> None:
    """Set the option *key* of the context *fd*, which takes no value."""
    call("fsconfig", fd, _FSCONFIG_SET_FLAG, os.fsencode(key), None, 0)


def fsconfig_fd(fd: int, key: str, value_fd: int) -> None:
    """Set the option *key* of the context *fd* to an open descriptor."""
    call("fsconfig", fd, _FSCONFIG_SET_FD, os.fsencode(key), None, value_fd)


def fsconfig_create(fd: int) -> None:
    """Make the file system that the context *fd* describes."""
    call("fsconfig", fd, _FSCONFIG_CMD_CREATE, None, None, 0)


def fsmount(fd: int, flags: int = FSMOUNT_CLOEXEC, attributes: int = 0) -> int:
    """Return a descriptor of a detached mount of the file system made in context *fd*."""
    return call("fsmount", fd, flags, attributes)


@dataclass(frozen=True, slots=True, kw_only=True)
class MountInfo:
    """One line of /proc/<pid>/mountinfo (proc(5))."""

    id: int
    parent: int
    device: str
    """`major:minor`."""
    root: str
    """The folder within its file system that is mounted."""
    target: str
    options: tuple[str, ...]
    fstype: str
    source: str
    super_options: tuple[str, ...]


def read_mountinfo(text: str) -> list[MountInfo]:
    """Return the mounts that *text*, the content of a mountinfo file, lists, in its order."""
    return [_read_line(line) for line in text.splitlines()]


def _read_line(line: str) -> MountInfo:
    # Optional fields (propagation) stand between the options and a lone dash.
    left, _, right = line.partition(" - ")
    fields = left.split(" ")
    fstype, source, super_options = right.split(" ", 2)
    return MountInfo(
        id=int(fields[0]),
        parent=int(fields[1]),
        device=fields[2],
        root=_unescape(fields[3]),
        target=_unescape(fields[4]),
        options=tuple(fields[5].split(",")),
        fstype=fstype,
        source=_unescape(source),
        super_options=tuple(super_options.split(",")),
    )


def _unescape(field: str) -> str:
    # The kernel writes space, tab, newline and backslash as three octal digits.
    if "\\" not in field:
        return field
    head, *rest = field.split("\\")
    return head + "".join(chr(int(part[:3], 8)) + part[3:] for part in rest)


def _bytes(value: StrPath | None) -> bytes | None:
    return None if value is None else os.fsencode(value)
