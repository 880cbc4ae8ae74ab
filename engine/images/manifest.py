"""Manifests and indexes, Docker schema 2 and OCI: bytes to checked values, and which one fits."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.errors import MalformedMessage, PlatformNotFound, UnsupportedMediaType
from engine.registry.client import LARGEST_DOCUMENT
from engine.spec.reference import is_digest

OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_INDEX: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG: Final = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER: Final = "application/vnd.docker.image.rootfs.diff.tar.gzip"
DOCKER_PLAIN_LAYER: Final = "application/vnd.docker.image.rootfs.diff.tar"
OCI_LAYER: Final = "application/vnd.oci.image.layer.v1.tar"

MANIFEST_TYPES: Final = (OCI_MANIFEST, DOCKER_MANIFEST)
INDEX_TYPES: Final = (OCI_INDEX, DOCKER_INDEX)

_LAYER_TYPES: Final = frozenset(
    {
        DOCKER_LAYER,
        DOCKER_PLAIN_LAYER,
        "application/vnd.docker.image.rootfs.diff.tar.zstd",
        OCI_LAYER,
        f"{OCI_LAYER}+gzip",
        f"{OCI_LAYER}+zstd",
    }
)
_CONFIG_TYPES: Final = frozenset({OCI_CONFIG, DOCKER_CONFIG})
_LARGEST_BLOB: Final = 1 << 44

_MACHINES: Final = {
    "x86_64": ("amd64", ("", "v1")),
    "aarch64": ("arm64", ("v8", "")),
}
"""Machine → architecture and the variants it runs, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What an image runs on."""

    os: str
    architecture: str
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """Names content by its digest and size."""

    media_type: str
    digest: str
    size: int
    platform: Platform | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One image: its configuration and layers, bottom first."""

    media_type: str
    config: Descriptor
    layers: tuple[Descriptor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Images for several platforms."""

    media_type: str
    manifests: tuple[Descriptor, ...]


def parse_document(data: bytes, *, media_type: str = "") -> Manifest | Index:
    """Return what *data* holds; *media_type* is what its sender called it, if anything.

    Raises MalformedMessage, or UnsupportedMediaType for what is no image.
    """
    document = parse_object(data, kind="manifest")
    kind = _kind(document, media_type)
    if kind in INDEX_TYPES:
        entries = _list(document, "manifests")
        return Index(media_type=kind, manifests=tuple(_descriptor(entry) for entry in entries))
    config = _descriptor(document.get("config"))
    if config.media_type not in _CONFIG_TYPES:
        raise UnsupportedMediaType(what="the image's configuration", media_type=config.media_type)
    layers = tuple(_descriptor(entry) for entry in _list(document, "layers"))
    for layer in layers:
        if layer.media_type not in _LAYER_TYPES:
            raise UnsupportedMediaType(what=f"layer {layer.digest}", media_type=layer.media_type)
    return Manifest(media_type=kind, config=config, layers=layers)


def parse_object(data: bytes, *, kind: str) -> Mapping[str, Any]:
    """Return the JSON object in *data*, or raise MalformedMessage."""
    if len(data) > LARGEST_DOCUMENT:
        raise MalformedMessage(kind=kind, problem=f"it is larger than {LARGEST_DOCUMENT} bytes")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MalformedMessage(kind=kind, problem=str(error)) from error
    if not isinstance(document, dict):
        raise MalformedMessage(kind=kind, problem="it is not a JSON object")
    return document


def host_platform() -> Platform:
    """Return what this host runs."""
    architecture, _ = _MACHINES[os.uname().machine]
    return Platform(os="linux", architecture=architecture)


def choose(index: Index, *, reference: str) -> Descriptor:
    """Return the manifest for this host, or raise PlatformNotFound with what there is."""
    architecture, variants = _MACHINES[os.uname().machine]
    fitting = [
        entry
        for entry in index.manifests
        if entry.platform is not None
        and (entry.platform.os, entry.platform.architecture) == ("linux", architecture)
        and entry.platform.variant in variants
    ]
    if fitting:
        return min(fitting, key=lambda entry: variants.index(_variant(entry)))
    unnamed = [entry for entry in index.manifests if entry.platform is None]
    if len(unnamed) == 1:
        return unnamed[0]
    raise platform_missing(reference, (entry.platform for entry in index.manifests))


def check_platform(platform: Platform, *, reference: str) -> None:
    """Raise PlatformNotFound unless this host runs *platform*; an empty field fits all."""
    host = host_platform()
    if platform.os not in {host.os, ""} or platform.architecture not in {host.architecture, ""}:
        raise platform_missing(reference, (platform,))


def platform_missing(reference: str, available: Iterable[Platform | None]) -> PlatformNotFound:
    """Return the error that names what *reference* has instead."""
    names = sorted({str(platform) for platform in available if platform is not None})
    return PlatformNotFound(
        reference=reference, platform=str(host_platform()), available=", ".join(names) or "none"
    )


def _variant(entry: Descriptor) -> str:
    return entry.platform.variant if entry.platform else ""


def _kind(document: Mapping[str, Any], sent_as: str) -> str:
    named = document.get("mediaType") or ""
    if document.get("schemaVersion") == 1:
        raise UnsupportedMediaType(what="the manifest", media_type="Docker schema 1")
    known = (*MANIFEST_TYPES, *INDEX_TYPES)
    if sent_as in known and named and named != sent_as:
        problem = f"it was sent as {sent_as} but calls itself {named}"
        raise MalformedMessage(kind="manifest", problem=problem)
    # One document must not be an image to one reader and an index to another.
    if "layers" in document and "manifests" in document:
        raise MalformedMessage(kind="manifest", problem="it has both layers and manifests")
    shape = OCI_INDEX if "manifests" in document else OCI_MANIFEST
    kind = named or (sent_as if sent_as in known else shape)
    if kind not in known:
        raise UnsupportedMediaType(what="the manifest", media_type=str(kind))
    if (kind in INDEX_TYPES) != ("manifests" in document):
        raise MalformedMessage(kind="manifest", problem=f"its content is no {kind}")
    return str(kind)


def _descriptor(entry: object) -> Descriptor:
    if not isinstance(entry, dict):
        raise MalformedMessage(kind="descriptor", problem="it is not a JSON object")
    media_type, digest, size = entry.get("mediaType"), entry.get("digest"), entry.get("size")
    if not isinstance(media_type, str):
        raise MalformedMessage(kind="descriptor", problem="it has no media type")
    if not isinstance(digest, str) or not is_digest(digest):
        raise MalformedMessage(kind="descriptor", problem=f"{digest!r} is not a sha256 digest")
    if not isinstance(size, int) or not 0 <= size <= _LARGEST_BLOB:
        raise MalformedMessage(kind="descriptor", problem=f"{size!r} is not a size")
    annotations = entry.get("annotations")
    return Descriptor(
        media_type=media_type,
        digest=digest,
        size=size,
        platform=_platform(entry.get("platform")),
        annotations=_strings(annotations) if isinstance(annotations, dict) else {},
    )


def _platform(entry: object) -> Platform | None:
    if not isinstance(entry, dict):
        return None
    texts = _strings(entry)
    return Platform(
        os=texts.get("os", ""),
        architecture=texts.get("architecture", ""),
        variant=texts.get("variant", ""),
    )


def _strings(entry: Mapping[object, object]) -> dict[str, str]:
    return {
        key: value
        for key, value in entry.items()
        if isinstance(key, str) and isinstance(value, str)
    }


def _list(document: Mapping[str, Any], name: str) -> list[object]:
    value = document.get(name)
    if not isinstance(value, list):
        raise MalformedMessage(kind="manifest", problem=f"it has no list of {name}")
    return value
