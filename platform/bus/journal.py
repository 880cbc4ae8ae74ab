"""What a host tells the platform: entries of its events stream, its heartbeat, and what follows.

A stream entry has three fields: `v` (version), `k` (EntryKind) and `b` (the encoded body).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bus.messages import OperationState
from engine.errors import ErrorRecord, MalformedMessage, UnsupportedVersion
from engine.spec import codec
from engine.spec.container import Container
from engine.spec.event import Event
from engine.spec.image import Image, LayerProgress
from engine.spec.network import Network

VERSION = 1


class EntryKind(enum.StrEnum):
    INVENTORY = "inventory"
    EVENT = "event"
    PROGRESS = "progress"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFacts:
    """What the host page shows; `features` maps a name to a short answer (`userns`: `idmapped`)."""

    engine_version: str
    kernel: str
    operating_system: str
    architecture: str
    cpus: int
    memory: int
    """Bytes."""
    features: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationReport:
    """State of a claim; payload of `operation` events, whose id is the operation's.

    `result` is the task's answer in plain form; times are nanoseconds since the epoch, 0 for never.
    """

    operation_id: str
    attempt: int
    state: OperationState
    started_at: int
    finished_at: int = 0
    result: Mapping[str, Any] = field(default_factory=dict)
    error: ErrorRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All that the host has, as of outbox sequence `position`; sent each time an agent connects.

    `epoch` names the engine's state database: with a new one, sequences have begun again.
    """

    epoch: str
    position: int
    time: int
    containers: tuple[Container, ...] = ()
    images: tuple[Image, ...] = ()
    networks: tuple[Network, ...] = ()
    operations: tuple[OperationReport, ...] = ()
    """Every claim the host still keeps, finished ones too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a pull stands; not in the outbox: the latest one is enough."""

    operation_id: str
    attempt: int
    time: int
    layers: tuple[LayerProgress, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Value of the heartbeat key; `time` in nanoseconds since the epoch."""

    version: int
    time: int
    facts: HostFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One committed change of the mirror, on the `changes` channel; `object` as REST shows it.

    `object` is empty once the object is gone.
    """

    kind: str
    id: str
    action: str
    version: int
    host: str = ""
    project: str = ""
    object: Mapping[str, Any] = field(default_factory=dict)


ACCESS = "access"
"""Kind of the change that says: what the user with this id may do, or how they prove who they
are, has changed; an empty id stands for everyone."""

Entry = Inventory | Event | Progress

_BODIES: Mapping[EntryKind, type[Entry]] = {
    EntryKind.INVENTORY: Inventory,
    EntryKind.EVENT: Event,
    EntryKind.PROGRESS: Progress,
}
_KINDS = {body: kind for kind, body in _BODIES.items()}


def encode_entry(entry: Entry) -> dict[bytes, bytes]:
    """Return the fields to XADD."""
    kind = _KINDS[type(entry)]
    return {b"v": b"%d" % VERSION, b"k": kind.value.encode(), b"b": codec.encode(entry)}


def decode_entry(fields: Mapping[bytes, bytes]) -> Entry:
    """Return the entry that a stream entry's *fields* hold."""
    try:
        version, kind, body = int(fields[b"v"]), EntryKind(fields[b"k"].decode()), fields[b"b"]
    except (KeyError, ValueError) as error:
        raise MalformedMessage(kind="journal entry", problem=str(error)) from error
    if version != VERSION:
        raise UnsupportedVersion(what="journal entry", found=version, known=str(VERSION))
    return codec.decode(_BODIES[kind], body)
