"""What hosts say of their images, written down; the host is the master, so nothing is judged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bus.journal import Change
from engine.spec import codec
from engine.spec import image as spec
from engine.spec.event import Event, ObjectKind
from hosts.models import Host
from images.models import Image
from images.selectors import document_of


def record(host: Host, event: Event) -> Change | None:
    """Take one event into the mirror; None where the mirror holds something newer already.

    The caller has made sure that the event lies after the host's position and in a known space.
    """
    if not event.payload:
        found = Image.objects.filter(host=host, project=event.space, digest=event.id)
        removed, _ = found.filter(version__lt=event.sequence).delete()
        return _change(host, event, {}) if removed else None
    image = codec.from_plain(spec.Image, event.payload)
    if image.id != event.id or not _write(host, event.space, image, event.sequence):
        return None
    return _change(host, event, document_of(host=host, project=event.space, digest=event.id))


def replace(host: Host, images: Iterable[spec.Image], *, position: int, fresh: bool) -> None:
    """Make the mirror equal to an inventory taken at *position*.

    What the mirror holds from after that stays; with *fresh*, sequences have begun again and
    nothing stays.
    """
    mine = Image.objects.filter(host=host)
    if fresh:
        mine.delete()
    there = {(image.space, image.id): image for image in images}
    old = mine.filter(version__lte=position).values_list("pk", "project_id", "digest")
    gone = [pk for pk, project, digest in old if (project, digest) not in there]
    mine.filter(pk__in=gone).delete()
    for image in there.values():
        _write(host, image.space, image, image.version)


def _write(host: Host, space: str, image: spec.Image, version: int) -> bool:
    columns = _columns(image) | {"version": version}
    mine = Image.objects.filter(host=host, project=space, digest=image.id)
    if mine.filter(version__lt=version).update(**columns):
        return True
    if mine.exists():
        return False
    Image.objects.create(host=host, project_id=space, digest=image.id, **columns)
    return True


def _columns(image: spec.Image) -> dict[str, Any]:
    return {
        "tags": list(image.tags),
        "digests": list(image.digests),
        "manifest_digest": image.manifest_digest,
        "architecture": image.architecture,
        "os": image.os,
        "created": image.created,
        "size": image.size,
        "layers": codec.to_plain(image.layers),
        "config": codec.to_plain(image.config),
    }


def _change(host: Host, event: Event, shown: dict[str, Any]) -> Change:
    return Change(
        kind=ObjectKind.IMAGE.value,
        id=event.id,
        action=event.action,
        version=event.sequence,
        host=str(host.pk),
        project=event.space,
        object=shown,
    )
