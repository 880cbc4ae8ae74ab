"""The platform's own periodic work: a Celery app with one small worker that keeps its clock too."""

from __future__ import annotations

import logging
from typing import Any

from celery import Celery, bootsteps
from celery.beat import EmbeddedService
from django.conf import settings
from django.db import close_old_connections
from redis.exceptions import RedisError

from bus import broker, names
from bus.errors import BrokerUnavailable

log = logging.getLogger(__name__)

JANITOR_SECONDS = 30.0

app = Celery(
    "berth-jobs",
    broker=broker.celery_url(settings.BERTH.redis_url),
    set_as_current=False,
    # Celery's Django fix-up loads every view for a check that `web` makes already.
    fixups=[],
)
app.conf.update(
    broker_transport_options=broker.transport_options(None, timeout=10.0),
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    task_default_queue=names.PLATFORM_QUEUE,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    timezone="UTC",
    beat_schedule={
        "janitor": {
            "task": "operations.sweep",
            "schedule": JANITOR_SECONDS,
            # A sweep that nobody could run in time is no use later.
            "options": {"expires": JANITOR_SECONDS},
        },
        "sessions": {"task": "accounts.forget_sessions", "schedule": 3600.0},
    },
)


class Clock(bootsteps.StartStopStep):  # type: ignore[misc]
    """Celery's beat in a thread of the worker; its own option would fork a second Django."""

    def create(self, _worker: Any) -> Any:
        return EmbeddedService(app, thread=True, schedule_filename=str(settings.BERTH.web / "beat"))


app.steps["worker"].add(Clock)


@app.task(name="operations.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Run the operations' janitor and tell what it changed."""
    from config.redis import client  # noqa: PLC0415  (models need a set-up Django)
    from ingest.process import publish  # noqa: PLC0415
    from operations import janitor  # noqa: PLC0415

    close_old_connections()
    try:
        publish(client(), janitor.sweep(client()))
    except (RedisError, BrokerUnavailable) as error:
        log.warning("the janitor could not work: %s", error)


@app.task(name="accounts.forget_sessions")  # type: ignore[untyped-decorator]
def forget_sessions() -> None:
    """Delete sessions that have expired."""
    from django.core.management import call_command  # noqa: PLC0415

    close_old_connections()
    call_command("clearsessions")
