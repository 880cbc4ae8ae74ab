"""What cannot be done is refused by REST with a status, a code and advice, and leaves nothing."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.belongings import added_to, belongings_of
from tests.support.fake_registry import Answer, FakeRegistry, fake_registry
from tests.support.images import (
    Entry,
    TestImage,
    TestLayer,
    file,
    hardlink,
    layer_of,
    sha256,
    symlink,
)
from tests.support.instance import Api, Instance, free_port
from tests.support.registry import Registry, make_certificate, running_registry

pytestmark = [pytest.mark.e2e, pytest.mark.kernel, pytest.mark.timeout(300)]

MEBIBYTE = 1024 * 1024


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with fake_registry() as running:
        yield running


@pytest.fixture
def before(instance: Instance, api: Api, busybox: str) -> frozenset[str]:
    """What the instance has once its network is up, as after a container that came and went."""
    made = api.do("containers", asking(api, busybox, command=["true"], name="first"))
    api.delete(f"containers/{made['id']}?force=true")
    return belongings_of(instance, api)


def asking(api: Api, image: str, **changes: object) -> dict[str, object]:
    body = {"host": api.host(), "image": image, "command": ["sleep", "1000"], "start": True}
    return {**body, **changes}


def assert_says(problem: dict[str, Any], status: int, code: str, *words: str) -> None:
    assert (problem["http"], problem["code"]) == (status, code), problem
    for word in words:
        assert word in problem["detail"]


# --- containers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "status", "code", "words"),
    [
        ({"image": "nowhere:1"}, 404, "image_not_found", ("nowhere:1", "pull it first")),
        ({"command": ["/no/such"]}, 400, "command_not_found", ("/no/such", "127")),
        ({"command": ["nothing"]}, 400, "command_not_found", ("nothing", "127")),
        ({"command": ["/etc/passwd"]}, 400, "command_not_executable", ("/etc/passwd", "126")),
        ({"command": ["/etc"]}, 400, "command_not_executable", ("/etc", "126")),
        ({"user": "stranger"}, 400, "user_not_found", ("stranger", "/etc/passwd")),
        (
            {"resources": {"memory": MEBIBYTE}},
            400,
            "memory_limit_too_low",
            (str(MEBIBYTE), "6 MiB"),
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_container_that_cannot_be_or_run_is_refused(
    instance: Instance,
    api: Api,
    busybox: str,
    before: frozenset[str],
    asked: dict[str, object],
    status: int,
    code: str,
    words: tuple[str, ...],
) -> None:
    ports = [{"container_port": 80, "host_port": free_port()}]
    body = asking(api, busybox, ports=ports, **asked) if "image" not in asked else None
    problem = api.refused("containers", body or {**asking(api, busybox), **asked})
    assert_says(problem, status, code, *words)
    assert added_to(before, instance, api) == []


def test_name_that_is_taken_is_told_with_who_has_it(
    instance: Instance, api: Api, busybox: str
) -> None:
    holder = api.do("containers", asking(api, busybox, name="taken"))
    before = belongings_of(instance, api)
    problem = api.refused("containers", asking(api, busybox, name="taken"))
    assert_says(problem, 409, "name_in_use", "'taken'", holder["id"][:12], "rename")
    assert added_to(before, instance, api) == []


def test_port_of_another_container_is_told_with_its_name(
    instance: Instance, api: Api, busybox: str
) -> None:
    port = free_port()
    ports = [{"container_port": 80, "host_port": port}]
    api.do("containers", asking(api, busybox, name="holder", ports=ports))
    before = belongings_of(instance, api)
    problem = api.refused("containers", asking(api, busybox, ports=ports))
    assert_says(problem, 409, "port_in_use", f":{port} ", "container holder")
    assert added_to(before, instance, api) == []


def test_port_of_a_foreign_process_is_told_with_its_pid(
    instance: Instance, api: Api, busybox: str, before: frozenset[str]
) -> None:
    program = (
        "import socket, sys; held = socket.create_server(('0.0.0.0', 0));"
        "print(held.getsockname()[1], flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        port = int(holder.stdout.readline())
        ports = [{"container_port": 80, "host_port": port}]
        problem = api.refused("containers", asking(api, busybox, ports=ports))
        holder.communicate()
    assert_says(problem, 409, "port_in_use", f":{port} ", f"(pid {holder.pid})")
    assert added_to(before, instance, api) == []


# --- pulls ------------------------------------------------------------------------------------


def pull_refused(api: Api, reference: str) -> dict[str, Any]:
    return api.refused("images/pull", {"host": api.host(), "reference": reference})


@pytest.mark.parametrize("name", ["nothing:1", "busybox:none"])
def test_image_that_the_registry_lacks_is_named(
    instance: Instance, api: Api, registry: Registry, before: frozenset[str], name: str
) -> None:
    problem = pull_refused(api, f"{registry.name}/{name}")
    assert_says(problem, 404, "manifest_not_found", registry.name, name, "check name and tag")
    assert added_to(before, instance, api) == []


def test_registry_that_is_down_is_said_to_be(
    instance: Instance, api: Api, before: frozenset[str]
) -> None:
    port = free_port()
    problem = pull_refused(api, f"127.0.0.1:{port}/busybox:1")
    assert_says(problem, 502, "registry_unreachable", f"127.0.0.1:{port}", "refused")
    assert added_to(before, instance, api) == []


def test_certificate_that_nobody_vouches_for_is_refused(
    instance: Instance, api: Api, before: frozenset[str], home: Path
) -> None:
    with running_registry(tls=make_certificate(home)) as secure:
        problem = pull_refused(api, f"{secure.name}/busybox:1")
    assert_says(problem, 502, "registry_tls_failed", secure.name, "self-signed", "Trust its CA")
    assert added_to(before, instance, api) == []


def test_registry_that_wants_a_password_says_so(
    instance: Instance, api: Api, before: frozenset[str]
) -> None:
    with running_registry(account=("ann", "secret")) as private:
        problem = pull_refused(api, f"{private.name}/busybox:1")
    assert_says(problem, 502, "registry_unauthorized", private.name, "Check the credentials")
    assert added_to(before, instance, api) == []


def noisy_image() -> TestImage:
    return TestImage((layer_of(file("small", b"x")), layer_of(file("noise", os.urandom(600_000)))))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda blob: blob[:-1] + bytes([blob[-1] ^ 1]), "digest_mismatch"),
        (lambda blob: blob[:-1000], "size_mismatch"),
    ],
    ids=["wrong", "truncated"],
)
def test_layer_that_is_not_what_was_promised_is_not_kept(
    instance: Instance, api: Api, fake: FakeRegistry, before: frozenset[str], spoil: Any, code: str
) -> None:
    image = noisy_image()
    fake.serve(image)
    layer = image.layers[1]
    fake.put(f"/v2/image/blobs/{layer.digest}", Answer(spoil(layer.blob), ranges=True))
    problem = pull_refused(api, f"{fake.name}/image")
    assert_says(problem, 502, code, layer.digest, "not kept")
    assert added_to(before, instance, api) == []


@pytest.mark.parametrize(
    "entries",
    [
        (file("../escaped", b"x"),),
        (file("/tmp/escaped", b"x"),),
        (symlink("out", "/tmp"), file("out/escaped", b"x")),
        (hardlink("stolen", "../../../../../../etc/passwd"),),
        (file("escaped", type=tarfile.CHRTYPE, devmajor=1, devminor=1),),
        (file("escaped", type=tarfile.BLKTYPE, devmajor=8),),
    ],
    ids=["parent", "absolute", "symbolic link", "hard link", "character device", "block device"],
)
def test_hostile_layer_is_refused_and_writes_nothing_anywhere(
    instance: Instance,
    api: Api,
    fake: FakeRegistry,
    before: frozenset[str],
    entries: tuple[Entry, ...],
) -> None:
    fake.serve(TestImage((layer_of(file("fine")), layer_of(*entries))))
    problem = pull_refused(api, f"{fake.name}/image")
    assert_says(problem, 400, "unsafe_archive", entries[-1][0].name, "nothing was kept")
    assert added_to(before, instance, api) == []
    assert not Path("/tmp/escaped").exists()


def test_bomb_is_stopped_before_it_fills_the_disk(
    instance: Instance, api: Api, fake: FakeRegistry, before: frozenset[str]
) -> None:
    header = file("zeros", size=4096 * MEBIBYTE)[0].tobuf()
    zeros = gzip.compress(bytes(64 * MEBIBYTE), 6)
    blob = gzip.compress(header) + zeros * 64
    fake.serve(TestImage((TestLayer(b"", blob),)))
    problem = pull_refused(api, f"{fake.name}/image")
    assert_says(problem, 413, "archive_too_large", sha256(blob), "nothing was kept")
    assert added_to(before, instance, api) == []
