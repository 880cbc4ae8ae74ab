"""reconcile: after anything of ours died, the state says again what is there."""

from __future__ import annotations

from engine.errors import ContainerNotFound
from engine.runtime.ending import settle
from engine.runtime.host import Host
from engine.runtime.stop import find
from engine.spec.container import Container
from engine.storage import containers
from engine.storage.remove import remove_tree


def reconcile(host: Host, container_id: str) -> Container | None:
    """Settle one container by its id, in whatever space; None if it is gone."""
    with host.database.reading() as connection:
        found = containers.by_id(connection, container_id)
    if found is None:
        return None
    with host.locked(container_id):
        try:
            return settle(host, find(host, found.space, container_id))
        except ContainerNotFound:
            return None


def reconcile_all(host: Host) -> None:
    """Settle every container, and remove what a create or remove that died left on disk."""
    with host.database.reading() as connection:
        known = containers.everything(connection, None)
    for container in known:
        reconcile(host, container.id)
    _sweep(host)
    host.images.collect()


def _sweep(host: Host) -> None:
    for doomed in host.paths.temporary.glob("removed-*"):
        container_id = doomed.name.removeprefix("removed-")
        with host.locked(container_id):
            with host.database.transaction() as tx:
                left = containers.by_id(tx, container_id)
                if left is not None:
                    host.networks.release(tx, container_id)
                    containers.delete(tx, left)
            remove_tree(doomed)
    for folder in host.paths.containers.iterdir():
        with host.locked(folder.name), host.database.reading() as connection:
            if not containers.exists(connection, folder.name):
                remove_tree(folder)
