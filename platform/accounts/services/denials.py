"""What was refused, for the audit trail."""

from __future__ import annotations

from accounts.access import Kind, Verb
from accounts.actor import Actor
from accounts.errors import PermissionDenied
from audit import services as audit
from audit.models import Outcome


def record_denial(*, actor: Actor, denied: PermissionDenied, object_id: str) -> None:
    """Write that *actor* was refused; outside of the transaction that the refusal undid."""
    audit.record(
        actor=actor,
        verb=Verb(denied.verb),
        kind=Kind(denied.kind),
        object_id=object_id[:128],
        project=denied.project[:63],
        outcome=Outcome.DENIED,
    )
