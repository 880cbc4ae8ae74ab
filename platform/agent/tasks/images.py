"""Tasks on images: each is one engine call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from agent.operation import Verb, Work
from agent.tasks.registries import credentials, engine_for
from bus import messages
from bus.messages import OperationKind
from engine.spec.image import Image
from engine.spec.reference import parse_reference


def pull(work: Work) -> Image:
    payload = cast("messages.ImagePull", work.payload)
    # A pull takes its time: the platform hears at once that it runs.
    work.place.ring()
    registry = parse_reference(payload.reference).registry
    return engine_for(work, registry, payload.access).pull(
        payload.reference,
        auth=credentials(work, payload.access),
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
