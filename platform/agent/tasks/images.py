"""Tasks on images: each is one engine call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from agent.operation import Verb, Work
from bus import messages, sealing
from bus.messages import OperationKind, RegistryAccess
from engine.engine import Engine
from engine.spec import codec
from engine.spec.image import Image, RegistryAuth
from engine.spec.reference import parse_reference


def pull(work: Work) -> Image:
    payload = cast("messages.ImagePull", work.payload)
    # A pull takes its time: the platform hears at once that it runs.
    work.place.ring()
    return _engine(work, payload).pull(
        payload.reference,
        auth=_auth(work, payload.access),
        progress=work.progress,
        cancelled=work.cancelled,
    )


def remove(work: Work) -> None:
    payload = cast("messages.ImageRemove", work.payload)
    work.engine.remove_image(payload.reference, force=payload.force)


VERBS: Mapping[OperationKind, Verb] = {
    OperationKind.IMAGE_PULL: pull,
    OperationKind.IMAGE_REMOVE: remove,
}


def _engine(work: Work, payload: messages.ImagePull) -> Engine:
    """Return an engine that reaches the registry as the project says: by HTTP, or its own CA."""
    access = payload.access
    if not access.insecure and not access.ca:
        return work.engine
    registry = parse_reference(payload.reference).registry
    known = work.place.configuration
    configuration = replace(
        known,
        insecure_registries=(*known.insecure_registries, *((registry,) if access.insecure else ())),
        registry_ca={**known.registry_ca, **({registry: access.ca} if access.ca else {})},
    )
    return Engine(configuration, space=work.message.space)


def _auth(work: Work, access: RegistryAccess) -> RegistryAuth | None:
    if not access.auth:
        return None
    opened = sealing.unseal(access.auth, private_key=work.place.identity.private_key)
    return codec.decode(RegistryAuth, opened)
