"""How a run's end gets from its shim's record into the state, whoever looks first."""

from __future__ import annotations

import os
import select
import time
from dataclasses import dataclass, replace

from engine.linux import syscalls
from engine.linux.processes import is_alive
from engine.runtime import records
from engine.runtime.host import Host
from engine.spec.codec import decode
from engine.spec.container import Container, ContainerState, PortBinding
from engine.spec.runtime import ExitRecord, RuntimeSpec, ShimRecord
from engine.storage import containers

_RECORD_SECONDS = 10.0
_RECORD_LOOK_SECONDS = 0.0003
_LIVE = (ContainerState.RUNNING, ContainerState.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShimStatus:
    """What the records of the container's present generation say."""

    record: ShimRecord | None
    exit: ExitRecord | None
    shim_alive: bool

    @property
    def running(self) -> bool:
        return self.record is not None and self.exit is None and self.shim_alive


def look(host: Host, container: Container) -> ShimStatus:
    """Read the container's records; those of earlier generations or boots count as absent."""
    with host.database.reading() as connection:
        generation = containers.generation(connection, container.id)
    paths = host.container(container.id)
    # The exit record first: a shim that ends in between leaves one, and is then looked for.
    shim = decode(ShimRecord, data) if (data := records.read(paths.shim)) else None
    if shim is not None and (shim.generation != generation or shim.boot_id != records.boot_id()):
        shim = None
    alive = shim is not None and is_alive(shim.shim_pid, shim.shim_start)
    ended = decode(ExitRecord, data) if (data := records.read(paths.exit)) else None
    if ended is not None and ended.generation != generation:
        ended = None
    return ShimStatus(record=shim, exit=ended, shim_alive=alive)


def settle(host: Host, container: Container) -> Container:
    """Bring the state of a container, whose lock the caller holds, in line with its records."""
    status = look(host, container)
    if status.running and container.state not in _LIVE:
        return _adopt(host, container, status)
    if container.state in _LIVE and not status.running:
        return _record_exit(host, container, status)
    if container.state not in _LIVE and not status.running:
        _release(host, container)
    return container


def await_exit(host: Host, container: Container, timeout: float | None) -> bool:
    """Wait until the container's exit is on record; return whether it came in time."""
    status = look(host, container)
    if not status.running or status.record is None:
        return True
    try:
        shim = syscalls.pidfd_open(status.record.shim_pid)
    except ProcessLookupError:
        return True
    poll = select.poll()
    with open(shim, "rb", buffering=0):
        if not is_alive(status.record.shim_pid, status.record.shim_start):
            return True
        poll.register(shim, select.POLLIN)
        return bool(poll.poll(None if timeout is None else max(0, timeout) * 1000))


def await_record(host: Host, container: Container) -> None:
    """Wait for the record of a program just killed; the shim writes it within milliseconds."""
    deadline = time.monotonic() + _RECORD_SECONDS
    path = os.fspath(host.container(container.id).exit)
    while not os.path.exists(path) and time.monotonic() < deadline:
        time.sleep(_RECORD_LOOK_SECONDS)
        if time.monotonic() > deadline - _RECORD_SECONDS + 1 and not look(host, container).running:
            return


def _adopt(host: Host, container: Container, status: ShimStatus) -> Container:
    """Take over a container whose starter died after its program ran."""
    assert status.record is not None  # noqa: S101  (narrowing: running implies it)
    with host.database.transaction() as tx:
        now = replace(
            container,
            state=ContainerState.RUNNING,
            started_at=status.record.started_at,
            finished_at=0,
            exit_code=None,
            error="",
            pid=status.record.init_pid,
            endpoints=host.networks.endpoints(tx, container.id),
            ports=_bound_ports(host, container),
        )
        return containers.save(tx, now, "start")


def _record_exit(host: Host, container: Container, status: ShimStatus) -> Container:
    if status.exit is not None:
        now = replace(
            container,
            state=ContainerState.EXITED,
            finished_at=status.exit.finished_at,
            exit_code=status.exit.exit_code,
            oom_killed=status.exit.oom_killed,
        )
    else:
        host.cgroup(container.id).kill()
        now = replace(
            container,
            state=ContainerState.EXITED,
            finished_at=time.time_ns(),
            exit_code=None,
            error="its shim ended without a record (killed, or the host restarted)",
        )
    _disconnect(host, container)
    with host.database.transaction() as tx:
        host.networks.release(tx, container.id)
        return containers.save(tx, replace(now, pid=0, endpoints=(), ports=()), "die")


def _disconnect(host: Host, container: Container) -> None:
    for endpoint in container.endpoints:
        host.networks.disconnect(
            container_id=container.id, endpoint=endpoint, bindings=container.ports
        )


def _bound_ports(host: Host, container: Container) -> tuple[PortBinding, ...]:
    """Return the ports of the run that was begun last, as its starter wrote them down."""
    data = records.read(host.container(container.id).spec)
    return () if data is None else decode(RuntimeSpec, data).ports


def _release(host: Host, container: Container) -> None:
    """Give back what a start that died half-way had leased."""
    with host.database.reading() as connection:
        leased = host.networks.endpoints(connection, container.id)
    if not leased:
        return
    for endpoint in leased:
        host.networks.disconnect(
            container_id=container.id,
            endpoint=endpoint,
            bindings=_bound_ports(host, container),
        )
    with host.database.transaction() as tx:
        host.networks.release(tx, container.id)
