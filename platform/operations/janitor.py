"""What puts operations right that nobody finishes: sends again, calls lost, forgets."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from redis import Redis

from bus import names
from bus.journal import Change
from bus.names import Queue
from hosts.models import Host, HostState
from hosts.selectors import alive
from operations.models import Operation
from operations.recording import UNFINISHED, lose
from operations.services import resend

log = logging.getLogger(__name__)

RESEND_AFTER = dt.timedelta(seconds=30)
"""Age of an unfinished operation before its message is looked for."""
HOST_LOST_AFTER = dt.timedelta(minutes=5)
"""How long a host may be away before what it was doing counts as lost."""
KEEP = dt.timedelta(days=30)
"""How long finished operations stay in the list."""


def sweep(client: Redis) -> list[Change]:
    """Go once through all unfinished operations; raises RedisError and BrokerUnavailable."""
    now = timezone.now()
    changes = lose_with_host(now)
    resend_missing(client, now)
    Operation.objects.filter(finished_at__lt=now - KEEP).delete()
    return changes


def lose_with_host(now: dt.datetime) -> list[Change]:
    """Call lost what runs on hosts that have been away for too long."""
    changes = []
    gone = Operation.objects.select_related("host").filter(
        state="running", host__state=HostState.OFFLINE, host__seen_at__lt=now - HOST_LOST_AFTER
    )
    for operation in gone:
        with transaction.atomic():
            changes.append(lose(operation, reason=f"host {operation.host.name} is gone"))
    return changes


def resend_missing(client: Redis, now: dt.datetime) -> None:
    """Send again what no queue holds: Redis lost it, or a worker died with it in its hands.

    An operation that runs is sent again too: its claim's owner answers that it is held, and a dead
    owner's claim is taken over.
    """
    waiting = Operation.objects.filter(state__in=UNFINISHED, created_at__lt=now - RESEND_AFTER)
    hosts = list(Host.objects.filter(pk__in=waiting.values("host")))
    for host, living in alive(hosts).items():
        for pool, is_alive in ((Queue.QUICK, living.quick), (Queue.BUILD, living.build)):
            if is_alive and not client.llen(names.queue_key(str(host), pool)):
                _resend(list(waiting.filter(host=host, queue=pool.value)))


def _resend(operations: Sequence[Operation]) -> None:
    for operation in operations:
        log.info("operation %s is sent again", operation.pk)
        resend(operation)
