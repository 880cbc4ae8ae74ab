"""Networks and leases as rows of the engine's state."""

from __future__ import annotations

import ipaddress
import json
import secrets
import sqlite3
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from engine.errors import AmbiguousId, InvalidValue, NameInUse, NetworkInUse, NetworkNotFound
from engine.network.addresses import choose_address, gateway_of, mac_of
from engine.spec.codec import from_plain
from engine.spec.container import EndpointStatus, PortBinding
from engine.spec.event import ObjectKind
from engine.spec.network import Network, NetworkDriver
from engine.storage import outbox

_LONGEST_LINK_NAME = 15
_RESERVED_NAMES = frozenset({"none", "host"})
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")


@dataclass(frozen=True, slots=True)
class Published:
    """What one running container has on the host's ports."""

    container: str
    space: str
    name: str
    address: str
    bindings: tuple[PortBinding, ...]


def check_name(name: str) -> None:
    """Raise InvalidValue where no network can be called *name*."""
    if name in _RESERVED_NAMES:
        raise InvalidValue(field="name", value=name, problem="means something else; choose another")
    if not 0 < len(name) <= 128 or not _NAME_CHARACTERS.issuperset(name) or name[0] in "_.-":
        problem = "must be 1 to 128 letters, digits, '_', '.' or '-', a letter or digit first"
        raise InvalidValue(field="name", value=name, problem=problem)


def find(connection: sqlite3.Connection, space: str, name: str) -> Network:
    """Return the network of *space* with that name, id, or beginning of an id."""
    row = connection.execute(
        "SELECT * FROM networks WHERE space = ? AND (name = ? OR id = ?)", (space, name, name)
    ).fetchone()
    if row is not None:
        return network_of(row)
    # Compared by substr: a name may hold the wildcards of LIKE.
    rows = connection.execute(
        "SELECT * FROM networks WHERE space = ? AND substr(id, 1, ?) = ? LIMIT 2",
        (space, len(name), name),
    ).fetchall()
    if not rows or not name:
        raise NetworkNotFound(network=name)
    if len(rows) > 1:
        raise AmbiguousId(prefix=name, kind="network")
    return network_of(rows[0])


def all_networks(connection: sqlite3.Connection, space: str | None = None) -> tuple[Network, ...]:
    """Return the networks of *space*, or of every space, oldest first."""
    rows = connection.execute(
        "SELECT * FROM networks WHERE ?1 IS NULL OR space = ?1 ORDER BY created_at, id", (space,)
    )
    return tuple(network_of(row) for row in rows)


def insert(
    tx: sqlite3.Connection, space: str, name: str, subnet: ipaddress.IPv4Network, instance: str
) -> Network:
    """Add a network and its event."""
    holder = tx.execute(
        "SELECT id FROM networks WHERE space = ? AND name = ?", (space, name)
    ).fetchone()
    if holder is not None:
        raise NameInUse(kind="network", name=name, holder=f"network {holder['id'][:12]}")
    bridges = {row["bridge"] for row in tx.execute("SELECT bridge FROM networks")}
    network = Network(
        id=secrets.token_hex(32),
        space=space,
        name=name,
        driver=NetworkDriver.BRIDGE,
        subnet=str(subnet),
        gateway=str(gateway_of(subnet)),
        bridge=_choose_bridge(instance, bridges),
        created_at=time.time_ns(),
    )
    version = outbox.append(
        tx, space=space, kind=ObjectKind.NETWORK, id=network.id, action="create", payload=network
    )
    tx.execute(
        "INSERT INTO networks"
        " (id, space, name, driver, subnet, gateway, bridge, created_at, version)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            network.id,
            space,
            name,
            network.driver.value,
            network.subnet,
            network.gateway,
            network.bridge,
            network.created_at,
            version,
        ),
    )
    return find(tx, space, network.id)


def delete(tx: sqlite3.Connection, network: Network) -> None:
    """Remove a network that no container has a place on, and tell of it."""
    (count,) = tx.execute(
        "SELECT count(*) FROM endpoints WHERE network = ?", (network.id,)
    ).fetchone()
    if count:
        raise NetworkInUse(network=network.name, count=count)
    tx.execute("DELETE FROM networks WHERE id = ?", (network.id,))
    outbox.append(
        tx,
        space=network.space,
        kind=ObjectKind.NETWORK,
        id=network.id,
        action="destroy",
        payload=None,
    )


def lease(tx: sqlite3.Connection, container_id: str, network: Network) -> EndpointStatus:
    """Give the container an address on *network*, or the one it has there."""
    rows = tx.execute(
        "SELECT container, address, mac FROM endpoints WHERE network = ?", (network.id,)
    ).fetchall()
    for row in rows:
        if row["container"] == container_id:
            return _endpoint(network, row["address"], row["mac"])
    subnet = ipaddress.IPv4Network(network.subnet)
    chosen = choose_address(subnet, {row["address"] for row in rows})
    endpoint = _endpoint(network, str(chosen), mac_of(chosen))
    tx.execute(
        "INSERT INTO endpoints (container, network, address, mac) VALUES (?, ?, ?, ?)",
        (container_id, network.id, endpoint.address, endpoint.mac),
    )
    return endpoint


def endpoints(connection: sqlite3.Connection, container_id: str) -> tuple[EndpointStatus, ...]:
    """Return the addresses that the container holds."""
    rows = connection.execute(
        "SELECT n.*, e.address, e.mac FROM endpoints e JOIN networks n ON n.id = e.network "
        "WHERE e.container = ?",
        (container_id,),
    )
    return tuple(_endpoint(network_of(row), row["address"], row["mac"]) for row in rows)


def release(tx: sqlite3.Connection, container_id: str) -> None:
    """Give the container's addresses back."""
    tx.execute("DELETE FROM endpoints WHERE container = ?", (container_id,))


def published(connection: sqlite3.Connection) -> Iterator[Published]:
    """Return what the containers that run now have published."""
    rows = connection.execute(
        "SELECT c.id, c.space, c.name, c.record, min(e.address) AS address FROM containers c "
        "JOIN endpoints e ON e.container = c.id "
        # In these states a container's shim holds the ports.
        "WHERE c.state IN ('running', 'paused', 'restarting') GROUP BY c.id"
    ).fetchall()
    for row in rows:
        plain = json.loads(row["record"]).get("ports", [])
        bindings = tuple(from_plain(PortBinding, item) for item in plain)
        if bindings:
            yield Published(row["id"], row["space"], row["name"], row["address"], bindings)


def network_of(row: sqlite3.Row) -> Network:
    """Return the network that *row* holds."""
    return Network(
        id=row["id"],
        space=row["space"],
        name=row["name"],
        driver=NetworkDriver(row["driver"]),
        subnet=row["subnet"],
        gateway=row["gateway"],
        bridge=row["bridge"],
        created_at=row["created_at"],
        version=row["version"],
    )


def _endpoint(network: Network, address: str, mac: str) -> EndpointStatus:
    return EndpointStatus(network=network.name, address=address, gateway=network.gateway, mac=mac)


def _choose_bridge(instance: str, taken: Collection[str]) -> str:
    while True:
        name = f"br{instance}{secrets.token_hex(2)}"[:_LONGEST_LINK_NAME]
        if name not in taken:
            return name
