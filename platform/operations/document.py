"""An operation as REST and the `changes` channel show it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from accounts.actor import Actor
from operations.models import Operation
from projects.masking import shown_to

FIELDS = (
    "id",
    "kind",
    "subject_kind",
    "subject_id",
    "subject_name",
    "host_id",
    "host__name",
    "project_id",
    "state",
    "progress",
    "result",
    "error_code",
    "error_message",
    "error_detail",
    "cancel_requested_at",
    "created_at",
    "started_at",
    "finished_at",
    "username",
)
"""What `document` needs of a row, as `QuerySet.values` takes them."""


def shown_row(actor: Actor, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain form of an operation's *row* as *actor* may see it."""
    return shown_to(actor, document(row), project=row["project_id"], host=row["host_id"])


def shown_operation(actor: Actor, operation: Operation) -> dict[str, Any]:
    """Return the plain form of *operation* as *actor* may see it."""
    place = {"project": operation.project_id, "host": str(operation.host_id)}
    return shown_to(actor, document_of(operation), **place)


def document_of(operation: Operation) -> dict[str, Any]:
    """Return all there is of *operation*, for the fan-out, which shows each what they may see."""
    row = {name: getattr(operation, name) for name in FIELDS if name != "host__name"}
    return document({**row, "host__name": operation.host.name})


def document(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain form of an operation's *row*; times as RFC 3339."""
    return {
        "id": str(row["id"]),
        "kind": row["kind"],
        "subject": {
            "kind": row["subject_kind"],
            "id": row["subject_id"],
            "name": row["subject_name"],
        },
        "host": {"id": str(row["host_id"]), "name": row["host__name"]},
        "project": row["project_id"],
        "state": str(row["state"]),
        "progress": row["progress"],
        "result": row["result"] or None,
        "error": _error(row),
        "cancel_requested_at": _time(row["cancel_requested_at"]),
        "created_at": _time(row["created_at"]),
        "started_at": _time(row["started_at"]),
        "finished_at": _time(row["finished_at"]),
        "actor": row["username"],
    }


def _error(row: Mapping[str, Any]) -> dict[str, Any] | None:
    if not row["error_code"]:
        return None
    return {
        "code": row["error_code"],
        "message": row["error_message"],
        "detail": row["error_detail"],
    }


def _time(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
