"""The ingest process: streams of all hosts into the database, then the news to whoever waits."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection
from redis import Redis
from redis.exceptions import RedisError

from bus import broker, names
from bus.journal import Change, Entry, decode_entry
from bus.messages import OperationState
from engine.errors import EngineError
from engine.spec import codec
from hosts import services as hosts
from hosts.models import Host
from ingest.batch import Recorded, record_batch
from ingest.leader import leadership

log = logging.getLogger(__name__)

BATCH = 500
"""Entries of one host in one transaction at most; fewer are never waited upon."""
_FIRST_RETRY = 0.1
_LAST_RETRY = 5.0

Fields = Mapping[bytes, bytes]
StreamEntry = tuple[bytes, Fields]


def run() -> None:
    """Lead, read and record until the process is ended; it may be killed at any instant."""
    delay = _FIRST_RETRY
    while True:
        started = time.monotonic()
        try:
            with leadership(settings.BERTH.web / "ingest.lock"):
                Ingest(_client()).run()
        except (RedisError, OperationalError) as error:
            log.warning("ingest stands still: %s", error)
            connection.close()
        if time.monotonic() - started > _LAST_RETRY:
            delay = _FIRST_RETRY
        time.sleep(delay)
        delay = min(delay * 2, _LAST_RETRY)


class Ingest:
    """Reads every stream from its beginning: what is recorded is deleted, so that is the rest."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._hosts: dict[bytes, UUID] = {}
        self._next_look = 0.0

    def run(self) -> None:
        """Turn for ever; raises RedisError and OperationalError."""
        while True:
            self.turn(block=names.HEARTBEAT_SECONDS)

    def turn(self, *, block: float) -> None:
        """Record what there is, waiting up to *block* seconds for the first entry."""
        if time.monotonic() >= self._next_look:
            self._look_around()
            self._next_look = time.monotonic() + names.HEARTBEAT_SECONDS
        if not self._hosts:
            time.sleep(block)
            return
        left = max(1, int(1000 * min(block, self._next_look - time.monotonic())))
        found = self._client.xread(dict.fromkeys(self._hosts, b"0"), count=BATCH, block=left)
        for stream, entries in cast("list[tuple[bytes, list[StreamEntry]]]", found or []):
            self._take(stream, entries)

    def _look_around(self) -> None:
        self._client.set(names.INGEST_KEY, b"1", ex=names.HEARTBEAT_EXPIRY)
        self._hosts = {
            names.events_stream(str(pk)).encode(): pk
            for pk in Host.objects.values_list("pk", flat=True)
        }
        publish(self._client, hosts.record_heartbeats())

    def _take(self, stream: bytes, entries: Sequence[StreamEntry]) -> None:
        host_id = self._hosts[stream]
        recorded = record_batch(host_id, _decode(host_id, entries))
        self._acknowledge(host_id, stream, recorded, [key for key, _ in entries])

    def _acknowledge(
        self, host_id: UUID, stream: bytes, recorded: Recorded, done: Sequence[bytes]
    ) -> None:
        # Only now: whoever is told of a change, or trims on our word, finds it committed.
        pipeline = self._client.pipeline(transaction=False)
        pipeline.set(names.acknowledged_key(str(host_id)), recorded.position)
        pipeline.xdel(stream, *done)
        _publish_into(pipeline, recorded.changes)
        pipeline.execute()


def publish(client: Redis, changes: Sequence[Change]) -> None:
    """Tell of *changes* that are committed: open pages of all, waiters of ended operations."""
    if changes:
        pipeline = client.pipeline(transaction=False)
        _publish_into(pipeline, changes)
        pipeline.execute()


def _publish_into(pipeline: Redis, changes: Sequence[Change]) -> None:
    for change in changes:
        pipeline.publish(names.CHANGES, codec.encode(change))
        if change.kind == "operation" and OperationState(change.object["state"]).is_final:
            pipeline.publish(names.operation_channel(change.id), b"1")


def _decode(host_id: UUID, entries: Sequence[StreamEntry]) -> list[Entry]:
    decoded = []
    for key, fields in entries:
        try:
            decoded.append(decode_entry(fields))
        except EngineError:
            log.exception("entry %r of host %s is left out", key, host_id)
    return decoded


def _client() -> Redis:
    # An answer may take as long as XREAD blocks, and a little more.
    return broker.connect(settings.BERTH.redis_url, timeout=names.HEARTBEAT_SECONDS + 5)
