"""What is looked for in the audit trail."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What entries must be; an empty field asks nothing."""

    actor: str = ""
    verb: str = ""
    kind: str = ""
    object: str = ""
    """Id or name."""
    project: str = ""
    operation: str = ""
    outcome: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    text: str = ""
    """Any part of the actor's or the object's name, the object's id, or the address."""

    def where(self) -> Q:
        """Return the condition on entries."""
        equal = {
            "username": self.actor,
            "verb": self.verb,
            "kind": self.kind,
            "project": self.project,
            "operation_id": self.operation,
            "outcome": self.outcome,
            "at__gte": self.since,
            "at__lt": self.until,
        }
        found = Q(**{name: value for name, value in equal.items() if value})
        if self.object:
            found &= Q(object_id=self.object) | Q(object_name=self.object)
        if self.text:
            columns = ("username", "object_name", "object_id", "origin")
            anywhere = Q()
            for column in columns:
                anywhere |= Q(**{f"{column}__icontains": self.text})
            found &= anywhere
        return found
