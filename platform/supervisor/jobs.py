"""The platform's own periodic work: a Celery app with one small worker that keeps its clock too."""

from __future__ import annotations

from celery import Celery
from django.conf import settings
from redis.exceptions import RedisError

from bus import broker, names
from bus.errors import BrokerUnavailable

JANITOR_SECONDS = 30.0

app = Celery("berth-jobs", broker=broker.celery_url(settings.BERTH.redis_url), set_as_current=False)
app.conf.update(
    broker_transport_options=broker.transport_options(None, timeout=10.0),
    broker_connection_retry_on_startup=True,
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


@app.task(name="operations.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Run the operations' janitor and tell what it changed."""
    from config.redis import client  # noqa: PLC0415  (models need a set-up Django)
    from ingest.process import publish  # noqa: PLC0415
    from operations import janitor  # noqa: PLC0415

    try:
        publish(client(), janitor.sweep(client()))
    except (RedisError, BrokerUnavailable) as error:
        sweep.get_logger().warning("the janitor could not work: %s", error)


@app.task(name="accounts.forget_sessions")  # type: ignore[untyped-decorator]
def forget_sessions() -> None:
    """Delete sessions that have expired."""
    from django.core.management import call_command  # noqa: PLC0415

    call_command("clearsessions")
