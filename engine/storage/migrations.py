"""The schema of the engine's state, one step a release; each package describes its own tables."""

from __future__ import annotations

from engine.images.schema import SCHEMA as IMAGES
from engine.network.schema import SCHEMA as NETWORKS

_CONTAINERS = """
CREATE TABLE containers (
    id TEXT PRIMARY KEY,
    space TEXT NOT NULL,
    name TEXT NOT NULL,
    image_id TEXT NOT NULL,
    state TEXT NOT NULL,
    generation INTEGER NOT NULL DEFAULT 0,
    record TEXT NOT NULL,
    UNIQUE (space, name)
) STRICT;
CREATE INDEX containers_by_image ON containers (image_id);
CREATE TABLE id_ranges (
    base INTEGER PRIMARY KEY,
    container_id TEXT NOT NULL UNIQUE
) STRICT
"""

_IDENTITY = """
CREATE TABLE identity (
    epoch TEXT NOT NULL
) STRICT;
INSERT INTO identity VALUES (lower(hex(randomblob(16))))
"""

_OUTBOX = """
CREATE TABLE outbox (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    space TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    action TEXT NOT NULL,
    time INTEGER NOT NULL,
    payload TEXT NOT NULL
) STRICT
"""

_CLAIMS = """
CREATE TABLE claims (
    operation_id TEXT PRIMARY KEY,
    attempt INTEGER NOT NULL,
    state TEXT NOT NULL,
    owner_pid INTEGER NOT NULL,
    owner_start INTEGER NOT NULL,
    result TEXT NOT NULL,
    updated INTEGER NOT NULL
) STRICT
"""


def _statements(*scripts: str) -> tuple[str, ...]:
    return tuple(
        statement.strip()
        for script in scripts
        for statement in script.split(";")
        if statement.strip()
    )


MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _statements(_IDENTITY, _CONTAINERS, IMAGES, NETWORKS, _OUTBOX, _CLAIMS),
)
"""Step n brings a database from user_version n to n+1; published steps never change."""
