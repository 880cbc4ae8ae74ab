"""One transaction: what a host has said, written down in its order, each word once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import DataError, IntegrityError, transaction

from bus.journal import Change, Entry, Inventory, Progress
from engine.errors import EngineError
from engine.spec.event import Event, ObjectKind
from hosts.models import Host
from ingest.recorders import RECORDERS, replace_all
from operations import services as operations
from projects.models import Project

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Recorded:
    """What a batch has come to: the position to acknowledge, and the changes to tell of."""

    position: int = 0
    changes: list[Change] = field(default_factory=list)


def record_batch(host_id: UUID, entries: Sequence[Entry]) -> Recorded:
    """Commit *entries* together; one that the database refuses is left out alone, and logged."""
    try:
        return _commit(host_id, entries)
    except (IntegrityError, DataError):
        if len(entries) == 1:
            log.exception("an entry of host %s cannot be recorded: %r", host_id, entries[0])
            return _skip(host_id, entries[0])
    recorded = Recorded()
    for entry in entries:
        one = record_batch(host_id, (entry,))
        recorded.position = one.position
        recorded.changes += one.changes
    return recorded


def _commit(host_id: UUID, entries: Sequence[Entry]) -> Recorded:
    recorded = Recorded()
    with transaction.atomic():
        host = Host.objects.select_for_update().get(pk=host_id)
        spaces = frozenset(Project.objects.values_list("pk", flat=True))
        for entry in _without_superseded(entries):
            recorded.changes += _record(host, entry, spaces)
        host.save(update_fields=["epoch", "position"])
    recorded.position = host.position
    return recorded


def _record(host: Host, entry: Entry, spaces: frozenset[str]) -> list[Change]:
    try:
        if isinstance(entry, Inventory):
            return _record_inventory(host, entry, spaces)
        if isinstance(entry, Progress):
            change = operations.record_progress(host=host, progress=entry)
        else:
            change = _record_event(host, entry, spaces)
    except EngineError:
        # A payload that nobody can read must not hold up all that comes after it.
        log.exception("an entry of host %s is left out", host.name)
        change = None
    return [] if change is None else [change]


def _record_event(host: Host, event: Event, spaces: frozenset[str]) -> Change | None:
    if event.sequence <= host.position:
        return None
    host.position = event.sequence
    if event.space not in spaces:
        log.warning("host %s speaks of the unknown project %r", host.name, event.space)
        return None
    return RECORDERS[event.kind](host, event)


def _record_inventory(host: Host, inventory: Inventory, spaces: frozenset[str]) -> list[Change]:
    fresh = inventory.epoch != host.epoch
    if not fresh and inventory.position < host.position:
        return []
    changes = replace_all(host, inventory, spaces, fresh=fresh)
    host.epoch, host.position = inventory.epoch, inventory.position
    whole = Change(
        kind="host",
        id=str(host.pk),
        action="inventory",
        version=host.position,
        host=str(host.pk),
        object={"id": str(host.pk), "name": host.name, "state": str(host.state)},
    )
    return [*changes, whole]


def _skip(host_id: UUID, entry: Entry) -> Recorded:
    with transaction.atomic():
        host = Host.objects.select_for_update().get(pk=host_id)
        if isinstance(entry, Event) and entry.sequence > host.position:
            host.position = entry.sequence
            host.save(update_fields=["position"])
    return Recorded(position=host.position)


def _without_superseded(entries: Sequence[Entry]) -> list[Entry]:
    """Leave out what is overtaken within the batch: of an operation the last word counts."""
    latest = {_superseding(entry): entry for entry in entries}
    return [
        entry
        for entry in entries
        if _superseding(entry) is None or latest[_superseding(entry)] is entry
    ]


def _superseding(entry: Entry) -> tuple[str, str] | None:
    """Return what a later entry with the same would make *entry* pointless; None: nothing does."""
    if isinstance(entry, Progress):
        return "progress", entry.operation_id
    if isinstance(entry, Event) and entry.kind is ObjectKind.OPERATION:
        return "report", entry.id
    return None
