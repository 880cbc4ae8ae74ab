"""Waiting for an operation's end without asking the database again and again."""

from __future__ import annotations

import threading
import time
from uuid import UUID

from redis.client import PubSub
from redis.exceptions import RedisError

from bus import names
from bus.messages import OperationState
from config.redis import client
from operations.models import Operation

WAITERS = 16
"""Threads of a web worker that may wait at once; the others must stay free to serve."""

_slots = threading.BoundedSemaphore(WAITERS)
_FINAL = tuple(state.value for state in OperationState if state.is_final)


def wait(operation_id: UUID, timeout: float) -> None:
    """Return when the operation has ended, after *timeout* seconds, or when it cannot wait."""
    deadline = time.monotonic() + timeout
    if not _slots.acquire(blocking=False):
        return
    try:
        with PubSub(client().connection_pool) as subscription:
            subscription.subscribe(names.operation_channel(str(operation_id)))
            # The row is read after the subscription stands, so that no end falls between the two.
            if not _next(subscription, "subscribe", deadline) or _is_final(operation_id):
                return
            _next(subscription, "message", deadline)
    except RedisError:
        return
    finally:
        _slots.release()


def _next(subscription: PubSub, wanted: str, deadline: float) -> bool:
    """Wait until *deadline* for a message of the *wanted* type."""
    while (left := deadline - time.monotonic()) > 0:
        message = subscription.get_message(timeout=left)
        if message is not None and message["type"] == wanted:
            return True
    return False


def _is_final(operation_id: UUID) -> bool:
    return Operation.objects.filter(pk=operation_id, state__in=_FINAL).exists()
