"""What the engine tells the world: one event a state change, in the order they happened."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class ObjectKind(enum.StrEnum):
    CONTAINER = "container"
    IMAGE = "image"
    NETWORK = "network"
    OPERATION = "operation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of the outbox. `sequence` orders the host's events and is the object's version.

    `action` follows Docker's event names (create, start, die, destroy, pull, untag, …);
    `payload` is the object after the change in its plain form (codec.to_plain), or empty once
    the object is gone.
    """

    sequence: int
    space: str
    kind: ObjectKind
    id: str
    action: str
    time: int
    """Nanoseconds since the epoch."""
    payload: Mapping[str, Any] = field(default_factory=dict)
