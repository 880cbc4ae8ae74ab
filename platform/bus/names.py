"""Every name in Redis. A host's own start with its prefix, so that its ACL can be `~h:<id>:*`."""

from __future__ import annotations

import enum

CHANGES = "changes"
"""Pub/sub: one encoded bus.journal.Change for each object that ingest has committed."""

PLATFORM_QUEUE = "platform"
"""Celery queue of the platform's own periodic work (beat)."""


class Queue(enum.StrEnum):
    """The two pools of a host: quick operations never wait behind builds and pulls."""

    QUICK = "quick"
    BUILD = "build"


def prefix(host_id: str) -> str:
    """Return what every key of the host starts with; Celery's `global_keyprefix` too."""
    return f"h:{host_id}:"


def queue(host_id: str, pool: Queue) -> str:
    """Return the Celery queue name (Celery puts the prefix before it by itself)."""
    return f"host.{host_id}.{pool.value}"


def queue_key(host_id: str, pool: Queue) -> str:
    """Return the Redis key of the list behind a queue."""
    return prefix(host_id) + queue(host_id, pool)


def unacked_key(host_id: str) -> str:
    """Return the hash of messages that a worker of the host holds."""
    return prefix(host_id) + "unacked"


def events_stream(host_id: str) -> str:
    """Return the stream of journal entries from host to platform."""
    return prefix(host_id) + "events"


def acknowledged_key(host_id: str) -> str:
    """Return the key with the last outbox sequence that ingest has committed."""
    return prefix(host_id) + "ack"


def heartbeat_key(host_id: str) -> str:
    """Return the key that the agent sets every 5 s with an expiry of 15 s."""
    return prefix(host_id) + "hb"


def worker_key(host_id: str, pool: Queue) -> str:
    """Return the key that a worker sets every 5 s with an expiry of 15 s and deletes at its end."""
    return prefix(host_id) + f"worker:{pool.value}"


def dial_channel(host_id: str) -> str:
    """Return the pub/sub channel on which the agent is asked to dial a tunnel."""
    return prefix(host_id) + "dial"


def cancel_key(host_id: str, operation_id: str) -> str:
    """Return the key whose presence asks a task to stop."""
    return prefix(host_id) + f"cancel:{operation_id}"


def operation_channel(operation_id: str) -> str:
    """Return the pub/sub channel that says an operation's row has reached its end."""
    return f"operation:{operation_id}"


HEARTBEAT_SECONDS = 5
HEARTBEAT_EXPIRY = 15
CANCEL_EXPIRY = 24 * 3600

INGEST_KEY = "ingest"
"""Set every 5 s with an expiry of 15 s by the ingest process that leads."""
