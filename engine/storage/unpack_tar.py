"""Tar headers as they are met in layers: ustar, GNU long names, PAX."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Final, NamedTuple

from engine.errors import MalformedArchive, UnsafeArchive
from engine.storage.unpack_stream import PieceReader

_BLOCK: Final = 512
_LARGEST_EXTENSION: Final = 1024 * 1024
"""Bytes of one PAX or long-name record; Linux allows 4 KiB of path and 64 KiB an attribute."""
_LONGEST_PATH: Final = 4096
_XATTR: Final = b"SCHILY.xattr."
_EXTENSIONS: Final = frozenset(b"xgLK")
_HIGHEST_ID: Final = 0xFFFF_FFFE
_LARGEST_FILE: Final = 1 << 62


class EntryKind(enum.Enum):
    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symbolic link"
    HARDLINK = "hard link"
    FIFO = "fifo"
    DEVICE = "device"


_KINDS: Final = {
    0: EntryKind.FILE,
    ord("0"): EntryKind.FILE,
    ord("7"): EntryKind.FILE,
    ord("1"): EntryKind.HARDLINK,
    ord("2"): EntryKind.SYMLINK,
    ord("3"): EntryKind.DEVICE,
    ord("4"): EntryKind.DEVICE,
    ord("5"): EntryKind.DIRECTORY,
    ord("6"): EntryKind.FIFO,
}
_WITH_DATA: Final = frozenset({EntryKind.FILE})


class Entry(NamedTuple):
    """One entry; a tuple because a layer may have a hundred thousand."""

    kind: EntryKind
    path: bytes
    """As in the archive, but for a leading `./` and trailing slashes."""
    link: bytes
    mode: int
    uid: int
    gid: int
    mtime: int
    """Nanoseconds since the epoch."""
    size: int
    """Of the data that follows, without padding."""
    xattrs: tuple[tuple[str, bytes], ...]


def read_entries(source: PieceReader, *, what: str) -> Iterator[Entry]:
    """Yield the entries; the caller takes `size` bytes and the padding before the next one."""
    pax: dict[bytes, bytes] = {}
    while True:
        header = source.read(_BLOCK)
        if len(header) < _BLOCK or not header.strip(b"\0"):
            if header.strip(b"\0"):
                raise MalformedArchive(what=what, problem="it ends in the middle of a header")
            return
        try:
            _check(header)
            if header[156] in _EXTENSIONS:
                _extend(pax, header, source)
            else:
                yield _entry(header, pax)
                pax = {}
        except (ValueError, OverflowError) as error:
            raise MalformedArchive(what=what, problem=str(error)) from error


def padding(size: int) -> int:
    """Return how many bytes fill the last block of *size* bytes of data."""
    return -size % _BLOCK


def _check(header: bytes) -> None:
    said = _number(header[148:156])
    # The checksum counts its own field as eight spaces.
    if sum(header) - sum(header[148:156]) + 8 * 32 != said:
        raise ValueError("a header's checksum is wrong")


def _extend(pax: dict[bytes, bytes], header: bytes, source: PieceReader) -> None:
    size = _number(header[124:136])
    if not 0 <= size <= _LARGEST_EXTENSION:
        raise ValueError(f"an extended header of {size} bytes")
    data = source.exactly(size)
    source.skip(padding(size))
    match chr(header[156]):
        case "x":
            pax.update(_records(data))
        case "L":
            pax[b"path"] = data.rstrip(b"\0")
        case "K":
            pax[b"linkpath"] = data.rstrip(b"\0")
        case _:
            pass  # a global header only carries comments in layers


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    offset = 0
    while offset < len(data):
        space = data.find(b" ", offset)
        length = int(data[offset:space]) if space > 0 else 0
        end = offset + length
        if end <= space + 1 or end > len(data) or data[end - 1] != ord("\n"):
            raise ValueError("a PAX record's length is wrong")
        key, equals, value = data[space + 1 : end - 1].partition(b"=")
        if not equals:
            raise ValueError("a PAX record has no value")
        yield key, value
        offset = end


def _entry(header: bytes, pax: dict[bytes, bytes]) -> Entry:
    path = pax.get(b"path") or _plain_path(header)
    kind = _kind(header[156], path, pax)
    size = int(pax.get(b"size", 0)) or _number(header[124:136])
    if not 0 <= size < _LARGEST_FILE:
        raise ValueError(f"an entry of {size} bytes")
    link = pax.get(b"linkpath") or header[157:257].split(b"\0", 1)[0]
    if b"\0" in path or b"\0" in link or max(len(path), len(link)) > _LONGEST_PATH:
        raise UnsafeArchive(entry=_shown(path), reason="its path cannot exist on Linux")
    return Entry(
        kind,
        path,
        link,
        _number(header[100:108]) & 0o7777,
        _identity(pax.get(b"uid"), header[108:116]),
        _identity(pax.get(b"gid"), header[116:124]),
        _time(pax[b"mtime"]) if b"mtime" in pax else _number(header[136:148]) * 1_000_000_000,
        size if kind in _WITH_DATA else 0,
        _xattrs(pax) if pax else (),
    )


def _kind(flag: int, path: bytes, pax: dict[bytes, bytes]) -> EntryKind:
    if flag == ord("S") or any(key.startswith(b"GNU.sparse.") for key in pax):
        raise UnsafeArchive(entry=_shown(path), reason="it is sparse; layers hold whole files")
    kind = _KINDS.get(flag)
    if kind is None:
        raise UnsafeArchive(entry=_shown(path), reason=f"its type {chr(flag)!r} is not known")
    # Before ustar a directory was a file whose name ends in a slash.
    if kind is EntryKind.FILE and path.endswith(b"/"):
        return EntryKind.DIRECTORY
    return kind


def _plain_path(header: bytes) -> bytes:
    name = header[:100].split(b"\0", 1)[0]
    # GNU's magic has no prefix field there, POSIX's has.
    if header[257:263] == b"ustar\0" and header[345]:
        return header[345:500].split(b"\0", 1)[0] + b"/" + name
    return name


def _xattrs(pax: dict[bytes, bytes]) -> tuple[tuple[str, bytes], ...]:
    return tuple(
        (key[len(_XATTR) :].decode(), value) for key, value in pax.items() if key.startswith(_XATTR)
    )


def _identity(text: bytes | None, field: bytes) -> int:
    number = _number(field) if text is None else int(text)
    if not 0 <= number <= _HIGHEST_ID:
        raise ValueError(f"an owner's number of {number}")
    return number


def _number(field: bytes) -> int:
    if field[0] & 0x80:
        # Base-256, two's complement below the marker bit.
        value = int.from_bytes(field, "big") & ((1 << (8 * len(field) - 1)) - 1)
        return value - (1 << (8 * len(field) - 1)) if field[0] & 0x40 else value
    return int(field.strip(b"\0 ") or b"0", 8)


def _time(text: bytes) -> int:
    # By whole numbers: a float keeps no nanoseconds of today.
    whole, _, fraction = text.partition(b".")
    nanoseconds = int(fraction[:9].ljust(9, b"0")) if fraction else 0
    return int(whole) * 1_000_000_000 + (-nanoseconds if whole.startswith(b"-") else nanoseconds)


def _shown(path: bytes) -> str:
    return path[:200].decode(errors="backslashreplace")
