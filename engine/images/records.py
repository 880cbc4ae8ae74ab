"""Images as rows: what is stored once, and what each space was given of it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.errors import AmbiguousId, ImageNotFound
from engine.images.configuration import Configuration
from engine.spec.codec import from_plain, to_plain
from engine.spec.event import ObjectKind
from engine.spec.image import Image, ImageConfig, Layer
from engine.spec.reference import parse_reference
from engine.storage import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredImage:
    """An image whose content is in place, and what its manifest is."""

    configuration: Configuration
    manifest_digest: str
    media_type: str
    layers: tuple[Layer, ...]


def save_image(tx: sqlite3.Connection, image: StoredImage, blobs: dict[str, int]) -> None:
    """Write down an image, its layers and the sizes of its *blobs*; what is there stays."""
    now = time.time_ns()
    configuration = image.configuration
    image_id = configuration.digest
    tx.executemany(
        "INSERT OR IGNORE INTO blobs VALUES (?, ?, ?)",
        [(digest, size, now) for digest, size in blobs.items()],
    )
    tx.executemany(
        "INSERT OR IGNORE INTO snapshots VALUES (?, ?, ?, ?)",
        [(layer.chain_id, layer.diff_id, layer.unpacked_size, now) for layer in image.layers],
    )
    cursor = tx.execute(
        "INSERT OR IGNORE INTO images VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            image_id,
            image.manifest_digest,
            image.media_type,
            configuration.platform.architecture,
            configuration.platform.os,
            configuration.created,
            json.dumps(to_plain(configuration.config)),
        ),
    )
    if cursor.rowcount:
        tx.executemany(
            "INSERT INTO image_layers VALUES (?, ?, ?, ?, ?, ?)",
            [
                (image_id, position, layer.digest, layer.diff_id, layer.chain_id, layer.size)
                for position, layer in enumerate(image.layers)
            ],
        )


def grant(
    tx: sqlite3.Connection,
    *,
    space: str,
    image_id: str,
    action: str,
    tags: Iterable[str] = (),
    digests: Iterable[str] = (),
) -> Image:
    """Let *space* use an image under *tags* and *digests*; an image that loses a tag says so."""
    tx.execute("INSERT OR IGNORE INTO image_grants VALUES (?, ?, 0)", (space, image_id))
    losers = []
    for tag in tags:
        owner = find_tag(tx, space, tag)
        if owner is not None and owner != image_id:
            losers.append(owner)
        tx.execute("INSERT OR REPLACE INTO image_tags VALUES (?, ?, ?)", (space, tag, image_id))
    tx.executemany(
        "INSERT OR IGNORE INTO image_digests VALUES (?, ?, ?)",
        [(space, digest, image_id) for digest in digests],
    )
    for loser in dict.fromkeys(losers):
        announce(tx, space, loser, "untag")
    return announce(tx, space, image_id, action)


def revoke(tx: sqlite3.Connection, *, space: str, image_id: str) -> None:
    """Take an image from *space*, with its names there."""
    for table in ("image_tags", "image_digests", "image_grants"):
        tx.execute(f"DELETE FROM {table} WHERE space = ? AND image_id = ?", (space, image_id))  # noqa: S608
    outbox.append(
        tx, space=space, kind=ObjectKind.IMAGE, id=image_id, action="delete", payload=None
    )


def remove_name(tx: sqlite3.Connection, space: str, name: str) -> None:
    """Forget a tag or digest of *space*."""
    for table in ("image_tags", "image_digests"):
        tx.execute(f"DELETE FROM {table} WHERE space = ? AND reference = ?", (space, name))  # noqa: S608


def announce(tx: sqlite3.Connection, space: str, image_id: str, action: str) -> Image:
    """Append an image's event and return the image at its new version."""
    image = read_image(tx, space, image_id)
    version = outbox.append(
        tx, space=space, kind=ObjectKind.IMAGE, id=image_id, action=action, payload=image
    )
    tx.execute(
        "UPDATE image_grants SET version = ? WHERE space = ? AND image_id = ?",
        (version, space, image_id),
    )
    return replace(image, version=version)


def read_image(connection: sqlite3.Connection, space: str, image_id: str) -> Image:
    """Return an image that *space* was given, or raise ImageNotFound."""
    row = connection.execute(
        "SELECT images.*, version FROM images JOIN image_grants ON image_id = images.id"
        " WHERE images.id = ? AND space = ?",
        (image_id, space),
    ).fetchone()
    if row is None:
        raise ImageNotFound(reference=image_id)
    return _image(connection, space, row)


def read_kept_image(connection: sqlite3.Connection, space: str, image_id: str) -> Image:
    """Return an image that a container keeps, also after *space* lost it by a forced removal."""
    row = connection.execute(
        "SELECT images.*, 0 AS version FROM images WHERE images.id = ?", (image_id,)
    ).fetchone()
    if row is None:
        raise ImageNotFound(reference=image_id)
    return _image(connection, space, row)


def _image(connection: sqlite3.Connection, space: str, row: sqlite3.Row) -> Image:
    image_id = row["id"]
    layers = read_layers(connection, image_id)
    return Image(
        id=image_id,
        space=space,
        tags=_names(connection, "image_tags", space, image_id),
        digests=_names(connection, "image_digests", space, image_id),
        manifest_digest=row["manifest_digest"],
        media_type=row["media_type"],
        architecture=row["architecture"],
        os=row["os"],
        created=row["created"],
        size=sum(layer.unpacked_size for layer in layers),
        config=from_plain(ImageConfig, json.loads(row["config"])),
        layers=layers,
        version=row["version"],
    )


def read_layers(connection: sqlite3.Connection, image_id: str) -> tuple[Layer, ...]:
    """Return the layers of an image, bottom first."""
    rows = connection.execute(
        "SELECT image_layers.*, snapshots.size AS unpacked FROM image_layers"
        " JOIN snapshots USING (chain_id) WHERE image_id = ? ORDER BY position",
        (image_id,),
    )
    return tuple(
        Layer(
            digest=row["digest"],
            diff_id=row["diff_id"],
            chain_id=row["chain_id"],
            size=row["size"],
            unpacked_size=row["unpacked"],
        )
        for row in rows
    )


def granted_spaces(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the spaces that have any image."""
    rows = connection.execute("SELECT DISTINCT space FROM image_grants ORDER BY space")
    return tuple(row["space"] for row in rows)


def granted_images(connection: sqlite3.Connection, space: str) -> list[str]:
    """Return the ids of the images that *space* may use."""
    rows = connection.execute("SELECT image_id FROM image_grants WHERE space = ?", (space,))
    return [row["image_id"] for row in rows]


def granted_layers(connection: sqlite3.Connection, space: str) -> dict[tuple[str, str], Layer]:
    """Return what *space* has unpacked already, by blob digest and chain id."""
    layers = {}
    for image_id in granted_images(connection, space):
        for layer in read_layers(connection, image_id):
            layers[layer.digest, layer.chain_id] = layer
    return layers


def find_tag(connection: sqlite3.Connection, space: str, tag: str) -> str | None:
    """Return the id of the image that *tag* names in *space*."""
    row = connection.execute(
        "SELECT image_id FROM image_tags WHERE space = ? AND reference = ?", (space, tag)
    ).fetchone()
    return None if row is None else str(row["image_id"])


def find_image(connection: sqlite3.Connection, space: str, text: str) -> str:
    """Return the id that a reference, a full id or the start of one means in *space*."""
    found = _find_by_name(connection, space, text)
    if found is not None:
        return found
    prefix = text.removeprefix("sha256:")
    if not prefix or not set(prefix) <= set("0123456789abcdef"):
        raise ImageNotFound(reference=text)
    fitting = [
        image_id
        for image_id in granted_images(connection, space)
        if image_id.startswith(f"sha256:{prefix}")
    ]
    if len(fitting) > 1:
        raise AmbiguousId(prefix=text, kind="image")
    if not fitting:
        raise ImageNotFound(reference=text)
    return fitting[0]


def _find_by_name(connection: sqlite3.Connection, space: str, text: str) -> str | None:
    if text.startswith("sha256:") or (len(text) == 64 and set(text) <= set("0123456789abcdef")):
        return None
    reference = parse_reference(text)
    if reference.digest is None:
        return find_tag(connection, space, reference.tagged)
    row = connection.execute(
        "SELECT image_id FROM image_digests WHERE space = ? AND reference = ?",
        (space, str(reference)),
    ).fetchone()
    return None if row is None else str(row["image_id"])


def _names(
    connection: sqlite3.Connection, table: str, space: str, image_id: str
) -> tuple[str, ...]:
    rows = connection.execute(
        f"SELECT reference FROM {table} WHERE space = ? AND image_id = ? ORDER BY reference",  # noqa: S608
        (space, image_id),
    )
    return tuple(row["reference"] for row in rows)
