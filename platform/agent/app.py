"""The host's Celery application: one task for each kind of operation."""

from __future__ import annotations

import logging
import sqlite3
import time

from celery import Celery
from celery.exceptions import Reject

from agent import operation
from agent.operation import Verb, Workplace
from agent.tasks import containers, images, registries
from bus import broker, names
from bus.messages import OperationKind
from bus.names import Queue

log = logging.getLogger(__name__)

VERBS = {**containers.VERBS, **images.VERBS, **registries.VERBS}
_TIMEOUT = 10.0
_REQUEUE_SECONDS = 1.0


def create(place: Workplace, pool: Queue) -> Celery:
    """Return the application of one worker of the host, which reads the queue of *pool* alone."""
    host_id = place.identity.host_id
    app = Celery(
        f"host-{pool}", broker=broker.celery_url(place.identity.redis_url), set_as_current=False
    )
    app.conf.update(
        broker_transport_options=broker.transport_options(host_id, timeout=_TIMEOUT),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_default_queue=names.queue(host_id, pool),
        task_create_missing_queues=True,
        # The claim on the host makes an operation run once; the broker only has to lose nothing.
        task_acks_late=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        accept_content=["json"],
    )
    for kind, verb in VERBS.items():
        _register(app, place, kind, verb)
    return app


def _register(app: Celery, place: Workplace, kind: OperationKind, verb: Verb) -> None:
    @app.task(name=kind.value)  # type: ignore[untyped-decorator]  # Celery has no types
    def task(body: str, signature: str) -> None:
        try:
            operation.perform(place, verb, body=body, signature=signature)
        except sqlite3.OperationalError as error:
            # The state takes no claim, as on a full disk: the message must outlast that.
            log.warning("%s has to wait: %s", kind, error)
            time.sleep(_REQUEUE_SECONDS)
            raise Reject(error, requeue=True) from error
