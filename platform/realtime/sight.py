"""What of the platform's changes one page may see, as it was when the page came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.access import Kind, Verb, may
from accounts.actor import Actor
from bus.journal import Change
from hosts.selectors import seen_ids
from projects.masking import shown_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Judges changes in memory, for each page of its own."""

    actor: Actor
    hosts: frozenset[str] | None
    """Ids of the hosts that the actor sees; None: all."""

    def covers(self, change: Change) -> bool:
        """Whether the actor may know of *change* at all."""
        try:
            kind = Kind(change.kind)
        except ValueError:
            # A kind that this web worker does not know yet: nobody here could show it.
            return False
        if kind is Kind.HOST:
            return self.hosts is None or change.host in self.hosts
        place = {"project": change.project or None, "host": change.host or None}
        return may(self.actor, Verb.VIEW, kind, **place)

    def shown(self, change: Change) -> dict[str, Any]:
        """Return *change* as the page gets it, without the values that the actor may not read."""
        seen = shown_to(self.actor, change.object, project=change.project, host=change.host)
        return {
            "kind": change.kind,
            "id": change.id,
            "action": change.action,
            "version": change.version,
            "host": change.host,
            "project": change.project,
            "object": seen or None,
        }


def look(actor: Actor) -> Sight:
    """Return what *actor* sees from now on."""
    return Sight(actor=actor, hosts=seen_ids(actor=actor))
