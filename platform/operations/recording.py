"""Keeping the mirror of operations: what hosts report, and what nobody can report any more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from bus.errors import OperationLost
from bus.journal import Change, OperationReport, Progress
from bus.messages import OperationState
from engine.spec import codec
from engine.spec.event import Event
from hosts.models import Host
from operations.document import document_of
from operations.models import Operation

UNFINISHED = (OperationState.QUEUED.value, OperationState.RUNNING.value)


def record(*, host: Host, event: Event) -> Change | None:
    """Record the report in an `operation` event of *host*; None if it tells nothing new."""
    return _record(host, codec.from_plain(OperationReport, event.payload), event.sequence)


def record_progress(*, host: Host, progress: Progress) -> Change | None:
    """Record where an operation stands."""
    operation = _find(host, progress.operation_id)
    if operation is None or operation.is_final:
        return None
    operation.progress = {"layers": codec.to_plain(progress.layers)}
    operation.save(update_fields=["progress"])
    return _change(operation, "progress", 0)


def record_inventory(
    *, host: Host, operations: Iterable[OperationReport], position: int
) -> list[Change]:
    """Record all claims of *host*; what it should be at work on but does not know is lost."""
    reports = tuple(operations)
    changes = [_record(host, report, position) for report in reports]
    known = {report.operation_id for report in reports}
    running = Operation.objects.select_related("host").filter(
        host=host, state=OperationState.RUNNING.value
    )
    changes += [
        lose(operation, reason="its host does not know it")
        for operation in running
        if str(operation.pk) not in known
    ]
    return [change for change in changes if change is not None]


def lose(operation: Operation, *, reason: str) -> Change:
    """Say that nobody can tell how *operation* ended; a late report of its host still can."""
    error = OperationLost(operation=str(operation.pk), reason=reason).record()
    operation.state = OperationState.LOST.value
    operation.finished_at = timezone.now()
    operation.error_code = error.code
    operation.error_message = error.message
    operation.error_detail = error.detail
    operation.save(
        update_fields=["state", "finished_at", "error_code", "error_message", "error_detail"]
    )
    return _change(operation, OperationState.LOST.value, 0)


def _record(host: Host, report: OperationReport, version: int) -> Change | None:
    operation = _find(host, report.operation_id)
    if operation is None or not _is_news(operation, report):
        return None
    operation.state = report.state.value
    operation.attempt = report.attempt
    operation.started_at = _moment(report.started_at)
    operation.finished_at = _moment(report.finished_at)
    operation.result = dict(report.result)
    error = report.error
    operation.error_code = error.code if error else ""
    operation.error_message = error.message if error else ""
    operation.error_detail = dict(error.detail) if error else {}
    if report.state.is_final:
        operation.body = operation.signature = ""
    operation.save()
    return _change(operation, report.state.value, version)


def _is_news(operation: Operation, report: OperationReport) -> bool:
    state = OperationState(operation.state)
    if state is OperationState.LOST:
        return report.state.is_final
    if state.is_final or report.attempt < operation.attempt:
        return False
    return report.state is not state or report.attempt > operation.attempt


def _find(host: Host, operation_id: str) -> Operation | None:
    """Return the operation if it is one of this host: no host may speak of another's."""
    try:
        key = UUID(operation_id)
    except ValueError:
        return None
    return Operation.objects.select_related("host").filter(pk=key, host=host).first()


def _change(operation: Operation, action: str, version: int) -> Change:
    return Change(
        kind="operation",
        id=str(operation.pk),
        action=action,
        version=version,
        host=str(operation.host_id),
        project=operation.project_id,
        object=document_of(operation),
    )


def _moment(nanoseconds: int) -> dt.datetime | None:
    if not nanoseconds:
        return None
    return dt.datetime.fromtimestamp(nanoseconds / 1e9, tz=dt.UTC)
