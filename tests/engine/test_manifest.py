"""Documents of registries and archives, good and hostile."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import MalformedMessage, PlatformNotFound, UnsupportedMediaType
from engine.images.configuration import chain_ids, parse_configuration
from engine.images.manifest import Index, Manifest, choose, parse_document
from tests.support.images import (
    OCI_CONFIG,
    OCI_INDEX,
    OCI_LAYER,
    OCI_MANIFEST,
    host_architecture,
    sha256,
)

ONE, TWO, THREE = (sha256(name) for name in (b"one", b"two", b"three"))


def described(media_type: str, digest: str = ONE, **fields: Any) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest, "size": 3, **fields}


def manifest(**fields: Any) -> bytes:
    document = {"schemaVersion": 2, "config": described(OCI_CONFIG), "layers": []}
    return json.dumps(document | fields).encode()


def index(*platforms: dict[str, str] | None) -> bytes:
    entries = [
        described(OCI_MANIFEST, sha256(str(number).encode()), platform=platform)
        for number, platform in enumerate(platforms)
    ]
    return json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}).encode()


def chosen(data: bytes) -> str:
    document = parse_document(data)
    assert isinstance(document, Index)
    return choose(document, reference="image").digest


def test_a_manifest_names_its_configuration_and_layers() -> None:
    document = parse_document(manifest(layers=[described(f"{OCI_LAYER}+gzip", TWO)]))
    assert isinstance(document, Manifest)
    assert document.config.digest == ONE
    assert [layer.digest for layer in document.layers] == [TWO]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 100_000,
        b"\xff",
        manifest(manifests=[]),
        manifest(mediaType=OCI_INDEX),
        manifest(layers="all"),
        manifest(config=None),
        manifest(config=described(OCI_CONFIG, "sha256:../../etc/passwd")),
        manifest(config=described(OCI_CONFIG, size=-1)),
        manifest(layers=[described(OCI_LAYER, size="3")]),
        b" " * (5 * 1024 * 1024) + manifest(),
    ],
)
def test_a_broken_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        parse_document(data)


def test_a_manifest_that_was_sent_as_something_else_is_refused() -> None:
    with pytest.raises(MalformedMessage, match="calls itself"):
        parse_document(manifest(mediaType=OCI_MANIFEST), media_type=OCI_INDEX)


@pytest.mark.parametrize(
    "data",
    [
        b'{"schemaVersion": 1}',
        manifest(mediaType="application/vnd.example"),
        manifest(config=described("application/vnd.cncf.helm.config.v1+json")),
        manifest(layers=[described("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")]),
    ],
)
def test_what_is_no_image_is_refused_by_its_type(data: bytes) -> None:
    with pytest.raises(UnsupportedMediaType):
        parse_document(data)


def test_of_an_index_the_image_for_this_machine_is_chosen() -> None:
    here = host_architecture()
    data = index(
        {"os": "windows", "architecture": here},
        {"os": "linux", "architecture": "s390x"},
        {"os": "linux", "architecture": here, "variant": "v99"},
        {"os": "linux", "architecture": here},
        {"os": "unknown", "architecture": "unknown"},
    )
    assert chosen(data) == sha256(b"3")


def test_an_index_without_this_machine_says_what_it_has() -> None:
    data = index({"os": "linux", "architecture": "s390x"}, {"os": "plan9", "architecture": "mips"})
    with pytest.raises(PlatformNotFound) as caught:
        chosen(data)
    assert caught.value.facts["available"] == "linux/s390x, plan9/mips"


def test_a_chain_id_stands_for_a_layer_and_all_below_it() -> None:
    assert chain_ids((ONE, TWO)) == (ONE, sha256(f"{ONE} {TWO}".encode()))
    assert chain_ids((ONE, TWO, THREE))[2] == sha256(
        f"{sha256(f'{ONE} {TWO}'.encode())} {THREE}".encode()
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"rootfs": {"diff_ids": ["sha256:12"]}},
        {"rootfs": []},
        {"config": {"Env": "PATH=/bin"}},
        {"config": {"Cmd": [1]}},
        {"config": {"Labels": {"a": 1}}},
        {"architecture": 64},
    ],
)
def test_a_broken_configuration_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(MalformedMessage):
        parse_configuration(json.dumps(fields).encode())


def test_a_configuration_may_leave_out_what_it_does_not_set() -> None:
    data = b'{"os":"linux","config":{"Cmd":null,"Entrypoint":["/x"],"ExposedPorts":{"80/tcp":{}}}}'
    found = parse_configuration(data)
    assert (found.config.command, found.config.entrypoint) == ((), ("/x",))
    assert found.config.exposed_ports == ("80/tcp",)
    assert (found.digest, found.diff_ids) == (sha256(data), ())
