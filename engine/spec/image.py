"""What the engine says of images, and what pulling one reports."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageConfig:
    """What a container starts from (image-spec, config.md)."""

    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    working_dir: str = ""
    user: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    exposed_ports: tuple[str, ...] = ()
    """`80/tcp` and the like."""
    stop_signal: str = ""
    volumes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer, bottom first in an image."""

    digest: str
    """Of the blob as received; empty for a layer that came unpacked (`load` of a bare tar)."""
    diff_id: str
    chain_id: str
    size: int
    """Bytes of the blob as received."""
    unpacked_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image one space may use; the payload of every image event.

    `id` is the digest of its configuration, as in Docker. `tags` are `repository:tag` references,
    `digests` `repository@sha256:…`, both normalized and within the space.
    """

    id: str
    space: str
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    manifest_digest: str
    media_type: str
    architecture: str
    os: str
    created: str
    """RFC 3339, from the configuration; empty where it says none."""
    size: int
    """Bytes of all layers, unpacked."""
    config: ImageConfig
    layers: tuple[Layer, ...]
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryAuth:
    """Credentials for one registry; never logged (no field is in the repr)."""

    username: str = field(repr=False)
    password: str = field(repr=False)


class LayerPhase(enum.StrEnum):
    WAITING = "waiting"
    DOWNLOADING = "downloading"
    EXTRACTING = "extracting"
    DONE = "done"
    EXISTS = "exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerProgress:
    """Where one layer of a pull stands; `current` and `total` in bytes of the blob."""

    digest: str
    phase: LayerPhase
    current: int = 0
    total: int = 0
