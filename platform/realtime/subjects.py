"""Whose log: found and judged before any host is asked."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.access import Kind, Verb, require, visible
from accounts.actor import Actor
from containers.models import Container
from engine.errors import ContainerNotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSubject:
    container_id: str
    name: str
    host_id: str
    host_name: str
    space: str


def log_subject(*, actor: Actor, container_id: str) -> LogSubject:
    """Return the container whose log *actor* may read; ContainerNotFound where it sees none."""
    seen = Container.objects.filter(visible(actor, Kind.CONTAINER).where())
    container = seen.select_related("host").filter(pk=container_id).first()
    if container is None:
        raise ContainerNotFound(container=container_id)
    place = {"project": container.project_id, "host": str(container.host_id)}
    require(actor, Verb.LOGS, Kind.CONTAINER, **place)
    return LogSubject(
        container_id=container.pk,
        name=container.name,
        host_id=str(container.host_id),
        host_name=container.host.name,
        space=container.project_id,
    )
