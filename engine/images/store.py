"""The images of an engine: pull, load, look up, remove; each space sees only its own."""

from __future__ import annotations

import builtins
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from engine.errors import ImageHasSeveralTags, ImageInUse
from engine.images import records
from engine.images.collect import collect
from engine.images.content import ContentStore
from engine.images.load import load_archive
from engine.images.pull import PullRequest, pull_image
from engine.spec.configuration import EngineConfiguration
from engine.spec.container import Container
from engine.spec.image import Image, LayerProgress, RegistryAuth
from engine.spec.reference import parse_reference
from engine.storage.database import Database


class ImageStore:
    """All that spaces do with images; safe to use from several processes and threads at once."""

    def __init__(self, configuration: EngineConfiguration, database: Database) -> None:
        self._configuration = configuration
        self._database = database
        self._content = ContentStore(configuration)
        self.collect()

    def pull(
        self,
        space: str,
        reference: str,
        *,
        auth: RegistryAuth | None = None,
        progress: Callable[[LayerProgress], None],
        cancelled: Callable[[], bool],
    ) -> Image:
        """Fetch *reference* and give it to *space*.

        *progress* and *cancelled* are called in the caller's thread, every tenth of a second.
        Nothing is kept of a pull that fails or is cancelled.
        """
        try:
            return pull_image(
                self._configuration,
                self._content,
                self._database,
                PullRequest(
                    space=space,
                    reference=parse_reference(reference),
                    auth=auth,
                    progress=progress,
                    cancelled=cancelled,
                ),
            )
        finally:
            # A collection that this pull held off is made up for here.
            self.collect()

    def load(self, space: str, archive: BinaryIO) -> tuple[Image, ...]:
        """Give *space* the images of a docker-save archive or OCI layout, compressed or not."""
        try:
            return load_archive(self._content, self._database, space, archive)
        finally:
            self.collect()

    def get(self, space: str, reference_or_id: str) -> Image:
        """Return an image by reference, id or unambiguous start of an id."""
        with self._database.reading() as connection:
            image_id = records.find_image(connection, space, reference_or_id)
            return records.read_image(connection, space, image_id)

    def kept(self, container: Container) -> Image:
        """Return the image of a container, which keeps it even past a forced removal."""
        with self._database.reading() as connection:
            return records.read_kept_image(connection, container.space, container.image_id)

    def require(self, tx: sqlite3.Connection, space: str, image_id: str) -> None:
        """Raise ImageNotFound unless *space* may use the image, as of this transaction."""
        records.read_image(tx, space, image_id)

    def list(self, space: str) -> tuple[Image, ...]:
        """Return the images of *space*, by id."""
        with self._database.reading() as connection:
            return tuple(
                records.read_image(connection, space, image_id)
                for image_id in sorted(records.granted_images(connection, space))
            )

    def everything(self) -> tuple[Image, ...]:
        """Return the images of all spaces."""
        with self._database.reading() as connection:
            spaces = connection.execute("SELECT DISTINCT space FROM image_grants").fetchall()
            return tuple(
                records.read_image(connection, row["space"], image_id)
                for row in spaces
                for image_id in records.granted_images(connection, row["space"])
            )

    def remove(self, space: str, reference_or_id: str, *, force: bool = False) -> None:
        """Take a name from an image, and the image from *space* with its last one.

        With *force*, containers that use it keep its content until they are gone.
        """
        with self._database.transaction() as tx:
            image_id = records.find_image(tx, space, reference_or_id)
            image = records.read_image(tx, space, image_id)
            name = _name(image, reference_or_id)
            if name is not None and _others(image, name):
                records.remove_name(tx, space, name)
                records.announce(tx, space, image_id, "untag")
                return
            if not force:
                _check_unused(tx, image, reference_or_id, by_id=name is None)
            records.revoke(tx, space=space, image_id=image_id)
        self.collect()

    def collect(self) -> bool:
        """Remove what killed pulls left and what nothing uses; False while a pull is under way."""
        self._content.sweep()
        return collect(self._database, self._content)

    def lower_directories(self, image: Image) -> tuple[Path, ...]:
        """Return the trees of the image's layers, topmost first."""
        return tuple(self._content.snapshot(layer.chain_id) for layer in reversed(image.layers))


def _name(image: Image, text: str) -> str | None:
    """Return which of the image's names *text* is; None for an id."""
    if text.startswith("sha256:"):
        return None
    names: builtins.list[str] = [*image.tags, *image.digests]
    if len(text) == 64 and f"sha256:{text}" == image.id:
        return None
    reference = str(parse_reference(text))
    return reference if reference in names else None


def _others(image: Image, name: str) -> builtins.list[str]:
    # Digests go with the last tag, but not the other way round.
    names = image.tags if name in image.tags else (*image.tags, *image.digests)
    return [other for other in names if other != name]


def _check_unused(tx: sqlite3.Connection, image: Image, text: str, *, by_id: bool) -> None:
    if by_id and len(image.tags) > 1:
        raise ImageHasSeveralTags(image=text, tags=", ".join(image.tags))
    row = tx.execute(
        "SELECT name FROM containers WHERE space = ? AND image_id = ? ORDER BY name",
        (image.space, image.id),
    ).fetchone()
    if row is not None:
        raise ImageInUse(reference=text, container=row["name"])
