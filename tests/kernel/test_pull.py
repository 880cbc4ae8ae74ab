"""Pulling, from Debian's registry and from one that misbehaves."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.errors import (
    DigestMismatch,
    EngineError,
    ManifestNotFound,
    OperationCancelled,
    PlatformNotFound,
    RegistryError,
    RegistryTlsFailed,
    RegistryUnauthorized,
    RegistryUnreachable,
    SizeMismatch,
    UnsafeArchive,
)
from engine.spec.configuration import RegistryMirror
from engine.spec.image import LayerPhase, RegistryAuth
from tests.support.fake_registry import Answer, FakeRegistry, fake_registry
from tests.support.image_stores import StoreUnderTest, open_store
from tests.support.images import (
    OCI_INDEX,
    TestImage,
    busybox_image,
    file,
    host_architecture,
    layer_of,
    push_manifest,
    sha256,
)
from tests.support.registry import Registry, free_port, make_certificate, running_registry

pytestmark = pytest.mark.kernel

NOISE = os.urandom(600_000)
ACCOUNT = RegistryAuth(username="ann", password="secret")


@pytest.fixture
def under_test(home: Path) -> StoreUnderTest:
    return open_store(home)


@pytest.fixture(scope="module")
def registry() -> Iterator[Registry]:
    with running_registry() as running:
        yield running


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with fake_registry() as running:
        yield running


def noisy_image(**fields: object) -> TestImage:
    layers = (layer_of(file("small", b"x")), layer_of(file("noise", NOISE)))
    return TestImage(layers, {"Cmd": ["/noise"]}, **fields)  # type: ignore[arg-type]


def blob_path(image: TestImage, layer: int = 1) -> str:
    return f"/v2/image/blobs/{image.layers[layer].digest}"


def index_of(*images: TestImage) -> bytes:
    entries = ",".join(
        f'{{"mediaType":"{image.media_type}","digest":"{sha256(image.manifest)}",'
        f'"size":{len(image.manifest)},'
        f'"platform":{{"os":"linux","architecture":"{image.architecture}"}}}}'
        for image in images
    )
    return f'{{"schemaVersion":2,"mediaType":"{OCI_INDEX}","manifests":[{entries}]}}'.encode()


# --- Debian's registry ----------------------------------------------------------------------


@pytest.mark.parametrize("form", ["schema-2", "oci"])
def test_an_image_is_pulled_with_its_tree_its_names_and_one_event(
    under_test: StoreUnderTest, registry: Registry, form: str
) -> None:
    made = busybox_image()
    made = TestImage(made.layers, made.config, docker=form == "schema-2")
    digest = made.push(registry.client, f"busybox-{form}", "1.35")
    name = f"{registry.name}/busybox-{form}"
    image = under_test.pull(f"{name}:1.35")
    assert (image.id, image.manifest_digest) == (made.id, digest)
    assert (image.tags, image.digests) == ((f"{name}:1.35",), (f"{name}@{digest}",))
    (tree,) = under_test.store.lower_directories(image)
    assert (tree / "bin/busybox").read_bytes() == Path("/bin/busybox").read_bytes()
    assert [event.action for event in under_test.events()] == ["pull"]
    assert under_test.store.get("default", f"{name}@{digest}") == image


def test_what_the_space_has_is_not_fetched_again(
    under_test: StoreUnderTest, registry: Registry
) -> None:
    noisy_image().push(registry.client, "again", "1")
    under_test.pull(f"{registry.name}/again:1")
    assert {item.phase for item in under_test.told[-2:]} == {LayerPhase.DONE}
    under_test.told.clear()
    under_test.pull(f"{registry.name}/again:1")
    assert [item.phase for item in under_test.told] == [LayerPhase.EXISTS] * 2


def test_from_an_index_the_image_for_this_machine_is_pulled(
    under_test: StoreUnderTest, registry: Registry
) -> None:
    here = noisy_image(architecture=host_architecture())
    other = TestImage(here.layers, here.config, architecture="s390x")
    for made in (here, other):
        made.push(registry.client, "index", "single")
    digest = push_manifest(registry.client, "index", "all", index_of(other, here), OCI_INDEX)
    image = under_test.pull(f"{registry.name}/index:all")
    assert (image.id, image.manifest_digest) == (here.id, sha256(here.manifest))
    assert image.digests == (f"{registry.name}/index@{digest}",)
    with pytest.raises(PlatformNotFound, match="linux/s390x"):
        under_test.pull(f"{registry.name}/index@{sha256(other.manifest)}")


@pytest.mark.parametrize("name", ["nothing", "again:none", f"again@sha256:{'0' * 64}"])
def test_an_unknown_image_is_named(
    under_test: StoreUnderTest, registry: Registry, name: str
) -> None:
    with pytest.raises(ManifestNotFound, match=r"has no (nothing|again)"):
        under_test.pull(f"{registry.name}/{name}")
    assert under_test.is_empty()


def test_a_mirror_serves_the_registry_it_stands_for(home: Path, registry: Registry) -> None:
    noisy_image().push(registry.client, "library/noise", "1")
    mirror = RegistryMirror(registry="docker.io", url=f"http://{registry.name}")
    image = open_store(home, mirrors=(mirror,)).pull("noise:1")
    assert image.tags == ("docker.io/library/noise:1",)


def test_a_password_opens_a_private_registry_and_nothing_else_does(
    under_test: StoreUnderTest,
) -> None:
    with running_registry(account=("ann", "secret")) as private:
        noisy_image().push(private.client, "private", "1")
        wrong = RegistryAuth(username="ann", password="guess")
        for auth in (None, wrong):
            with pytest.raises(RegistryUnauthorized) as caught:
                under_test.pull(f"{private.name}/private:1", auth=auth)
            assert "guess" not in str(caught.value)
        assert under_test.is_empty()
        assert under_test.pull(f"{private.name}/private:1", auth=ACCOUNT).layers


def test_a_certificate_is_checked_against_the_ca_given_for_the_registry(home: Path) -> None:
    certificate = make_certificate(home)
    with running_registry(tls=certificate) as secure:
        noisy_image().push(secure.client, "secure", "1")
        reference = f"{secure.name}/secure:1"
        with pytest.raises(RegistryTlsFailed, match="self-signed"):
            open_store(home / "none").pull(reference)
        trusting = {"registry_ca": {secure.name: certificate.pem}}
        assert open_store(home / "ca", **trusting).pull(reference).layers
        careless = {"insecure_registries": (secure.name,)}
        assert open_store(home / "insecure", **careless).pull(reference).layers


def test_a_registry_that_is_down_is_said_to_be(under_test: StoreUnderTest) -> None:
    port = free_port()
    with pytest.raises(RegistryUnreachable, match=f"127.0.0.1:{port}.*refused"):
        under_test.pull(f"127.0.0.1:{port}/image")
    assert under_test.is_empty()


# --- a registry that misbehaves ---------------------------------------------------------------


def test_a_broken_transfer_is_taken_up_where_it_broke(
    under_test: StoreUnderTest, fake: FakeRegistry
) -> None:
    image = noisy_image()
    fake.serve(image)
    blob = image.layers[1].blob
    fake.put(blob_path(image), Answer(blob, cut=300_000), Answer(blob, ranges=True))
    assert under_test.pull(f"{fake.name}/image").id == image.id
    ranges = [request.headers.get("range") for request in fake.asked(blob_path(image))]
    assert ranges == [None, "bytes=300000-"]


def test_a_server_without_ranges_is_read_from_the_start_again(
    under_test: StoreUnderTest, fake: FakeRegistry
) -> None:
    image = noisy_image()
    fake.serve(image)
    blob = image.layers[1].blob
    fake.put(blob_path(image), Answer(blob, cut=300_000), Answer(blob))
    assert under_test.pull(f"{fake.name}/image").id == image.id


def test_a_server_in_trouble_is_asked_again(under_test: StoreUnderTest, fake: FakeRegistry) -> None:
    image = noisy_image()
    fake.serve(image)
    blob = image.layers[1].blob
    fake.put(blob_path(image), Answer(status=503), Answer(status=429), Answer(blob))
    assert under_test.pull(f"{fake.name}/image").id == image.id


def spoiled(image: TestImage) -> dict[str, tuple[str, Answer, type[EngineError]]]:
    blob = image.layers[1].blob
    flipped = blob[:-1] + bytes([blob[-1] ^ 1])
    manifest = "/v2/image/manifests/latest"
    lying = {"docker-content-digest": sha256(b"other"), "content-type": image.media_type}
    config = f"/v2/image/blobs/{image.id}"
    return {
        "truncated layer": (blob_path(image), Answer(blob[:-10], ranges=True), SizeMismatch),
        "layer too long": (blob_path(image), Answer(blob + b"x"), SizeMismatch),
        "wrong layer": (blob_path(image), Answer(flipped), DigestMismatch),
        "layer missing": (blob_path(image), Answer(status=404), RegistryError),
        "wrong manifest": (manifest, Answer(image.manifest, headers=lying), DigestMismatch),
        "wrong configuration": (
            config,
            Answer(image.configuration[:-1] + b" "),
            DigestMismatch,
        ),
        "configuration cut": (config, Answer(image.configuration[:-1]), SizeMismatch),
        "server error": (manifest, Answer(status=418), RegistryError),
        "no registry": ("/v2/", Answer(status=404), RegistryError),
        "forbidden": (manifest, Answer(status=403), RegistryUnauthorized),
    }


@pytest.mark.parametrize("spoil", spoiled(noisy_image()))
def test_what_is_not_as_promised_is_refused_and_nothing_is_kept(
    under_test: StoreUnderTest, fake: FakeRegistry, spoil: str
) -> None:
    image = noisy_image()
    fake.serve(image)
    path, answer, error = spoiled(image)[spoil]
    fake.put(path, answer)
    with pytest.raises(error):
        under_test.pull(f"{fake.name}/image")
    assert under_test.is_empty()


def test_a_hostile_layer_is_refused_and_nothing_is_kept(
    under_test: StoreUnderTest, fake: FakeRegistry
) -> None:
    fake.serve(TestImage((layer_of(file("fine")), layer_of(file("../escaped", b"x")))))
    with pytest.raises(UnsafeArchive, match="escaped"):
        under_test.pull(f"{fake.name}/image")
    assert under_test.is_empty()


def slow_image(fake: FakeRegistry) -> TestImage:
    image = noisy_image()
    fake.serve(image)
    fake.put(blob_path(image), Answer(image.layers[1].blob, pause=0.3))
    return image


def test_a_cancelled_pull_ends_within_half_a_second_and_keeps_nothing(
    under_test: StoreUnderTest, fake: FakeRegistry
) -> None:
    slow_image(fake)
    cancel = threading.Event()
    asked: list[float] = []

    def give_up() -> None:
        asked.append(time.monotonic())
        cancel.set()

    timer = threading.Timer(0.7, give_up)
    timer.start()
    with pytest.raises(OperationCancelled, match="pulling"):
        under_test.pull(f"{fake.name}/image", cancelled=cancel.is_set)
    assert time.monotonic() - asked[0] < 0.5
    assert under_test.is_empty()
    timer.join()


def test_pulls_of_one_image_at_once_all_succeed(home: Path, fake: FakeRegistry) -> None:
    image = noisy_image()
    fake.serve(image)
    stores = [open_store(home) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        pulls = [
            pool.submit(under_test.pull, f"{fake.name}/image", space=f"s{number % 2}")
            for number, under_test in enumerate(stores)
        ]
        assert {pull.result().id for pull in pulls} == {image.id}
    assert stores[0].rows()["snapshots"] == 2
    assert not [name for name in stores[0].content() if name.startswith("tmp/")]


def test_a_layer_of_another_space_must_be_fetched_before_it_may_be_used(
    under_test: StoreUnderTest, fake: FakeRegistry
) -> None:
    image = noisy_image()
    fake.serve(image)
    under_test.pull(f"{fake.name}/image", space="owner")
    fake.put(blob_path(image), Answer(status=404))
    with pytest.raises(RegistryError):
        under_test.pull(f"{fake.name}/image", space="stranger")
    assert under_test.store.list("stranger") == ()


def start_pull(home: Path, fake: FakeRegistry) -> subprocess.Popen[bytes]:
    program = (
        "import sys, pathlib; from tests.support.image_stores import open_store;"
        "open_store(pathlib.Path(sys.argv[1])).pull(sys.argv[2])"
    )
    return subprocess.Popen([sys.executable, "-c", program, str(home), f"{fake.name}/image"])


def wait_for(condition: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while not condition() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)


def test_a_killed_pull_is_swept_at_the_next_start_and_a_live_one_is_not(
    home: Path, fake: FakeRegistry
) -> None:
    slow_image(fake)
    process = start_pull(home, fake)
    try:
        staged = home / "engine/tmp"
        wait_for(lambda: list(staged.glob("*/blob-*")), process)
        open_store(home)
        assert list(staged.glob("*/blob-*"))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert list(staged.iterdir())
    assert open_store(home).is_empty()


def test_a_pull_killed_at_any_moment_leaves_all_or_nothing(home: Path, fake: FakeRegistry) -> None:
    image = noisy_image()
    fake.serve(image)
    for _ in range(5):
        process = start_pull(home, fake)
        wait_for(lambda: list((home / "engine/tmp").glob("images-*")), process)
        time.sleep(random.uniform(0, 0.1))
        process.kill()
        process.wait()
        under_test = open_store(home)
        if under_test.store.list("default"):
            found = under_test.store.get("default", f"{fake.name}/image")
            trees = under_test.store.lower_directories(found)
            assert [(trees[0] / "noise").read_bytes(), len(trees)] == [NOISE, 2]
            under_test.store.remove("default", found.id)
        assert under_test.content() == []
    assert open_store(home).pull(f"{fake.name}/image").id == image.id
