"""Asking hosts for work, waiting for it, cancelling it."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.access import Kind, Verb, require
from accounts.actor import Actor
from accounts.errors import ProjectNotFound
from audit import services as audit
from bus import messages, names
from bus.errors import BrokerUnavailable, OperationFinished
from bus.messages import OperationKind, Payload, SignedMessage, TaskMessage
from bus.names import Queue
from config import keys, sender
from config.redis import client
from hosts.models import Host
from hosts.selectors import require_worker
from operations import waiting
from operations.models import Operation
from operations.recording import record, record_inventory, record_progress
from operations.selectors import get_operation

__all__ = ["cancel", "record", "record_inventory", "record_progress", "resend", "submit", "wait"]

log = logging.getLogger(__name__)

RIGHTS: Mapping[OperationKind, tuple[Verb, Kind]] = {
    OperationKind.CONTAINER_CREATE: (Verb.CREATE, Kind.CONTAINER),
    OperationKind.CONTAINER_START: (Verb.START, Kind.CONTAINER),
    OperationKind.CONTAINER_STOP: (Verb.STOP, Kind.CONTAINER),
    OperationKind.CONTAINER_KILL: (Verb.KILL, Kind.CONTAINER),
    OperationKind.CONTAINER_RESTART: (Verb.RESTART, Kind.CONTAINER),
    OperationKind.CONTAINER_REMOVE: (Verb.DELETE, Kind.CONTAINER),
    OperationKind.IMAGE_PULL: (Verb.PULL, Kind.IMAGE),
    OperationKind.IMAGE_REMOVE: (Verb.DELETE, Kind.IMAGE),
    OperationKind.REGISTRY_TEST: (Verb.TEST, Kind.REGISTRY),
}
"""What an actor must be allowed in the project to ask for each kind; audited as the same."""


def submit(
    *,
    actor: Actor,
    kind: OperationKind,
    host: Host,
    project: str,
    subject_kind: str,
    subject_id: str,
    payload: Payload,
    subject_name: str = "",
    queue: Queue = Queue.QUICK,
) -> Operation:
    """Ask *host* for one operation in *project* (its id is the engine's space).

    Raises HostUnavailable or BrokerUnavailable before anything is recorded. Once it is recorded it
    will be done: should Redis go away in between, the janitor sends it when Redis is back.
    """
    verb, object_kind = RIGHTS[kind]
    require(actor, verb, object_kind, project=project, host=str(host.pk))
    require_worker(host=host, pool=queue)
    operation = Operation(
        id=uuid4(),
        kind=kind.value,
        host=host,
        project_id=project,
        subject_kind=subject_kind,
        subject_id=subject_id,
        subject_name=subject_name,
        queue=queue.value,
        user_id=actor.user_id,
        token_id=actor.token_id,
        username=actor.username,
        origin=actor.origin,
    )
    signed = _sign(operation, payload)
    operation.body, operation.signature = signed.body, signed.signature
    try:
        with transaction.atomic():
            operation.save(force_insert=True)
            audit.record(
                actor=actor,
                verb=verb,
                kind=object_kind,
                object_id=subject_id[:128],
                object_name=subject_name[:255],
                project=project,
                operation_id=operation.pk,
            )
            transaction.on_commit(functools.partial(_send_or_leave, operation))
    except IntegrityError as error:
        # It was removed since it was looked up.
        raise ProjectNotFound(project=project) from error
    return operation


def wait(operation_id: UUID, timeout: float) -> Operation:
    """Return the operation once it has ended, or as it stands after *timeout* seconds.

    A preference, not a promise: returns at once when too many others wait in this process.
    """
    waiting.wait(operation_id, timeout)
    return Operation.objects.select_related("host").get(pk=operation_id)


def cancel(*, actor: Actor, operation_id: UUID) -> Operation:
    """Ask the host to stop an operation; it ends as cancelled once the host has cleaned up."""
    operation = get_operation(actor=actor, operation_id=operation_id)
    place = {"project": operation.project_id, "host": str(operation.host_id)}
    require(actor, Verb.CANCEL, Kind.OPERATION, **place)
    if operation.is_final:
        raise OperationFinished(operation=str(operation_id), state=operation.state)
    key = names.cancel_key(str(operation.host_id), str(operation_id))
    try:
        client().set(key, b"1", ex=names.CANCEL_EXPIRY)
    except RedisError as error:
        raise BrokerUnavailable(reason=str(error)) from error
    with transaction.atomic():
        operation.cancel_requested_at = timezone.now()
        operation.save(update_fields=["cancel_requested_at"])
        audit.record(
            actor=actor,
            verb=Verb.CANCEL,
            kind=Kind.OPERATION,
            object_id=str(operation_id),
            object_name=operation.subject_name[:255],
            project=operation.project_id,
            operation_id=operation_id,
        )
    return operation


def resend(operation: Operation) -> None:
    """Send an operation's message again; the host's claim makes a second copy harmless."""
    sender.send(
        SignedMessage(body=operation.body, signature=operation.signature),
        operation_id=str(operation.pk),
        kind=OperationKind(operation.kind),
        host_id=str(operation.host_id),
        pool=Queue(operation.queue),
    )


def _send_or_leave(operation: Operation) -> None:
    try:
        resend(operation)
    except BrokerUnavailable as error:
        log.warning("operation %s waits for the janitor to send it: %s", operation.pk, error)


def _sign(operation: Operation, payload: Payload) -> SignedMessage:
    message = TaskMessage(
        operation_id=str(operation.pk),
        attempt=operation.attempt,
        host_id=str(operation.host_id),
        space=operation.project_id,
        kind=OperationKind(operation.kind),
        payload=payload,
    )
    return messages.sign(message, _signing_key(settings.BERTH.signing_key_file))


@functools.cache
def _signing_key(path: Path) -> Ed25519PrivateKey:
    return keys.read_signing_key(path)
