"""What no space and no container uses goes: first the rows, then the files."""

from __future__ import annotations

import sqlite3

from engine.images.content import ContentStore
from engine.storage.database import Database

_UNUSED_IMAGES = """
DELETE FROM images
WHERE id NOT IN (SELECT image_id FROM image_grants)
  AND id NOT IN (SELECT image_id FROM containers)
"""
_UNUSED_SNAPSHOTS = """
DELETE FROM snapshots WHERE chain_id NOT IN (SELECT chain_id FROM image_layers)
"""
_UNUSED_BLOBS = """
DELETE FROM blobs
WHERE digest NOT IN (SELECT digest FROM image_layers)
  AND digest NOT IN (SELECT id FROM images)
  AND digest NOT IN (SELECT manifest_digest FROM images)
"""


def collect(database: Database, content: ContentStore) -> bool:
    """Remove unused images, layers and blobs; False while a pull or load is under way."""
    with content.collecting() as alone:
        if not alone:
            return False
        with database.transaction() as tx:
            for statement in (_UNUSED_IMAGES, _UNUSED_SNAPSHOTS, _UNUSED_BLOBS):
                tx.execute(statement)
            digests = _column(tx, "SELECT digest FROM blobs")
            chain_ids = _column(tx, "SELECT chain_id FROM snapshots")
        content.remove_unlisted(digests=digests, chain_ids=chain_ids)
        return True


def _column(connection: sqlite3.Connection, statement: str) -> set[str]:
    return {str(row[0]) for row in connection.execute(statement)}
