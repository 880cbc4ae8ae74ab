"""Everything that reads containers, all of it from the mirror."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import orjson
from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast

from accounts.access import Kind, visible
from accounts.actor import Actor
from config.moments import rfc3339
from containers.models import Container
from engine.errors import AmbiguousId, ContainerNotFound
from hosts.models import Host
from hosts.selectors import get_host
from projects.masking import masked, sees_values, shown_to
from projects.selectors import get_project

Row = dict[str, Any]

_PLAIN = (
    "id",
    "name",
    "image",
    "image_id",
    "state",
    "exit_code",
    "oom_killed",
    "error",
    "version",
)
_TIMES = ("created_at", "started_at", "finished_at")
_JSON = ("ports", "endpoints", "spec")
_COLUMNS = (*_PLAIN, *_TIMES, "host_id", "project_id")
_SHORTEST_PREFIX = 4


def containers(
    *,
    actor: Actor,
    project: str | None = None,
    host: str | None = None,
    states: Collection[str] = (),
    name: str = "",
) -> QuerySet[Container, Row]:
    """Return the rows of the containers that the actor may see; *name* is any part of the name."""
    found = _visible(actor)
    if project is not None:
        found = found.filter(project=get_project(actor=actor, project=project))
    if host is not None:
        found = found.filter(host=get_host(actor=actor, host=host))
    if wanted := list(states):
        found = found.filter(state__in=wanted)
    if name:
        found = found.filter(name__icontains=name)
    # Read as text and handed on as text: to parse and print it again would be most of the cost.
    texts = {f"{name}_text": Cast(name, TextField()) for name in _JSON}
    rows: QuerySet[Container, Row] = found.values(*_COLUMNS, host_name=F("host__name"), **texts)
    return rows


def documents(rows: Iterable[Row], *, actor: Actor) -> list[Row]:
    """Return rows of `containers` as *actor* sees them: times and JSON as orjson takes them."""
    return [
        _document(row)
        | {
            "created_at": row["created_at"],
            "started_at": row["started_at"],
            "finished_at": row["finished_at"],
            "ports": orjson.Fragment(row["ports_text"]),
            "endpoints": orjson.Fragment(row["endpoints_text"]),
            "spec": _spec(actor, row),
        }
        for row in rows
    ]


def container(*, actor: Actor, key: str) -> Row:
    """Return one container as the actor sees it, found as `find` does."""
    found = find(actor=actor, key=key)
    return shown_to(actor, _shown(found), project=found.project_id, host=found.host_id)


def find(*, actor: Actor, key: str) -> Container:
    """Return the container with this id, name or unambiguous start of an id, its host loaded."""
    visible = _visible(actor).select_related("host")
    ways = [visible.filter(pk=key), visible.filter(name=key)]
    if len(key) >= _SHORTEST_PREFIX:
        ways.append(visible.filter(pk__startswith=key))
    for way in ways:
        match list(way[:2]):
            case [only]:
                return only
            case [_, _]:
                raise AmbiguousId(prefix=key, kind="container")
    raise ContainerNotFound(container=key)


def names_on(*, host: Host, project: str) -> Mapping[str, str]:
    """Return name → id of the project's containers on a host."""
    return dict(Container.objects.filter(host=host, project=project).values_list("name", "id"))


def document_of(*, container_id: str) -> Row:
    """Return all there is of one container, for the fan-out, which shows each what they may see."""
    return _shown(Container.objects.select_related("host").get(pk=container_id))


def _visible(actor: Actor) -> QuerySet[Container]:
    return Container.objects.filter(visible(actor, Kind.CONTAINER).where())


def _shown(container: Container) -> Row:
    row = {name: getattr(container, name) for name in _COLUMNS}
    row["host_name"] = container.host.name
    return (
        _document(row)
        | {name: rfc3339(row[name]) for name in _TIMES}
        | {name: getattr(container, name) for name in _JSON}
    )


def _spec(actor: Actor, row: Row) -> object:
    text = row["spec_text"]
    if sees_values(actor, project=row["project_id"], host=row["host_id"]):
        return orjson.Fragment(text)
    return masked(orjson.loads(text))


def _document(row: Row) -> Row:
    shown = {name: row[name] for name in _PLAIN}
    shown["host"] = {"id": str(row["host_id"]), "name": row["host_name"]}
    shown["project"] = row["project_id"]
    return shown
