"""The configuration document of an image: what it runs and which layers it stands on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.errors import MalformedMessage
from engine.images.manifest import Platform, parse_object
from engine.spec.image import ImageConfig
from engine.spec.reference import is_digest

_KIND: Final = "image configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What the engine needs of the document; its digest is the image's id."""

    digest: str
    platform: Platform
    created: str
    diff_ids: tuple[str, ...]
    chain_ids: tuple[str, ...]
    config: ImageConfig


def parse_configuration(data: bytes) -> Configuration:
    """Return the configuration in *data*, or raise MalformedMessage naming the field."""
    document = parse_object(data, kind=_KIND)
    diff_ids = _strings(_object(document, "rootfs"), "diff_ids")
    for diff_id in diff_ids:
        if not is_digest(diff_id):
            raise _malformed(f"the diff id {diff_id!r} is not a sha256 digest")
    return Configuration(
        digest=f"sha256:{hashlib.sha256(data).hexdigest()}",
        platform=Platform(
            os=_text(document, "os"),
            architecture=_text(document, "architecture"),
            variant=_text(document, "variant"),
        ),
        created=_text(document, "created"),
        diff_ids=diff_ids,
        chain_ids=chain_ids(diff_ids),
        config=_config(_object(document, "config")),
    )


def chain_ids(diff_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the id of each layer together with all below it (image-spec, config.md)."""
    chain: list[str] = []
    for diff_id in diff_ids:
        if chain:
            joined = f"{chain[-1]} {diff_id}".encode()
            chain.append(f"sha256:{hashlib.sha256(joined).hexdigest()}")
        else:
            chain.append(diff_id)
    return tuple(chain)


def _config(fields: Mapping[str, Any]) -> ImageConfig:
    labels = _object(fields, "Labels")
    if not all(isinstance(value, str) for value in labels.values()):
        raise _malformed("Labels holds something that is no text")
    return ImageConfig(
        entrypoint=_strings(fields, "Entrypoint"),
        command=_strings(fields, "Cmd"),
        env=_strings(fields, "Env"),
        working_dir=_text(fields, "WorkingDir"),
        user=_text(fields, "User"),
        labels=labels,
        exposed_ports=tuple(sorted(_object(fields, "ExposedPorts"))),
        stop_signal=_text(fields, "StopSignal"),
        volumes=tuple(sorted(_object(fields, "Volumes"))),
    )


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _malformed(f"{name} is not a text")
    return value


def _strings(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = fields.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _malformed(f"{name} is not a list of texts")
    return tuple(value)


def _object(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = fields.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _malformed(f"{name} is not an object")
    return value


def _malformed(problem: str) -> MalformedMessage:
    return MalformedMessage(kind=_KIND, problem=problem)
