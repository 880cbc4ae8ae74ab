"""What hosts say of their containers, written down; the host is the master: nothing is judged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bus.journal import Change
from config.moments import from_nanoseconds
from containers.models import Container
from containers.selectors import document_of
from engine.spec import codec
from engine.spec import container as spec
from engine.spec.event import Event, ObjectKind
from hosts.models import Host


def record(host: Host, event: Event) -> Change | None:
    """Take one event into the mirror; None where the mirror holds something newer already.

    The caller has made sure that the event lies after the host's position and in a known space:
    so a container that was removed does not come back through an event that is repeated.
    """
    if not event.payload:
        found = Container.objects.filter(pk=event.id, host=host, version__lt=event.sequence)
        removed, _ = found.delete()
        return _change(host, event) if removed else None
    container = codec.from_plain(spec.Container, event.payload)
    if container.id != event.id or not _write(host, event.space, container, event.sequence):
        return None
    return _change(host, event)


def replace(
    host: Host, containers: Iterable[spec.Container], *, position: int, fresh: bool
) -> None:
    """Make the mirror equal to an inventory taken at *position*.

    What the mirror holds from after that stays; with *fresh*, sequences have begun again and
    nothing stays.
    """
    mine = Container.objects.filter(host=host)
    if fresh:
        mine.delete()
    there = {container.id: container for container in containers}
    mine.filter(version__lte=position).exclude(pk__in=there).delete()
    for container in there.values():
        _write(host, container.space, container, container.version)


def _write(host: Host, space: str, container: spec.Container, version: int) -> bool:
    columns = _columns(container) | {"version": version}
    mine = Container.objects.filter(pk=container.id, host=host)
    if mine.filter(version__lt=version).update(**columns):
        return True
    # An id that another host has already is not this one's to change: nothing is written then.
    if Container.objects.filter(pk=container.id).exists():
        return False
    Container.objects.create(id=container.id, host=host, project_id=space, **columns)
    return True


def _columns(container: spec.Container) -> dict[str, Any]:
    return {
        "name": container.spec.name,
        "image": container.spec.image,
        "image_id": container.image_id,
        "state": container.state.value,
        "exit_code": container.exit_code,
        "oom_killed": container.oom_killed,
        "error": container.error,
        "created_at": from_nanoseconds(container.created_at),
        "started_at": from_nanoseconds(container.started_at),
        "finished_at": from_nanoseconds(container.finished_at),
        "ports": codec.to_plain(container.ports),
        "endpoints": codec.to_plain(container.endpoints),
        "spec": codec.to_plain(container.spec),
    }


def _change(host: Host, event: Event) -> Change:
    return Change(
        kind=ObjectKind.CONTAINER.value,
        id=event.id,
        action=event.action,
        version=event.sequence,
        host=str(host.pk),
        project=event.space,
        object=document_of(container_id=event.id) if event.payload else {},
    )
