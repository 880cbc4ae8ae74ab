"""Everything that reads images, all of it from the mirror."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from accounts.access import Kind, visible
from accounts.actor import Actor
from engine.errors import AmbiguousId, ImageNotFound
from hosts.models import Host
from hosts.selectors import get_host
from images.models import Image
from projects.masking import shown_to
from projects.selectors import get_project

Row = dict[str, Any]

_COLUMNS = (
    "digest",
    "host_id",
    "project_id",
    "tags",
    "digests",
    "size",
    "created",
    "architecture",
    "os",
    "layers",
    "config",
    "version",
)
_SHOWN = tuple(name for name in _COLUMNS if name not in ("digest", "host_id", "project_id"))


def images(
    *, actor: Actor, project: str | None = None, host: str | None = None
) -> QuerySet[Image, Row]:
    """Return the rows of the images that the actor may see."""
    return _rows(_visible(actor, project, host))


def image(*, actor: Actor, digest: str, project: str | None = None, host: str | None = None) -> Row:
    """Return one image as the actor sees it, found as `find` does."""
    found = find(actor=actor, digest=digest, project=project, host=host)
    return documents(_rows(Image.objects.filter(pk=found.pk)), actor=actor)[0]


def pulled(*, actor: Actor, host: str, project: str, reference: str) -> Row:
    """Return the image that *reference*, normalized, names on a host."""
    found = _visible(actor, project, host)
    # Databases do not agree on how to search a list in JSON; a host has few images.
    for pk, *names in found.values_list("pk", "tags", "digests"):
        if any(reference in some for some in names):
            return documents(_rows(Image.objects.filter(pk=pk)), actor=actor)[0]
    raise ImageNotFound(reference=reference)


def find(
    *, actor: Actor, digest: str, project: str | None = None, host: str | None = None
) -> Image:
    """Return the image with this id; which of several projects' and hosts' must be said."""
    found = _visible(actor, project, host).filter(digest=digest)
    match list(found.select_related("host")[:2]):
        case [only]:
            return only
        case [_, _]:
            raise AmbiguousId(prefix=digest, kind="image: name its project and its host, or else")
    raise ImageNotFound(reference=digest)


def document_of(*, host: Host, project: str, digest: str) -> Row:
    """Return all there is of one image, for the fan-out, which shows each what they may see."""
    (found,) = _documents(_rows(Image.objects.filter(host=host, project=project, digest=digest)))
    return found


def documents(rows: Iterable[Row], *, actor: Actor) -> list[Row]:
    """Return rows as *actor* sees them; one query finds the containers that use them."""
    return [
        shown_to(actor, found, project=found["project"], host=found["host"]["id"])
        for found in _documents(rows)
    ]


def _documents(rows: Iterable[Row]) -> list[Row]:
    rows = list(rows)
    users = _users({row["digest"] for row in rows})
    return [
        {name: row[name] for name in _SHOWN}
        | {
            "id": row["digest"],
            "host": {"id": str(row["host_id"]), "name": row["host_name"]},
            "project": row["project_id"],
            "used_by": users.get((row["host_id"], row["project_id"], row["digest"]), []),
        }
        for row in rows
    ]


def _users(digests: set[str]) -> Mapping[tuple[UUID, str, str], list[str]]:
    """Return (host, project, image id) → names of the containers made from one of *digests*."""
    found: defaultdict[tuple[UUID, str, str], list[str]] = defaultdict(list)
    # By way of the host: images stand below containers and do not import them.
    rows = Host.objects.filter(containers__image_id__in=digests).values_list(
        "pk", "containers__project_id", "containers__image_id", "containers__name"
    )
    for host, project, digest, name in rows.order_by("containers__name"):
        found[host, project, digest].append(name)
    return found


def _visible(actor: Actor, project: str | None, host: str | None) -> QuerySet[Image]:
    found = Image.objects.filter(visible(actor, Kind.IMAGE).where())
    if project is not None:
        found = found.filter(project=get_project(actor=actor, project=project))
    if host is not None:
        found = found.filter(host=get_host(actor=actor, host=host))
    return found


def _rows(found: QuerySet[Image]) -> QuerySet[Image, Row]:
    rows: QuerySet[Image, Row] = found.values(*_COLUMNS, host_name=F("host__name"))
    return rows
