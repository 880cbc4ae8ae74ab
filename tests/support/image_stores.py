"""An image store in a home of the test's own, and what it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.images.store import ImageStore
from engine.spec.configuration import EngineConfiguration
from engine.spec.event import Event
from engine.spec.image import Image, LayerProgress, RegistryAuth
from engine.storage import outbox
from engine.storage.database import Database
from engine.storage.paths import EnginePaths


@dataclass
class StoreUnderTest:
    """An image store, its database, and the progress that its pulls told."""

    store: ImageStore
    database: Database
    root: Path
    told: list[LayerProgress] = field(default_factory=list)

    def pull(
        self,
        reference: str,
        *,
        space: str = "default",
        auth: RegistryAuth | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Image:
        return self.store.pull(
            space, reference, auth=auth, progress=self.told.append, cancelled=cancelled
        )

    def content(self) -> list[str]:
        """Return all blobs, snapshots and half-done work on the disk, relative to the root."""
        folders = ("blobs/sha256", "snapshots", "tmp")
        return [
            str(path.relative_to(self.root))
            for folder in folders
            for path in sorted((self.root / folder).iterdir())
        ]

    def rows(self) -> dict[str, int]:
        """Return how many rows each table of images has, leaving out empty ones."""
        tables = ("blobs", "snapshots", "images", "image_layers", "image_grants", "image_tags")
        with self.database.reading() as connection:
            counts = {
                table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
                for table in (*tables, "image_digests", "outbox")
            }
        return {table: count for table, count in counts.items() if count}

    def events(self) -> list[Event]:
        with self.database.reading() as connection:
            return outbox.read(connection, after=0, limit=1000)

    def is_empty(self) -> bool:
        """Whether nothing at all was kept."""
        return not self.content() and not self.rows()


def open_store(home: Path, **configuration: Any) -> StoreUnderTest:
    """Open the image store in *home*; several of them may be open at once."""
    found = EngineConfiguration(home=home, **configuration)
    paths = EnginePaths(found)
    paths.create()
    database = Database(paths.state)
    return StoreUnderTest(ImageStore(found, database), database, paths.root)
