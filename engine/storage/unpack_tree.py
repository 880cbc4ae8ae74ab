"""Entries become files under one folder, by descriptors, never following a link out of it."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.errors import MalformedArchive, UnsafeArchive
from engine.linux.syscalls import RESOLVE_IN_ROOT, RESOLVE_NO_MAGICLINKS, openat2
from engine.storage.remove import remove_tree
from engine.storage.unpack_stream import PieceReader
from engine.storage.unpack_tar import Entry, EntryKind, padding

_OPEN_DIRECTORY: Final = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CACHED_DIRECTORIES: Final = 256
_IMPLIED_MODE: Final = 0o755
_WHITEOUT: Final = b".wh."
_OPAQUE: Final = b".wh..wh..opq"
_AUFS: Final = b".wh..wh."
_KEPT_XATTRS: Final = ("security.capability", "user.", "system.posix_acl_")
_DROPPED_XATTRS: Final = ("user.overlay.",)
"""With `trusted.overlay.*`, which is not kept either, a layer could steer the overlay itself."""


@dataclass(slots=True)
class _Directory:
    """What a directory gets at the end: its children must neither inherit nor change it."""

    mode: int
    mtime: int
    xattrs: tuple[tuple[str, bytes], ...]


class TreeWriter:
    """Writes entries under *root*; the calling thread's umask is 0 and its user root.

    Whiteouts become 0:0 character devices and opaque folders carry `trusted.overlay.opaque`.
    """

    def __init__(self, root: Path, *, what: str) -> None:
        self._root = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._what = what
        self._open: dict[bytes, int] = {}
        self._directories: dict[bytes, _Directory] = {}
        self._whiteouts: set[bytes] = set()
        self.size = 0

    def close(self) -> None:
        """Give up the descriptors."""
        self._forget_open()
        os.close(self._root)

    def add(self, entry: Entry, source: PieceReader) -> None:
        """Write one entry, taking its data and padding from *source*."""
        path = _safe_path(entry.path)
        parent, _, name = path.rpartition(b"/")
        try:
            if name.startswith(_WHITEOUT):
                self._white_out(parent, name)
                source.skip(entry.size + padding(entry.size))
            elif not name:
                self._add_root(entry)
            elif entry.kind is EntryKind.FILE:
                self._add_file(entry, parent, name, source)
            else:
                self._add_other(entry, path, parent, name)
        except OSError as error:
            raise _explained(error, entry.path) from error

    def finish(self) -> None:
        """Give the directories their final mode, attributes and times, innermost first."""
        for path, directory in reversed(self._directories.items()):
            fd = openat2(
                self._root,
                path or b".",
                os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC,
                resolve=RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
            )
            try:
                if directory.mode & 0o6000:
                    os.fchmod(fd, directory.mode)
                _set_xattrs(fd, directory.xattrs)
                os.utime(fd, ns=(directory.mtime, directory.mtime))
            finally:
                os.close(fd)

    def _add_root(self, entry: Entry) -> None:
        if entry.kind is not EntryKind.DIRECTORY:
            raise UnsafeArchive(entry=_shown(entry.path), reason="it would replace the root")
        os.fchown(self._root, entry.uid, entry.gid)
        os.fchmod(self._root, entry.mode & 0o1777)
        self._directories[b""] = _Directory(entry.mode, entry.mtime, entry.xattrs)

    def _add_file(self, entry: Entry, parent: bytes, name: bytes, source: PieceReader) -> None:
        directory = self._directory(parent)
        try:
            fd = os.open(name, _NEW_FILE, entry.mode, dir_fd=directory)
        except FileExistsError:
            self._clear(parent, name)
            fd = os.open(name, _NEW_FILE, entry.mode, dir_fd=self._directory(parent))
        try:
            source.copy(entry.size, _Writer(fd).write)
            source.skip(padding(entry.size))
            if entry.uid or entry.gid:
                os.fchown(fd, entry.uid, entry.gid)
                # chown takes these bits away from a file.
                if entry.mode & 0o6000:
                    os.fchmod(fd, entry.mode)
            if entry.xattrs:
                _set_xattrs(fd, entry.xattrs)
            os.utime(fd, ns=(entry.mtime, entry.mtime))
        finally:
            os.close(fd)
        self.size += entry.size

    def _add_other(self, entry: Entry, path: bytes, parent: bytes, name: bytes) -> None:
        if entry.kind is EntryKind.DEVICE:
            raise UnsafeArchive(entry=_shown(entry.path), reason="it is a device node")
        if entry.kind is EntryKind.DIRECTORY:
            self._add_directory(entry, path, parent, name)
            return
        if entry.kind is EntryKind.HARDLINK:
            self._add_hardlink(entry, parent, name)
            return
        self._clear(parent, name)
        directory = self._directory(parent)
        if entry.kind is EntryKind.SYMLINK:
            os.symlink(entry.link, name, dir_fd=directory)
        else:
            os.mkfifo(name, entry.mode, dir_fd=directory)
        if entry.uid or entry.gid:
            os.chown(name, entry.uid, entry.gid, dir_fd=directory, follow_symlinks=False)
        times = (entry.mtime, entry.mtime)
        os.utime(name, ns=times, dir_fd=directory, follow_symlinks=False)

    def _add_directory(self, entry: Entry, path: bytes, parent: bytes, name: bytes) -> None:
        if not self._is_directory(parent, name):
            self._clear(parent, name)
            self._make_directory(parent, name)
        directory = self._directory(parent)
        os.chown(name, entry.uid, entry.gid, dir_fd=directory, follow_symlinks=False)
        # The set-group bit comes last: with it the children would take the group.
        os.chmod(name, entry.mode & 0o1777, dir_fd=directory)
        self._directories[path] = _Directory(entry.mode, entry.mtime, entry.xattrs)

    def _add_hardlink(self, entry: Entry, parent: bytes, name: bytes) -> None:
        target = _safe_path(entry.link, of=entry.path)
        target_parent, _, target_name = target.rpartition(b"/")
        if not target_name:
            raise UnsafeArchive(entry=_shown(entry.path), reason="it links to the root")
        if not self._exists(target_parent, target_name):
            problem = f"{_shown(entry.path)} links to {_shown(target)}, which this layer lacks"
            raise MalformedArchive(what=self._what, problem=problem)
        if (target_parent, target_name) == (parent, name):
            return
        self._clear(parent, name)
        os.link(
            target_name,
            name,
            src_dir_fd=self._directory(target_parent),
            dst_dir_fd=self._directory(parent),
            follow_symlinks=False,
        )

    def _white_out(self, parent: bytes, name: bytes) -> None:
        directory = self._directory(parent)
        if name == _OPAQUE:
            self._make_opaque(directory)
            return
        if name.startswith(_AUFS):
            return  # left over from another storage driver; means nothing here
        hidden = name[len(_WHITEOUT) :]
        if hidden in {b"", b".", b".."}:
            raise UnsafeArchive(entry=_shown(name), reason="it would hide the folder itself")
        # A whiteout hides what is below this layer, not what the layer itself brings.
        if self._is_directory(parent, hidden):
            self._make_opaque(self._directory(_joined(parent, hidden)))
        elif not self._exists(parent, hidden):
            os.mknod(hidden, stat.S_IFCHR, 0, dir_fd=directory)
            self._whiteouts.add(_joined(parent, hidden))

    def _make_opaque(self, directory: int) -> None:
        os.setxattr(f"/proc/self/fd/{directory}", "trusted.overlay.opaque", b"y")

    def _make_directory(self, parent: bytes, name: bytes) -> None:
        path = _joined(parent, name)
        os.mkdir(name, _IMPLIED_MODE, dir_fd=self._directory(parent))
        if path in self._whiteouts:
            self._whiteouts.discard(path)
            self._make_opaque(self._directory(path))

    def _directory(self, path: bytes) -> int:
        """Return a descriptor of *path*, making the folders that no entry named."""
        if not path:
            return self._root
        fd = self._open.get(path)
        if fd is not None:
            return fd
        try:
            fd = self._resolve(path)
        except FileNotFoundError:
            parent, _, name = path.rpartition(b"/")
            if path in self._whiteouts:
                self._clear(parent, name)
            self._make_directory(parent, name)
            fd = self._open.get(path) or self._resolve(path)
        if len(self._open) >= _CACHED_DIRECTORIES:
            self._forget_open()
        self._open[path] = fd
        return fd

    def _resolve(self, path: bytes) -> int:
        try:
            return openat2(
                self._root,
                path,
                _OPEN_DIRECTORY,
                resolve=RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
            )
        except NotADirectoryError:
            if path not in self._whiteouts:
                raise
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from None

    def _is_directory(self, parent: bytes, name: bytes) -> bool:
        mode = self._mode(parent, name)
        return mode is not None and stat.S_ISDIR(mode)

    def _exists(self, parent: bytes, name: bytes) -> bool:
        return self._mode(parent, name) is not None

    def _mode(self, parent: bytes, name: bytes) -> int | None:
        try:
            return os.stat(name, dir_fd=self._directory(parent), follow_symlinks=False).st_mode
        except FileNotFoundError:
            return None

    def _clear(self, parent: bytes, name: bytes) -> None:
        """Make room for an entry that comes again as something else."""
        mode = self._mode(parent, name)
        if mode is None:
            return
        directory = self._directory(parent)
        if not stat.S_ISDIR(mode):
            os.unlink(name, dir_fd=directory)
            return
        remove_tree(name, dir_fd=directory)
        gone = _joined(parent, name)
        for path in [path for path in self._directories if _is_within(path, gone)]:
            del self._directories[path]
        self._forget_open()

    def _forget_open(self) -> None:
        for fd in self._open.values():
            os.close(fd)
        self._open.clear()


class _Writer:
    def __init__(self, fd: int) -> None:
        self._fd = fd

    def write(self, part: memoryview) -> None:
        while part:
            part = part[os.write(self._fd, part) :]


def _set_xattrs(fd: int, xattrs: tuple[tuple[str, bytes], ...]) -> None:
    for name, value in xattrs:
        if not name.startswith(_KEPT_XATTRS) or name.startswith(_DROPPED_XATTRS):
            continue
        try:
            os.setxattr(fd, name, value)
        except OSError as error:
            # Only a capability changes what a program may do; the others are comments to us.
            if error.errno != errno.ENOTSUP or name == "security.capability":
                raise


def _safe_path(path: bytes, *, of: bytes | None = None) -> bytes:
    """Return *path* without `.` and empty parts; refuse what would lead out of the folder."""
    subject = "its link target" if of is not None else "its path"
    shown = _shown(path if of is None else of)
    parts = [part for part in path.split(b"/") if part not in {b"", b"."}]
    if path.startswith(b"/") and parts:
        raise UnsafeArchive(entry=shown, reason=f"{subject} is absolute")
    if b".." in parts:
        raise UnsafeArchive(entry=shown, reason=f"{subject} contains '..'")
    if any(part.startswith(_WHITEOUT) for part in parts[:-1]):
        raise UnsafeArchive(entry=shown, reason=f"{subject} leads through a whiteout")
    if not path:
        raise UnsafeArchive(entry=shown, reason=f"{subject} is empty")
    return b"/".join(parts)


def _explained(error: OSError, path: bytes) -> Exception:
    if error.errno == errno.ENOTDIR:
        return UnsafeArchive(entry=_shown(path), reason="it lies under a name that is no folder")
    if error.errno in {errno.ELOOP, errno.EEXIST, errno.EXDEV, errno.ENOENT}:
        reason = "it leads through a symbolic link to nowhere in this layer"
        return UnsafeArchive(entry=_shown(path), reason=reason)
    if error.errno == errno.ENAMETOOLONG:
        return UnsafeArchive(entry=_shown(path), reason="its name is longer than Linux allows")
    return error


def _joined(parent: bytes, name: bytes) -> bytes:
    return parent + b"/" + name if parent else name


def _is_within(path: bytes, folder: bytes) -> bool:
    return path == folder or path.startswith(folder + b"/")


def _shown(path: bytes) -> str:
    return path[:200].decode(errors="backslashreplace")
