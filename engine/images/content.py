"""Blobs as received and layers unpacked, each under its digest; whatever is there is complete."""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from engine.errors import StorageFull
from engine.linux.syscalls import syncfs
from engine.spec.configuration import EngineConfiguration
from engine.storage.paths import EnginePaths
from engine.storage.remove import remove_tree

_PREFIX: Final = "images-"
_TREE: Final = "fs"


class ContentStore:
    """The folders of blobs and snapshots, and the staging folders that fill them.

    A staging folder and what it takes into use are held by locks that end with the process, so
    that a killed pull is swept and a live one never is.
    """

    def __init__(self, configuration: EngineConfiguration) -> None:
        self._paths = EnginePaths(configuration)
        self._paths.create()

    @property
    def root(self) -> Path:
        """The folder that all content lies under."""
        return self._paths.root

    def blob(self, digest: str) -> Path:
        """Return where the blob *digest* is, once it is."""
        return self._paths.blobs / _hex(digest)

    def snapshot(self, chain_id: str) -> Path:
        """Return the tree of the layer *chain_id*, once it is there."""
        return self._paths.snapshots / _hex(chain_id) / _TREE

    @contextmanager
    def staging(self, doing: str) -> Iterator[Path]:
        """Give a folder for half-done work, removed at the end; a full disk becomes StorageFull."""
        with self._collector_kept_out(), self._staging_folder() as folder:
            try:
                yield folder
            except OSError as error:
                if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                    raise
                raise StorageFull(path=str(self.root), doing=doing) from error

    def staged_tree(self, staging: Path, chain_id: str) -> Path:
        """Make and return the folder to unpack the layer *chain_id* into."""
        tree = staging / _hex(chain_id) / _TREE
        tree.mkdir(parents=True, mode=0o755)
        return tree

    def publish(self, staging: Path, *, blobs: dict[str, Path], chain_ids: tuple[str, ...]) -> None:
        """Move finished content to its place, durable before it can be seen there."""
        with _opened(staging) as fd:
            syncfs(fd)
        for digest, path in blobs.items():
            path.rename(self.blob(digest))
        for chain_id in chain_ids:
            # Another pull of the same layer may have been first: its tree is as good.
            with _suppressed_existing():
                (staging / _hex(chain_id)).rename(self.snapshot(chain_id).parent)
        for folder in (self._paths.blobs, self._paths.snapshots):
            with _opened(folder) as fd:
                os.fsync(fd)

    def sweep(self) -> None:
        """Remove the staging folders whose owners are gone."""
        with self._staging_lock():
            abandoned = [
                (folder, fd)
                for folder in self._paths.temporary.glob(f"{_PREFIX}*")
                if (fd := _try_lock(folder)) is not None
            ]
        for folder, fd in abandoned:
            _remove_staging(folder)
            os.close(fd)

    @contextmanager
    def collecting(self) -> Iterator[bool]:
        """Hold off pulls and loads; False where one is under way and nothing may be removed."""
        with _opened_lock(self._use_lock) as fd:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def remove_unlisted(self, *, digests: set[str], chain_ids: set[str]) -> None:
        """Delete every blob and snapshot but those named; only while collecting."""
        blobs = {_hex(digest) for digest in digests}
        snapshots = {_hex(chain_id) for chain_id in chain_ids}
        for path in self._paths.blobs.iterdir():
            if path.name not in blobs:
                path.unlink(missing_ok=True)
        doomed = [path for path in self._paths.snapshots.iterdir() if path.name not in snapshots]
        if not doomed:
            return
        with self._staging_folder() as folder:
            # A tree is taken out of sight whole, so that no half of one is ever in its place.
            for path in doomed:
                path.rename(folder / path.name)

    @property
    def _use_lock(self) -> Path:
        return self.root / "images.lock"

    @contextmanager
    def _collector_kept_out(self) -> Iterator[None]:
        with _opened_lock(self._use_lock) as fd:
            fcntl.flock(fd, fcntl.LOCK_SH)
            yield

    @contextmanager
    def _staging_lock(self) -> Iterator[None]:
        with _opened_lock(self.root / "staging.lock") as fd:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _staging_folder(self) -> Iterator[Path]:
        # Between its making and its locking, a folder would look abandoned to a sweep.
        with self._staging_lock():
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._paths.temporary))
            fd = _try_lock(folder)
        try:
            yield folder
        finally:
            _remove_staging(folder)
            if fd is not None:
                os.close(fd)


@contextmanager
def _suppressed_existing() -> Iterator[None]:
    """Let pass that a folder to be renamed is there already."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
            raise


def _remove_staging(folder: Path) -> None:
    """Remove a staging folder; what a straggling thread still adds is left to the next sweep."""
    with _suppressed_existing():
        remove_tree(folder)


def _hex(digest: str) -> str:
    return digest.removeprefix("sha256:")


def _try_lock(folder: Path) -> int | None:
    with suppress(FileNotFoundError):
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
        else:
            return fd
    return None


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def _opened_lock(path: Path) -> Iterator[int]:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield fd
    finally:
        os.close(fd)
