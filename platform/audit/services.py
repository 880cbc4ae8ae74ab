"""Writing the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from accounts.access import Kind, Verb
from accounts.actor import Actor
from audit.models import AuditEntry, Outcome


def record(
    *,
    actor: Actor,
    verb: Verb,
    kind: Kind,
    object_id: str = "",
    object_name: str = "",
    project: str = "",
    operation_id: UUID | None = None,
    outcome: Outcome = Outcome.DONE,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Write one entry, in the transaction of what it tells of: both last, or none."""
    AuditEntry.objects.create(
        user_id=actor.user_id,
        token_id=actor.token_id,
        username=actor.username,
        origin=actor.origin,
        verb=verb,
        kind=kind,
        object_id=object_id,
        object_name=object_name,
        project=project,
        operation_id=operation_id,
        outcome=outcome,
        detail=dict(detail or {}),
    )
