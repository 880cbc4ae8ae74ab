"""The names that the engine's state gives: containers by name and id, within one network."""

from __future__ import annotations

import ipaddress
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

_BUSY_SECONDS = 5.0
_SHORT_ID = 12


@dataclass(frozen=True, slots=True)
class ServedNetwork:
    """A network whose gateway the server listens on."""

    id: str
    subnet: ipaddress.IPv4Network
    gateway: str


class Zone:
    """Names from the state database, which is only read; may be shared by threads."""

    def __init__(self, state: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            f"{state.as_uri()}?mode=ro",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )

    def networks(self) -> list[ServedNetwork]:
        """Return every network of the instance."""
        rows = self._read("SELECT id, subnet, gateway FROM networks", ())
        return [ServedNetwork(row[0], ipaddress.IPv4Network(row[1]), row[2]) for row in rows]

    def addresses(self, network: ServedNetwork, name: str) -> list[ipaddress.IPv4Address]:
        """Return where the running container of *network* with that name or short id is."""
        rows = self._read(
            "SELECT e.address FROM endpoints e JOIN containers c ON c.id = e.container "
            "WHERE e.network = ? AND c.state IN ('running', 'paused') "
            # A whole id is longer than a label may be.
            "AND (lower(c.name) = ? OR substr(c.id, 1, ?) = ?)",
            (network.id, name, _SHORT_ID, name),
        )
        return [ipaddress.IPv4Address(row[0]) for row in rows]

    def name(self, network: ServedNetwork, address: ipaddress.IPv4Address) -> str | None:
        """Return the name of the running container of *network* at *address*."""
        rows = self._read(
            "SELECT c.name FROM endpoints e JOIN containers c ON c.id = e.container "
            "WHERE e.network = ? AND e.address = ? AND c.state IN ('running', 'paused')",
            (network.id, str(address)),
        )
        return rows[0][0] if rows else None

    def _read(self, query: str, parameters: tuple[object, ...]) -> list[tuple[str, ...]]:
        with self._lock:
            return self._connection.execute(query, parameters).fetchall()
