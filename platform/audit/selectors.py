"""Reading the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet

from accounts.access import Kind, Verb, require, visible
from accounts.actor import Actor
from audit.models import AuditEntry
from audit.search import Search

Row = dict[str, Any]

COLUMNS = (
    "id",
    "at",
    "username",
    "token_id",
    "origin",
    "verb",
    "kind",
    "object_id",
    "object_name",
    "project",
    "operation_id",
    "outcome",
    "detail",
)
_CHUNK = 1000


def entries(*, actor: Actor, search: Search) -> QuerySet[AuditEntry, Row]:
    """Return the rows of the entries that the actor may see and that fit *search*, newest first."""
    return _rows(actor, Verb.VIEW, search)


def exported(*, actor: Actor, search: Search) -> Iterator[list[Row]]:
    """Return what `entries` does, in pieces; each is a query of its own, so any thread may ask."""
    return _pieces(_rows(actor, Verb.EXPORT, search))


def documents(rows: Iterable[Row]) -> list[Row]:
    """Return rows as clients see them."""
    return [
        {
            "id": row["id"],
            "at": row["at"],
            "actor": row["username"],
            "token": row["token_id"],
            "origin": row["origin"],
            "verb": row["verb"],
            "kind": row["kind"],
            "object": {"id": row["object_id"], "name": row["object_name"]},
            "project": row["project"],
            "operation": row["operation_id"],
            "outcome": row["outcome"],
            "detail": row["detail"],
        }
        for row in rows
    ]


def _rows(actor: Actor, verb: Verb, search: Search) -> QuerySet[AuditEntry, Row]:
    scope = visible(actor, Kind.AUDIT, verb=verb)
    if scope.is_empty:
        require(actor, verb, Kind.AUDIT)
    place = scope.where(project="project", host=None)
    seen = AuditEntry.objects.filter(place, search.where())
    rows: QuerySet[AuditEntry, Row] = seen.values(*COLUMNS)
    return rows


def _pieces(rows: QuerySet[AuditEntry, Row]) -> Iterator[list[Row]]:
    piece = list(rows[:_CHUNK])
    while piece:
        yield piece
        piece = list(rows.filter(pk__lt=piece[-1]["id"])[:_CHUNK])
