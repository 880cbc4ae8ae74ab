"""Reading operations."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from accounts.access import Kind, visible
from accounts.actor import Actor
from bus.errors import OperationNotFound
from hosts.selectors import get_host
from operations.models import Operation
from projects.selectors import get_project


def list_operations(*, actor: Actor) -> QuerySet[Operation]:
    """Return the operations in the projects that *actor* may see, newest first."""
    found = Operation.objects.select_related("host").defer("body", "signature")
    return found.filter(visible(actor, Kind.OPERATION).where())


def get_operation(*, actor: Actor, operation_id: UUID) -> Operation:
    """Return one operation, or raise OperationNotFound also where the actor may not see it."""
    operation = list_operations(actor=actor).filter(pk=operation_id).first()
    if operation is None:
        raise OperationNotFound(operation=str(operation_id))
    return operation


def filter_operations(
    *,
    actor: Actor,
    project: str | None = None,
    host: str | None = None,
    state: str | None = None,
    kind: str | None = None,
    subject: str | None = None,
) -> QuerySet[Operation]:
    """Return the visible operations that fit all that is given; *host* is an id or a name."""
    found = list_operations(actor=actor)
    if project is not None:
        found = found.filter(project=get_project(actor=actor, project=project))
    if host is not None:
        found = found.filter(host=get_host(actor=actor, host=host))
    wanted = {"state": state, "kind": kind, "subject_id": subject}
    return found.filter(**{name: value for name, value in wanted.items() if value is not None})
