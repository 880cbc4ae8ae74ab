"""Sends task messages: one Celery producer per host, as each host has a key prefix of its own."""

from __future__ import annotations

import functools

from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from bus import broker, names
from bus.errors import BrokerUnavailable
from bus.messages import OperationKind, SignedMessage
from bus.names import Queue

_TIMEOUT = 1.0
"""Seconds; connecting and sending each stay within it, so that a caller is told within two."""


def send(
    signed: SignedMessage, *, operation_id: str, kind: OperationKind, host_id: str, pool: Queue
) -> None:
    """Put *signed* into the host's queue, or raise BrokerUnavailable."""
    try:
        _producer(host_id).send_task(
            kind.value,
            args=(signed.body, signed.signature),
            task_id=operation_id,
            queue=names.queue(host_id, pool),
            ignore_result=True,
            retry=False,
        )
    except (OperationalError, RedisError, OSError) as error:
        raise BrokerUnavailable(reason=str(error)) from error


@functools.cache
def _producer(host_id: str) -> Celery:
    app = Celery(
        f"sender-{host_id}",
        broker=broker.celery_url(settings.BERTH.redis_url),
        set_as_current=False,
        fixups=[],
    )
    app.conf.update(
        broker_transport_options=broker.transport_options(host_id, timeout=_TIMEOUT),
        broker_connection_retry=False,
        broker_pool_limit=4,
        task_ignore_result=True,
        task_serializer="json",
        # Nothing of ours is in the headers: the signed body says all, and they go to every host.
        task_send_sent_event=False,
    )
    return app
