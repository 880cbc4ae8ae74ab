"""Layers become trees exactly, and hostile ones become errors."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from engine.errors import (
    ArchiveTooLarge,
    DigestMismatch,
    EngineError,
    MalformedArchive,
    UnsafeArchive,
    UnsupportedMediaType,
)
from engine.linux.mounts import mount, umount
from engine.storage.unpack import Unpacked, unpack_layer
from tests.support.images import (
    Entry,
    directory,
    file,
    hardlink,
    layer_of,
    sha256,
    symlink,
    tar_of,
)

pytestmark = pytest.mark.kernel

CAPABILITY = "\x01\0\0\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0"


@pytest.fixture
def tree(home: Path) -> Path:
    target = home / "tree"
    target.mkdir()
    return target


@pytest.fixture
def small_disk(home: Path) -> Iterator[Path]:
    """A file system with 16 MiB more than the engine keeps free."""
    target = home / "disk"
    target.mkdir()
    mount("tmpfs", target, "tmpfs", 0, f"size={(64 + 16) << 20}")
    yield target
    umount(target)


def unpack(plain: bytes, target: Path, blob: bytes | None = None) -> Unpacked:
    blob = gzip.compress(plain, 1) if blob is None else blob
    return unpack_layer(
        io.BytesIO(blob),
        target,
        digest=sha256(blob),
        diff_id=sha256(plain),
        cancelled=threading.Event(),
    )


def test_files_keep_content_owner_mode_and_nanoseconds(tree: Path) -> None:
    name = "deep/" + "n" * 200
    plain = tar_of(
        directory("./", mode=0o711),
        directory("deep/", mode=0o2775, gid=50),
        file(name, b"hi", mode=0o4755, uid=7, gid=8, pax_headers={"mtime": "1700000000.123456789"}),
        file("deep/child", mode=0o600),
        symlink("link", "/nowhere", uid=3),
        hardlink("other", name),
        file("pipe", type=tarfile.FIFOTYPE, mode=0o622),
    )
    assert unpack(plain, tree).size == 2
    found = (tree / name).stat()
    assert (tree / name).read_bytes() == b"hi"
    assert (found.st_mode & 0o7777, found.st_uid, found.st_gid) == (0o4755, 7, 8)
    assert found.st_mtime_ns == 1_700_000_000_123_456_789
    assert (tree / "other").stat().st_ino == found.st_ino
    assert (tree / "deep").stat().st_mode & 0o7777 == 0o2775
    assert (tree / "deep/child").stat().st_gid == 0
    assert (str((tree / "link").readlink()), (tree / "link").lstat().st_uid) == ("/nowhere", 3)
    assert stat.S_ISFIFO((tree / "pipe").stat().st_mode)
    assert tree.stat().st_mode & 0o7777 == 0o711


def test_file_capabilities_survive_and_overlay_attributes_do_not(tree: Path) -> None:
    attributes = {
        "SCHILY.xattr.security.capability": CAPABILITY,
        "SCHILY.xattr.trusted.overlay.redirect": "/etc",
    }
    unpack(tar_of(file("ping", b"x", uid=1, pax_headers=attributes)), tree)
    assert os.listxattr(tree / "ping") == ["security.capability"]
    assert os.getxattr(tree / "ping", "security.capability") == CAPABILITY.encode()


def test_gnu_long_names_are_read(tree: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("d" * 120 + "/" + "f" * 120))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "t" * 300
        archive.addfile(link)
    unpack(buffer.getvalue(), tree)
    assert (tree / ("d" * 120) / ("f" * 120)).is_file()
    assert str((tree / "link").readlink()) == "t" * 300


def test_plain_zstandard_and_many_member_gzip_layers_are_read(home: Path) -> None:
    plain = tar_of(file("a", os.urandom(700_000)), file("b", bytes(700_000)))
    half = len(plain) // 2
    members = gzip.compress(plain[:half]) + gzip.compress(plain[half:]) + bytes(100)
    for number, blob in enumerate((plain, zstandard.compress(plain), members)):
        target = home / str(number)
        target.mkdir()
        assert unpack(plain, target, blob).size == 1_400_000


def test_whiteouts_hide_what_is_below_and_nothing_of_their_own_layer(home: Path) -> None:
    lower, upper, merged = (home / name for name in ("lower", "upper", "merged"))
    for folder in (lower, upper, merged):
        folder.mkdir()
    below = ("gone", "kept", "file/x", "opaque/old", "again/old", "late/old")
    unpack(tar_of(*(file(name) for name in below)), lower)
    above = tar_of(
        file(".wh.gone"),
        file(".wh.file"),
        file("opaque/new"),
        file("opaque/.wh..wh..opq"),
        file(".wh.again"),
        file("again/new"),
        file("late/new"),
        file(".wh.late"),
        file(".wh..wh.plnk"),
    )
    unpack(above, upper)
    mount("overlay", merged, "overlay", 0, f"lowerdir={upper}:{lower}")
    try:
        seen = sorted(str(path.relative_to(merged)) for path in merged.rglob("*"))
    finally:
        umount(merged)
    assert seen == ["again", "again/new", "kept", "late", "late/new", "opaque", "opaque/new"]


def test_an_entry_that_comes_again_replaces_the_first(tree: Path) -> None:
    plain = tar_of(
        file("a", b"one"),
        file("a", b"two"),
        directory("b"),
        file("b/c"),
        file("b", b"file now"),
        symlink("c", "a"),
        directory("c"),
        file("c/d", b"in a folder"),
    )
    unpack(plain, tree)
    assert ((tree / "a").read_bytes(), (tree / "b").read_bytes()) == (b"two", b"file now")
    assert (tree / "c/d").read_bytes() == b"in a folder"


def test_a_link_inside_the_layer_is_followed_inside_it(tree: Path) -> None:
    plain = tar_of(directory("usr/lib"), symlink("lib", "/usr/lib"), file("lib/x", b"x"))
    unpack(plain, tree)
    assert (tree / "usr/lib/x").read_bytes() == b"x"


HOSTILE: dict[str, tuple[Entry, ...]] = {
    "parent folder": (file("../escaped", b"x"),),
    "parent folder inside": (file("a/../../escaped", b"x"),),
    "absolute": (file("/tmp/escaped", b"x"),),
    "link out": (symlink("out", "/tmp"), file("out/escaped", b"x")),
    "relative link out": (symlink("out", "../../../../tmp"), file("out/escaped", b"x")),
    "link to itself": (symlink("a", "a"), file("a/escaped", b"x")),
    "hard link out": (hardlink("h", "../../etc/passwd"),),
    "absolute hard link": (hardlink("h", "/etc/passwd"),),
    "under a file": (file("a", b"x"), file("a/b", b"x")),
    "character device": (file("null", type=tarfile.CHRTYPE, devmajor=1, devminor=3),),
    "block device": (file("sda", type=tarfile.BLKTYPE, devmajor=8),),
    "whiteout device": (file("gone", type=tarfile.CHRTYPE),),
    "root replaced": (symlink("./", "/tmp"),),
    "whiteout of the folder": (file("a/.wh.."),),
    "whiteout of its parent": (file("a/.wh..."),),
    "through a whiteout": (file(".wh.a/b"),),
    "long name": (file("n" * 256),),
    "long path": (file("p/" * 2050),),
    "sparse": (file("s", pax_headers={"GNU.sparse.major": "1"}),),
    "unknown type": (file("v", type=b"V"),),
}


@pytest.mark.parametrize("entries", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_entry_is_refused_and_nothing_is_written_outside(
    tree: Path, entries: tuple[Entry, ...]
) -> None:
    passwd = Path("/etc/passwd").stat()
    with pytest.raises(UnsafeArchive):
        unpack(tar_of(*entries), tree)
    assert Path("/etc/passwd").stat() == passwd
    assert not Path("/tmp/escaped").exists()
    assert not [path for path in tree.parent.rglob("*") if path.name == "escaped"]


def test_a_hard_link_to_what_the_layer_lacks_is_refused(tree: Path) -> None:
    with pytest.raises(MalformedArchive, match="which this layer lacks"):
        unpack(tar_of(hardlink("h", "bin/sh")), tree)


@pytest.mark.parametrize("cut", [100, 700, 1200])
def test_an_archive_that_ends_early_is_refused(tree: Path, cut: int) -> None:
    plain = tar_of(file("a", os.urandom(500)), file("b", os.urandom(500)))[:cut]
    with pytest.raises(MalformedArchive):
        unpack(plain, tree)


def test_a_header_whose_checksum_is_wrong_is_refused(tree: Path) -> None:
    plain = bytearray(tar_of(file("a", b"x")))
    plain[0] ^= 1
    with pytest.raises(MalformedArchive, match="checksum"):
        unpack(bytes(plain), tree)


@pytest.mark.parametrize("damage", ["cut", "flip", "garbage"])
def test_a_damaged_gzip_is_refused(tree: Path, damage: str) -> None:
    plain = tar_of(file("a", os.urandom(100_000)))
    blob = bytearray(gzip.compress(plain))
    if damage == "cut":
        blob = blob[:-5000]
    elif damage == "flip":
        blob[-6] ^= 0xFF
    else:
        blob += b"more"
    with pytest.raises(MalformedArchive):
        unpack(plain, tree, bytes(blob))


def test_a_layer_that_is_not_what_was_promised_is_refused(tree: Path) -> None:
    layer = layer_of(file("a", b"x"))
    for digest, diff_id in ((sha256(b""), layer.diff_id), (layer.digest, sha256(b""))):
        (tree / "a").unlink(missing_ok=True)
        with pytest.raises(DigestMismatch):
            unpack_layer(
                io.BytesIO(layer.blob),
                tree,
                digest=digest,
                diff_id=diff_id,
                cancelled=threading.Event(),
            )


def test_other_compressions_are_named_and_refused(tree: Path) -> None:
    with pytest.raises(UnsupportedMediaType, match="bzip2"):
        unpack(b"", tree, b"BZh91AY&SY")


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
def test_a_bomb_is_stopped_before_the_disk_is_full(small_disk: Path, compress: object) -> None:
    assert callable(compress)
    plain = tar_of(file("zeros", bytes(40 << 20)))
    with pytest.raises(ArchiveTooLarge):
        unpack(plain, small_disk, compress(plain))
    assert os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize > 60 << 20


def test_a_layer_larger_than_the_disk_says_that_the_disk_is_full(small_disk: Path) -> None:
    plain = tar_of(file("noise", os.urandom(20 << 20)))
    with pytest.raises(OSError, match="No space left"):
        unpack(plain, small_disk, plain)


def test_random_bytes_never_crash_the_reader(home: Path) -> None:
    for number in range(50):
        target = home / f"r{number}"
        target.mkdir()
        plain = bytearray(tar_of(file("a", b"x" * 600), symlink("b", "a"), directory("c")))
        for _ in range(3):
            plain[int.from_bytes(os.urandom(2), "big") % len(plain)] ^= 0x10
        try:
            unpack(bytes(plain), target)
        except EngineError:
            continue
