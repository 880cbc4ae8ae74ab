"""Everything that reads networks, all of it from the mirror."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet

from accounts.access import Kind, visible
from accounts.actor import Actor
from config.moments import rfc3339
from hosts.selectors import get_host
from networks.models import Network
from projects.selectors import get_project

Row = dict[str, Any]

_SHOWN = ("id", "name", "driver", "subnet", "gateway", "version")
_COLUMNS = (*_SHOWN, "host_id", "project_id", "created_at")


def networks(
    *, actor: Actor, project: str | None = None, host: str | None = None
) -> QuerySet[Network, Row]:
    """Return the rows of the networks that the actor may see."""
    found = Network.objects.filter(visible(actor, Kind.NETWORK).where())
    if project is not None:
        found = found.filter(project=get_project(actor=actor, project=project))
    if host is not None:
        found = found.filter(host=get_host(actor=actor, host=host))
    return _rows(found)


def document_of(*, network_id: str) -> Row:
    """Return one network as clients see it, for the fan-out, which filters by project itself."""
    return documents(_rows(Network.objects.filter(pk=network_id)))[0]


def documents(rows: Iterable[Row]) -> list[Row]:
    """Return rows as clients see them."""
    return [
        {name: row[name] for name in _SHOWN}
        | {
            "host": {"id": str(row["host_id"]), "name": row["host_name"]},
            "project": row["project_id"],
            "created_at": rfc3339(row["created_at"]),
        }
        for row in rows
    ]


def _rows(found: QuerySet[Network]) -> QuerySet[Network, Row]:
    rows: QuerySet[Network, Row] = found.values(*_COLUMNS, host_name=F("host__name"))
    return rows
