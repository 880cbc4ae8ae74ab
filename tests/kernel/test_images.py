"""The image store: archives in, spaces apart, nothing kept that nobody uses."""

from __future__ import annotations

import gzip
import io
import json
import os
from pathlib import Path

import pytest

from engine.errors import (
    AmbiguousId,
    DigestMismatch,
    EngineError,
    ImageHasSeveralTags,
    ImageInUse,
    ImageNotFound,
    MalformedArchive,
    PlatformNotFound,
    StorageFull,
    UnsafeArchive,
)
from engine.linux.mounts import mount, umount
from engine.spec.codec import from_plain
from engine.spec.image import Image
from tests.support.image_stores import StoreUnderTest, open_store
from tests.support.images import (
    TestImage,
    TestLayer,
    busybox_image,
    file,
    layer_of,
    sha256,
    symlink,
    tar_of,
)

pytestmark = pytest.mark.kernel


@pytest.fixture
def under_test(home: Path) -> StoreUnderTest:
    return open_store(home)


def small_image(text: bytes = b"hello", **fields: object) -> TestImage:
    base = layer_of(file("base", b"same in all"))
    return TestImage((base, layer_of(file("own", text))), {"Cmd": ["/own"]}, **fields)  # type: ignore[arg-type]


def load(under_test: StoreUnderTest, archive: bytes, space: str = "default") -> tuple[Image, ...]:
    return under_test.store.load(space, io.BytesIO(archive))


def use_by_container(under_test: StoreUnderTest, image: Image, name: str) -> None:
    with under_test.database.transaction() as tx:
        tx.execute(
            "INSERT INTO containers (id, space, name, image_id, state, record)"
            " VALUES (?, ?, ?, ?, 'exited', '{}')",
            (name * 8, image.space, name, image.id),
        )


def test_a_docker_archive_is_loaded_and_its_trees_are_there(under_test: StoreUnderTest) -> None:
    wanted = busybox_image(User="nobody", ExposedPorts={"80/tcp": {}}, StopSignal="SIGINT")
    (image,) = load(under_test, wanted.docker_save("busybox:1", "other/name:2"))
    assert image.id == wanted.id
    assert image.tags == ("docker.io/library/busybox:1", "docker.io/other/name:2")
    assert (image.config.command, image.config.user) == (("sh",), "nobody")
    assert (image.config.exposed_ports, image.config.stop_signal) == (("80/tcp",), "SIGINT")
    (tree,) = under_test.store.lower_directories(image)
    assert (tree / "bin/busybox").read_bytes() == Path("/bin/busybox").read_bytes()
    assert (tree / "bin/ls").stat().st_ino == (tree / "bin/busybox").stat().st_ino
    assert under_test.store.get("default", "busybox:1") == image


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_an_oci_layout_is_loaded_as_it_is(under_test: StoreUnderTest, compress: object) -> None:
    assert callable(compress)
    wanted = small_image()
    (image,) = load(under_test, compress(wanted.oci_layout("quay.io/a/b:c")))
    assert (image.id, image.tags) == (wanted.id, ("quay.io/a/b:c",))
    assert image.manifest_digest == sha256(wanted.manifest)
    assert [layer.digest for layer in image.layers] == [layer.digest for layer in wanted.layers]
    trees = under_test.store.lower_directories(image)
    assert [[path.name for path in tree.iterdir()] for tree in trees] == [["own"], ["base"]]


def test_blobs_are_kept_as_they_came(under_test: StoreUnderTest) -> None:
    wanted = small_image()
    load(under_test, wanted.oci_layout("a"))
    for blob in (wanted.manifest, wanted.configuration, *(layer.blob for layer in wanted.layers)):
        path = under_test.root / "blobs/sha256" / sha256(blob).removeprefix("sha256:")
        assert path.read_bytes() == blob


def test_layers_that_an_old_archive_links_to_are_found(under_test: StoreUnderTest) -> None:
    layer = layer_of(file("a"))
    image = TestImage((layer, layer))
    entry = {"Config": "c.json", "RepoTags": None, "Layers": ["one/layer.tar", "two/layer.tar"]}
    archive = tar_of(
        file("manifest.json", json.dumps([entry]).encode()),
        symlink("two/layer.tar", "../one/layer.tar"),
        file("one/layer.tar", layer.blob),
        file("c.json", image.configuration),
    )
    (loaded,) = load(under_test, archive)
    assert [found.diff_id for found in loaded.layers] == [layer.diff_id, layer.diff_id]
    assert loaded.tags == ()


def test_each_change_is_an_event_in_order_with_the_image_after_it(
    under_test: StoreUnderTest,
) -> None:
    first, second = small_image(b"1"), small_image(b"2")
    load(under_test, first.docker_save("app:1", "app:2"))
    load(under_test, second.docker_save("app:1"))
    under_test.store.remove("default", "app:2")
    events = under_test.events()
    assert [(event.action, event.id) for event in events] == [
        ("load", first.id),
        ("untag", first.id),
        ("load", second.id),
        ("delete", first.id),
    ]
    untagged = from_plain(Image, events[1].payload)
    assert (untagged.tags, untagged.version) == (("docker.io/library/app:2",), events[1].sequence)
    assert under_test.store.get("default", "app:1").version == events[2].sequence


def test_a_space_sees_only_what_it_was_given(under_test: StoreUnderTest) -> None:
    archive = small_image().docker_save("app:1")
    (mine,) = load(under_test, archive, "mine")
    with pytest.raises(ImageNotFound):
        under_test.store.get("yours", mine.id)
    assert under_test.store.list("yours") == ()
    load(under_test, archive, "yours")
    under_test.store.remove("mine", "app:1")
    (yours,) = under_test.store.list("yours")
    assert all(tree.is_dir() for tree in under_test.store.lower_directories(yours))


def test_an_image_is_found_by_name_id_and_start_of_its_id(under_test: StoreUnderTest) -> None:
    (image,) = load(under_test, small_image().docker_save("app"))
    short = image.id.removeprefix("sha256:")
    for text in ("app", "docker.io/library/app:latest", image.id, short, short[:12], image.id[:19]):
        assert under_test.store.get("default", text).id == image.id
    for text in ("app:2", "sha256:" + "0" * 64, "0" * 64, "nothing"):
        with pytest.raises(ImageNotFound):
            under_test.store.get("default", text)


def test_a_start_that_fits_two_ids_is_refused(under_test: StoreUnderTest) -> None:
    for number in range(17):
        load(under_test, small_image(str(number).encode()).oci_layout())
    starts = [image.id[7] for image in under_test.store.list("default")]
    twice = next(start for start in starts if starts.count(start) > 1)
    with pytest.raises(AmbiguousId):
        under_test.store.get("default", f"sha256:{twice}")


def test_removing_the_last_name_removes_the_image_and_all_its_content(
    under_test: StoreUnderTest,
) -> None:
    load(under_test, small_image().docker_save("app:1", "app:2"))
    under_test.store.remove("default", "app:1")
    assert under_test.store.get("default", "app:2").tags == ("docker.io/library/app:2",)
    under_test.store.remove("default", "app:2")
    assert under_test.store.list("default") == ()
    assert under_test.content() == []
    assert set(under_test.rows()) == {"outbox"}


def test_a_layer_stays_while_another_image_stands_on_it(under_test: StoreUnderTest) -> None:
    load(under_test, small_image(b"1").docker_save("app:1"))
    (other,) = load(under_test, small_image(b"2").docker_save("app:2"))
    under_test.store.remove("default", "app:1")
    trees = under_test.store.lower_directories(other)
    assert [(tree / name).exists() for tree, name in zip(trees, ("own", "base"), strict=True)] == [
        True,
        True,
    ]
    assert under_test.rows()["snapshots"] == 2


def test_an_image_in_use_is_refused_by_its_container_and_kept_for_it_when_forced(
    under_test: StoreUnderTest,
) -> None:
    (image,) = load(under_test, small_image().docker_save("app"))
    use_by_container(under_test, image, "web")
    with pytest.raises(ImageInUse) as caught:
        under_test.store.remove("default", "app")
    assert caught.value.facts["container"] == "web"
    under_test.store.remove("default", "app", force=True)
    with pytest.raises(ImageNotFound):
        under_test.store.get("default", "app")
    assert all(tree.is_dir() for tree in under_test.store.lower_directories(image))
    with under_test.database.transaction() as tx:
        tx.execute("DELETE FROM containers")
    assert under_test.store.collect()
    assert under_test.content() == []


def test_by_its_id_an_image_with_several_tags_goes_only_by_force(
    under_test: StoreUnderTest,
) -> None:
    (image,) = load(under_test, small_image().docker_save("app:1", "app:2"))
    with pytest.raises(ImageHasSeveralTags):
        under_test.store.remove("default", image.id)
    under_test.store.remove("default", image.id, force=True)
    assert under_test.store.list("default") == ()


def broken_archives() -> dict[str, tuple[bytes, type[EngineError]]]:
    good = small_image()
    lying = TestLayer(layer_of(file("x")).plain, layer_of(file("y")).blob)
    hostile = TestImage((layer_of(file("fine"), file("../../escaped", b"x")),))
    entry = [{"Config": "../../etc/passwd", "Layers": []}]
    blob = f"blobs/sha256/{'0' * 64}"
    return {
        "nothing": (b"", MalformedArchive),
        "no tar": (b"x" * 2000, MalformedArchive),
        "no image": (tar_of(file("a")), MalformedArchive),
        "empty list": (tar_of(file("manifest.json", b"[]")), MalformedArchive),
        "no list": (tar_of(file("manifest.json", b"{}")), MalformedArchive),
        "file outside": (
            tar_of(file("manifest.json", json.dumps(entry).encode())),
            MalformedArchive,
        ),
        "name outside": (tar_of(file("../manifest.json", b"[]")), UnsafeArchive),
        "blob of another digest": (tar_of(file(blob, b"x")), DigestMismatch),
        "layer of another diff id": (TestImage((lying,)).docker_save("a"), DigestMismatch),
        "hostile layer": (hostile.docker_save("a"), UnsafeArchive),
        "cut": (good.docker_save("a")[:3000], MalformedArchive),
        "other machine": (small_image(architecture="s390x").docker_save("a"), PlatformNotFound),
    }


@pytest.mark.parametrize(("archive", "error"), broken_archives().values(), ids=broken_archives())
def test_a_broken_archive_is_refused_and_nothing_is_kept(
    under_test: StoreUnderTest, archive: bytes, error: type[EngineError]
) -> None:
    with pytest.raises(error):
        load(under_test, archive)
    assert under_test.is_empty()


def test_a_full_disk_is_said_and_nothing_is_kept(home: Path) -> None:
    mount("tmpfs", home, "tmpfs", 0, f"size={(64 + 16) << 20}")
    try:
        under_test = open_store(home)
        image = TestImage((layer_of(file("noise", os.urandom(12 << 20))),))
        with pytest.raises(StorageFull):
            load(under_test, image.docker_save("big"))
        assert under_test.is_empty()
        under_test.database.close()
    finally:
        umount(home)
