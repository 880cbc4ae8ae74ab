"""The files of an image archive (docker save, OCI layout), staged under numbers of our own."""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from engine.errors import DigestMismatch, MalformedArchive, UnsafeArchive
from engine.registry.client import LARGEST_DOCUMENT
from engine.storage.unpack import free_bytes
from engine.storage.unpack_stream import InflatedStream, PieceReader
from engine.storage.unpack_tar import Entry, EntryKind, padding, read_entries

WHAT: Final = "image archive"

_MOST_FILES: Final = 10_000
_LONGEST_LINK_CHAIN: Final = 8
_BLOB_NAME: Final = re.compile(r"blobs/sha256/([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedFile:
    """One file of the archive, where it was put and what it is."""

    path: Path
    digest: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFiles:
    """The archive's files by name; links lead from a name to another."""

    files: dict[str, StagedFile] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return posixpath.normpath(name) in self.files

    def file(self, name: str) -> StagedFile:
        """Return the file called *name*, or raise MalformedArchive."""
        target = posixpath.normpath(name)
        for _ in range(_LONGEST_LINK_CHAIN):
            found = self.files.get(target)
            if found is not None:
                return found
            if target not in self.links:
                break
            target = self.links[target]
        raise MalformedArchive(what=WHAT, problem=f"it lacks the file {name}")

    def blob(self, digest: str) -> StagedFile:
        """Return the blob *digest* of an OCI layout."""
        return self.file(f"blobs/sha256/{digest.removeprefix('sha256:')}")

    def read(self, name: str) -> bytes:
        """Return the content of a small document."""
        return read_document(self.file(name))


def read_document(file: StagedFile) -> bytes:
    """Return the content of *file*, or raise MalformedArchive where it is no small document."""
    if file.size > LARGEST_DOCUMENT:
        raise MalformedArchive(what=WHAT, problem=f"a document has {file.size} bytes")
    return file.path.read_bytes()


def stage_files(archive: BinaryIO, staging: Path) -> ArchiveFiles:
    """Copy the regular files of *archive* into *staging*; no name of its own reaches the disk."""
    found = ArchiveFiles()
    with InflatedStream(archive, what=WHAT, limit=free_bytes(staging)) as stream:
        source = PieceReader(iter(stream), what=WHAT)
        for entry in read_entries(source, what=WHAT):
            if len(found.files) + len(found.links) >= _MOST_FILES:
                raise MalformedArchive(what=WHAT, problem=f"it has over {_MOST_FILES} files")
            _stage(entry, source, staging, found)
        source.drain()
    return found


def _stage(entry: Entry, source: PieceReader, staging: Path, found: ArchiveFiles) -> None:
    name = posixpath.normpath(entry.path.decode(errors="backslashreplace"))
    if name.startswith(("/", "../")):
        raise UnsafeArchive(entry=name, reason="it lies outside the archive")
    if entry.kind is EntryKind.FILE:
        target = staging / f"file-{len(found.files) + len(found.links)}"
        found.files[name] = _copy(entry, source, target)
        _check_name(name, found.files[name])
    elif entry.kind in {EntryKind.SYMLINK, EntryKind.HARDLINK}:
        link = entry.link.decode(errors="backslashreplace")
        base = posixpath.dirname(name) if entry.kind is EntryKind.SYMLINK else ""
        found.links[name] = posixpath.normpath(posixpath.join(base, link))
    elif entry.kind is not EntryKind.DIRECTORY:
        raise UnsafeArchive(entry=name, reason=f"it is a {entry.kind.value}")


def _copy(entry: Entry, source: PieceReader, target: Path) -> StagedFile:
    digest = hashlib.sha256()
    fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb", buffering=0) as file:

        def take(part: memoryview) -> None:
            digest.update(part)
            while part:
                part = part[file.write(part) :]

        source.copy(entry.size, take)
        source.skip(padding(entry.size))
    return StagedFile(path=target, digest=f"sha256:{digest.hexdigest()}", size=entry.size)


def _check_name(name: str, file: StagedFile) -> None:
    match = _BLOB_NAME.fullmatch(name)
    if match and file.digest != f"sha256:{match[1]}":
        raise DigestMismatch(
            what=f"{name} in the {WHAT}", expected=f"sha256:{match[1]}", actual=file.digest
        )
