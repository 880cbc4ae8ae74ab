"""remove: nothing of the container is left, on disk or in the kernel."""

from __future__ import annotations

from engine.errors import ContainerStateConflict
from engine.runtime.ending import await_exit, settle
from engine.runtime.host import Host
from engine.runtime.stop import find, kill, settled
from engine.spec.container import Container, ContainerState
from engine.storage import containers
from engine.storage.remove import remove_tree

_SHIM_SECONDS = 10.0


def remove(host: Host, space: str, reference: str, *, force: bool = False) -> None:
    """Remove a container that does not run, or any with *force* (killed first).

    Its name and id go in one transaction; files follow, and what a crash leaves of them the next
    sweep removes.
    """
    container = settled(host, find(host, space, reference))
    if container.state is ContainerState.RUNNING:
        if not force:
            raise ContainerStateConflict(
                container=container.spec.name,
                state=container.state,
                verb="remove",
                hint="; stop it first, or force",
            )
        container = kill(host, space, container.id)
    await_exit(host, container, _SHIM_SECONDS)
    with host.locked(container.id):
        container = settle(host, find(host, space, container.id))
        _remove(host, container)
    (host.paths.run / "locks" / container.id).unlink(missing_ok=True)


def _remove(host: Host, container: Container) -> None:
    if container.state is ContainerState.RUNNING:
        raise ContainerStateConflict(
            container=container.spec.name,
            state=container.state,
            verb="remove",
            hint="; it was started meanwhile",
        )
    host.cgroup(container.id).remove()
    directory = host.container(container.id).directory
    doomed = host.paths.temporary / f"removed-{container.id}"
    if directory.exists():
        directory.rename(doomed)
    with host.database.transaction() as tx:
        host.networks.release(tx, container.id)
        containers.delete(tx, container)
    if doomed.exists():
        remove_tree(doomed)
