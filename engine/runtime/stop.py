"""stop and kill: ending a container's program, gently or not."""

from __future__ import annotations

import signal

from engine.errors import ContainerStateConflict
from engine.linux import syscalls
from engine.linux.processes import is_alive
from engine.runtime.ending import await_exit, await_record, look, settle
from engine.runtime.host import Host
from engine.runtime.validate import signal_number
from engine.spec.container import Container, ContainerState
from engine.storage import containers


def stop(host: Host, space: str, reference: str, timeout: float | None = None) -> Container:
    """Ask the program to end, kill it after *timeout* seconds, and return the container exited.

    Without a timeout the specification's is taken. A container that does not run is returned as
    it is.
    """
    container = settled(host, find(host, space, reference))
    if container.state is not ContainerState.RUNNING:
        return container
    grace = container.spec.stop_timeout if timeout is None else timeout
    _signal(host, container, signal_number(stop_signal(host, container)))
    if not await_exit(host, container, grace):
        _signal(host, container, signal.SIGKILL)
        await_exit(host, container, None)
    return settled(host, container)


def kill(host: Host, space: str, reference: str, name: str = "KILL") -> Container:
    """Send the program a signal; return the container exited when that was KILL."""
    number = signal_number(name)
    container = settled(host, find(host, space, reference))
    if container.state is not ContainerState.RUNNING:
        raise ContainerStateConflict(
            container=container.spec.name,
            state=container.state,
            verb="send a signal to",
            hint="; it must be running",
        )
    _signal(host, container, number)
    if number != signal.SIGKILL:
        return container
    await_record(host, container)
    return settled(host, container)


def stop_signal(host: Host, container: Container) -> str:
    """Return the signal that asks this container to end: its own, its image's, or TERM."""
    if container.spec.stop_signal:
        return container.spec.stop_signal
    return host.images.kept(container).config.stop_signal or "TERM"


def settled(host: Host, container: Container) -> Container:
    """Return the container once its state is in line with its records."""
    with host.locked(container.id):
        return settle(host, find(host, container.space, container.id))


def find(host: Host, space: str, reference: str) -> Container:
    """Return the container of *space* that *reference* names."""
    with host.database.reading() as connection:
        return containers.get(connection, space, reference)


def _signal(host: Host, container: Container, number: int) -> None:
    """Send a signal to the first process, by descriptor: its pid may be somebody else's by now."""
    record = look(host, container).record
    if record is None:
        return
    try:
        pidfd = syscalls.pidfd_open(record.init_pid)
    except ProcessLookupError:
        return
    with open(pidfd, "rb", buffering=0):
        if is_alive(record.init_pid, record.init_start):
            syscalls.pidfd_send_signal(pidfd, number)
