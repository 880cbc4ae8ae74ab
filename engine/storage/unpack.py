"""A layer's archive becomes a folder: streaming, verified, nothing outside it touched."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from engine.errors import DigestMismatch, OperationCancelled
from engine.linux.syscalls import CLONE_FS, unshare
from engine.storage.unpack_stream import InflatedStream, PieceReader, Readable
from engine.storage.unpack_tar import read_entries
from engine.storage.unpack_tree import TreeWriter

_KEPT_FREE: Final = 64 * 1024 * 1024
"""Bytes of the disk that no archive may take: the engine's state must still be written."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """What an archive turned out to be."""

    digest: str
    """Of the bytes as received."""
    diff_id: str
    """Of the plain tar."""
    size: int
    """Bytes of all files."""


def unpack_layer(
    archive: Readable, target: Path, *, digest: str, diff_id: str, cancelled: threading.Event
) -> Unpacked:
    """Fill the empty folder *target* from a layer, or raise and leave it to the caller to remove.

    Both digests are checked; a raised DigestMismatch names the layer by *digest*.
    """
    unpacked = _with_own_umask(lambda: _unpack(archive, target, digest, cancelled))
    if unpacked.digest != digest:
        raise DigestMismatch(what=f"layer {digest}", expected=digest, actual=unpacked.digest)
    if unpacked.diff_id != diff_id:
        what = f"unpacked layer {digest}"
        raise DigestMismatch(what=what, expected=diff_id, actual=unpacked.diff_id)
    return unpacked


def free_bytes(path: Path) -> int:
    """Return how many bytes may still be written under *path*."""
    status = os.statvfs(path)
    return max(0, status.f_bavail * status.f_frsize - _KEPT_FREE)


def _unpack(archive: Readable, target: Path, digest: str, cancelled: threading.Event) -> Unpacked:
    what = f"layer {digest}"
    plain = hashlib.sha256()
    writer = TreeWriter(target, what=what)
    try:
        with InflatedStream(archive, what=what, limit=free_bytes(target)) as stream:
            pieces = _hashed(stream, plain.update, cancelled, what)
            source = PieceReader(pieces, what=what)
            for entry in read_entries(source, what=what):
                writer.add(entry, source)
            source.drain()
        writer.finish()
    finally:
        writer.close()
    return Unpacked(digest=stream.digest, diff_id=f"sha256:{plain.hexdigest()}", size=writer.size)


def _hashed(
    stream: InflatedStream,
    update: Callable[[bytes], None],
    cancelled: threading.Event,
    what: str,
) -> Iterator[bytes]:
    for piece in stream:
        if cancelled.is_set():
            raise OperationCancelled(what=what)
        update(piece)
        yield piece


def _with_own_umask(work: Callable[[], Result]) -> Result:
    """Run *work* in a thread whose umask is 0, so that no file needs a chmod of its own."""
    with ThreadPoolExecutor(max_workers=1, initializer=_drop_umask) as pool:
        return pool.submit(work).result()


def _drop_umask() -> None:
    # The umask belongs to the process until the thread leaves it.
    unshare(CLONE_FS)
    os.umask(0)
