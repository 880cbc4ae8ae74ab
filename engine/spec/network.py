"""What the engine says of networks."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class NetworkDriver(enum.StrEnum):
    BRIDGE = "bridge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network of one space; the payload of every network event."""

    id: str
    space: str
    name: str
    driver: NetworkDriver
    subnet: str
    gateway: str
    bridge: str
    """The link's name on the host."""
    created_at: int
    version: int = 0
