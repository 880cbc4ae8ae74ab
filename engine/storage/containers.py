"""Containers in the engine's state: one row each, every change with its event."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from engine.errors import AmbiguousId, ContainerNotFound, IdPoolExhausted, NameInUse
from engine.spec.codec import decode, encode
from engine.spec.configuration import IdPool
from engine.spec.container import Container
from engine.spec.event import ObjectKind
from engine.storage import outbox

IDS_EACH = 65536
_SHORTEST_PREFIX = 1


def insert(tx: sqlite3.Connection, container: Container) -> Container:
    """Add a new container; raise NameInUse when its space has the name already."""
    name = container.spec.name
    taken = tx.execute(
        "SELECT id FROM containers WHERE space = ? AND name = ?", (container.space, name)
    ).fetchone()
    if taken is not None:
        raise NameInUse(kind="container", name=name, holder=f"container {taken['id'][:12]}")
    stored = _with_event(tx, container, "create")
    tx.execute(
        "INSERT INTO containers (id, space, name, image_id, state, record) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            stored.id,
            stored.space,
            name,
            stored.image_id,
            stored.state,
            encode(stored).decode(),
        ),
    )
    return stored


def save(tx: sqlite3.Connection, container: Container, action: str) -> Container:
    """Write a changed container and its event; return it with its new version."""
    stored = _with_event(tx, container, action)
    tx.execute(
        "UPDATE containers SET state = ?, record = ? WHERE id = ?",
        (stored.state, encode(stored).decode(), stored.id),
    )
    return stored


def delete(tx: sqlite3.Connection, container: Container) -> None:
    """Forget a container, its id range and its name."""
    tx.execute("DELETE FROM id_ranges WHERE container_id = ?", (container.id,))
    tx.execute("DELETE FROM containers WHERE id = ?", (container.id,))
    outbox.append(
        tx,
        space=container.space,
        kind=ObjectKind.CONTAINER,
        id=container.id,
        action="destroy",
        payload=None,
    )


def get(connection: sqlite3.Connection, space: str, reference: str) -> Container:
    """Return the container with that id, name or id prefix, in this order."""
    row = connection.execute(
        "SELECT record FROM containers WHERE space = ? AND (id = ? OR name = ?) "
        "ORDER BY id = ? DESC",
        (space, reference, reference, reference),
    ).fetchone()
    if row is not None:
        return decode(Container, row["record"])
    rows = connection.execute(
        "SELECT record FROM containers WHERE space = ? AND substr(id, 1, ?) = ? LIMIT 2",
        (space, len(reference), reference),
    ).fetchall()
    if not rows or len(reference) < _SHORTEST_PREFIX:
        raise ContainerNotFound(container=reference)
    if len(rows) > 1:
        raise AmbiguousId(prefix=reference, kind="container")
    return decode(Container, rows[0]["record"])


def everything(connection: sqlite3.Connection, space: str | None) -> list[Container]:
    """Return the containers of one space, or of all, newest first."""
    rows = connection.execute(
        "SELECT record FROM containers WHERE ? IS NULL OR space = ?", (space, space)
    )
    found = [decode(Container, row["record"]) for row in rows]
    return sorted(found, key=lambda container: -container.created_at)


def by_id(connection: sqlite3.Connection, container_id: str) -> Container | None:
    """Return the container with this very id, in any space."""
    row = connection.execute(
        "SELECT record FROM containers WHERE id = ?", (container_id,)
    ).fetchone()
    return None if row is None else decode(Container, row["record"])


def exists(connection: sqlite3.Connection, container_id: str) -> bool:
    """Say whether a container has this very id, in any space."""
    row = connection.execute("SELECT 1 FROM containers WHERE id = ?", (container_id,)).fetchone()
    return row is not None


def generation(connection: sqlite3.Connection, container_id: str) -> int:
    """Return how often the container was started."""
    row = connection.execute(
        "SELECT generation FROM containers WHERE id = ?", (container_id,)
    ).fetchone()
    return int(row["generation"]) if row else 0


def next_generation(tx: sqlite3.Connection, container_id: str) -> int:
    """Count one more start, so that records of earlier ones are not taken for this one's."""
    tx.execute("UPDATE containers SET generation = generation + 1 WHERE id = ?", (container_id,))
    return generation(tx, container_id)


def lease_ids(tx: sqlite3.Connection, pool: IdPool, container_id: str) -> int:
    """Return the first of 65,536 ids, now the container's; IdPoolExhausted if none is left."""
    taken = {row["base"] for row in tx.execute("SELECT base FROM id_ranges")}
    for base in range(pool.first, pool.first + pool.size - IDS_EACH + 1, IDS_EACH):
        if base not in taken:
            tx.execute("INSERT INTO id_ranges VALUES (?, ?)", (base, container_id))
            return base
    raise IdPoolExhausted(pool=f"{pool.first}+{pool.size}")


def _with_event(tx: sqlite3.Connection, container: Container, action: str) -> Container:
    version = outbox.append(
        tx,
        space=container.space,
        kind=ObjectKind.CONTAINER,
        id=container.id,
        action=action,
        payload=container,
    )
    return replace(container, version=version)
