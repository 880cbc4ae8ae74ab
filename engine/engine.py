"""The engine: one method a use case, each in one space."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

from engine.cgroups import Hierarchy
from engine.images.store import ImageStore
from engine.logs import reader
from engine.logs.reader import LogEntry, LogQuery
from engine.network.manager import NetworkManager
from engine.registry import check as registry_check
from engine.runtime import create as create_verb
from engine.runtime import ending, inventory
from engine.runtime import reconcile as reconcile_verb
from engine.runtime import remove as remove_verb
from engine.runtime import start as start_verb
from engine.runtime import stop as stop_verb
from engine.runtime.client import Launcher
from engine.runtime.context import LauncherReport
from engine.runtime.host import Host
from engine.runtime.inventory import Inventory
from engine.spec.configuration import EngineConfiguration
from engine.spec.container import Container, ContainerSpec, ContainerState
from engine.spec.event import Event, ObjectKind
from engine.spec.image import Image, LayerProgress, RegistryAuth
from engine.spec.network import Network
from engine.storage import claims, containers, outbox
from engine.storage.claims import Claim, ClaimOutcome, ClaimState
from engine.storage.database import Database
from engine.storage.overlay import OverlayWay
from engine.storage.paths import EnginePaths


class Engine:
    """One engine instance seen from one space; cheap to make, safe in threads and after a fork."""

    def __init__(
        self,
        configuration: EngineConfiguration,
        *,
        space: str = "default",
        overlay: OverlayWay | None = None,
    ) -> None:
        paths = EnginePaths(configuration)
        paths.create()
        database = Database(paths.state)
        self.space = space
        self._host = Host(
            configuration=configuration,
            paths=paths,
            database=database,
            images=ImageStore(configuration, database),
            networks=NetworkManager(configuration, database),
            launcher=Launcher(configuration, overlay),
            hierarchy=Hierarchy.detect(),
        )

    def within(self, space: str) -> Engine:
        """Return this engine seen from another space."""
        other = Engine.__new__(Engine)
        other.space = space
        other._host = self._host  # noqa: SLF001  (its own kind)
        return other

    # --- containers ---

    def create(self, spec: ContainerSpec, container_id: str | None = None) -> Container:
        """Create a container; see runtime/create.py."""
        return create_verb.create(self._host, self.space, spec, container_id)

    def start(self, reference: str) -> Container:
        """Start a container; see runtime/start.py."""
        return start_verb.start(self._host, self.space, reference)

    def stop(self, reference: str, timeout: float | None = None) -> Container:
        """Ask the program to end, and kill it after *timeout* seconds."""
        return stop_verb.stop(self._host, self.space, reference, timeout)

    def kill(self, reference: str, signal: str = "KILL") -> Container:
        """Send the program a signal."""
        return stop_verb.kill(self._host, self.space, reference, signal)

    def restart(self, reference: str, timeout: float | None = None) -> Container:
        """Stop a container if it runs, then start it."""
        self.stop(reference, timeout)
        return self.start(reference)

    def remove(self, reference: str, *, force: bool = False) -> None:
        """Remove a container with all it had."""
        remove_verb.remove(self._host, self.space, reference, force=force)

    def container(self, reference: str) -> Container:
        """Return one container by id, name or id prefix."""
        return stop_verb.find(self._host, self.space, reference)

    def containers(self) -> list[Container]:
        """Return the space's containers, newest first."""
        with self._host.database.reading() as connection:
            return containers.everything(connection, self.space)

    def wait(self, reference: str, timeout: float | None = None) -> Container:
        """Wait until it does not run, at most *timeout* seconds; return it as it is then."""
        container = self.container(reference)
        if container.state is ContainerState.RUNNING:
            ending.await_exit(self._host, container, timeout)
            container = stop_verb.settled(self._host, container)
        return container

    def logs(self, reference: str, query: LogQuery | None = None) -> Iterator[LogEntry]:
        """Yield what the container has printed."""
        container = self.container(reference)
        return reader.read(self._host.container(container.id).log, query or LogQuery())

    def follow_logs(
        self, reference: str, query: LogQuery, wait: Callable[[float], bool]
    ) -> Iterator[LogEntry]:
        """Yield what the container printed and prints, until it ends.

        *wait* sleeps for the seconds it is given and returns whether to stop at once.
        """
        container = self.container(reference)

        def ended() -> bool:
            return not ending.look(self._host, container).running

        path = self._host.container(container.id).log
        return reader.follow(path, query, ended=ended, wait=wait)

    # --- images ---

    def pull(
        self,
        reference: str,
        *,
        auth: RegistryAuth | None = None,
        progress: Callable[[LayerProgress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Image:
        """Fetch an image from its registry; see images/store.py."""
        return self._host.images.pull(
            self.space, reference, auth=auth, progress=progress, cancelled=cancelled
        )

    def load(self, archive: BinaryIO) -> tuple[Image, ...]:
        """Take in the images of a `docker save` or OCI layout archive."""
        return self._host.images.load(self.space, archive)

    def image(self, reference: str) -> Image:
        """Return one image by reference, id or id prefix."""
        return self._host.images.get(self.space, reference)

    def images(self) -> tuple[Image, ...]:
        """Return the images that the space may use."""
        return self._host.images.list(self.space)

    def remove_image(self, reference: str, *, force: bool = False) -> None:
        """Untag an image, and drop it with its last tag."""
        self._host.images.remove(self.space, reference, force=force)

    def check_registry(self, registry: str, *, auth: RegistryAuth | None = None) -> None:
        """Return if a registry is there and takes *auth*; see registry/check.py."""
        registry_check.check(self._host.configuration, registry, auth)

    # --- networks ---

    def networks(self) -> tuple[Network, ...]:
        """Return the space's networks."""
        return tuple(self._host.networks.list(self.space))

    # --- the host's own affairs, over all spaces ---

    def reconcile(self, container_id: str | None = None) -> None:
        """Bring the state in line with what is there, for one container or for all."""
        if container_id is None:
            reconcile_verb.reconcile_all(self._host)
        else:
            reconcile_verb.reconcile(self._host, container_id)

    def restore(self) -> None:
        """Make bridges and packet rules anew from the state, as after a boot."""
        self._host.networks.restore()

    def inventory(self) -> Inventory:
        """Return all there is, with the outbox position it is true at."""
        return inventory.take(self._host)

    def ensure_launcher(self) -> LauncherReport:
        """Start the launcher unless it runs; return what it found this kernel can do."""
        self._host.launcher.ensure()
        return self._host.launcher.report()

    def shut_down(self) -> None:
        """End every container; remove all this instance made on the machine but its home."""
        reconcile_verb.reconcile_all(self._host)
        with self._host.database.reading() as connection:
            everything = containers.everything(connection, None)
        running = [each for each in everything if each.state is ContainerState.RUNNING]
        # At once: each may take all of its grace.
        with ThreadPoolExecutor(max_workers=len(running) or 1) as threads:
            list(threads.map(lambda each: self.within(each.space).stop(each.id), running))
        for container in everything:
            ending.await_exit(self._host, container, None)
        self._host.launcher.stop()
        self._host.networks.destroy_all()
        self._host.remove_cgroups()

    # --- operations and events ---

    def claim(self, operation_id: str, tell: Callable[[Claim], object] | None = None) -> Claim:
        """Take an operation for this process, or learn how it ended or that it is held.

        What *tell* makes of a claim that was taken becomes the payload of an event.
        """
        with self._host.database.transaction() as tx:
            claim = claims.take(tx, operation_id)
            if tell is not None and claim.outcome is ClaimOutcome.TAKEN:
                self._tell(tx, operation_id, claim.state, tell(claim))
            return claim

    def finish(self, operation_id: str, state: ClaimState, result: object, stored: str) -> None:
        """Store how an operation ended, and tell of it, in one transaction.

        *result* becomes the event's payload; *stored* is what a message that comes again gets.
        """
        with self._host.database.transaction() as tx:
            claims.finish(tx, operation_id, state, stored)
            self._tell(tx, operation_id, state, result)

    def abandoned(self) -> list[str]:
        """Return the operations whose process died with them unfinished."""
        with self._host.database.reading() as connection:
            return claims.unfinished(connection)

    def events(self, after: int, limit: int = 500) -> list[Event]:
        """Return the events past sequence *after*, oldest first."""
        with self._host.database.reading() as connection:
            return outbox.read(connection, after=after, limit=limit)

    def position(self) -> int:
        """Return the sequence of the newest event ever written."""
        with self._host.database.reading() as connection:
            return outbox.position(connection)

    def forget_operations(self, *, before: int) -> None:
        """Drop what is stored of operations that ended before *before* (nanoseconds)."""
        with self._host.database.transaction() as tx:
            claims.forget(tx, before=before)

    def trim_events(self, through: int) -> None:
        """Forget the events that the platform has."""
        with self._host.database.transaction() as tx:
            outbox.trim(tx, through=through)

    def _tell(
        self, tx: sqlite3.Connection, operation_id: str, state: ClaimState, payload: object
    ) -> None:
        outbox.append(
            tx,
            space=self.space,
            kind=ObjectKind.OPERATION,
            id=operation_id,
            action=state.value,
            payload=payload,
        )
