"""start: from a created or exited container to its running program."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from dataclasses import dataclass, replace

from engine.errors import (
    ContainerStateConflict,
    EngineError,
    ErrorRecord,
    from_record,
)
from engine.linux import capabilities, syscalls
from engine.runtime import records
from engine.runtime.client import Start, StartRefused
from engine.runtime.ending import settle
from engine.runtime.host import Host
from engine.spec.codec import encode
from engine.spec.container import Container, ContainerState, EndpointStatus, PortBinding
from engine.spec.image import Image
from engine.spec.network import Network
from engine.spec.runtime import NetworkNamespace, ProcessSpec, RuntimeSpec, ShimAnswer
from engine.storage import containers

_STARTABLE = (ContainerState.CREATED, ContainerState.EXITED)
_EXIT_CODES = {"command_not_found": 127, "command_not_executable": 126}
_FAILED_EXIT = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A start with its addresses leased and its ports bound."""

    container: Container
    generation: int
    network: Network | None
    endpoint: EndpointStatus | None
    bindings: tuple[PortBinding, ...]


def start(host: Host, space: str, reference: str) -> Container:
    """Start a container and return it running; one that runs already is returned as it is.

    Raises CommandNotFound, CommandNotExecutable, PortInUse, StartFailed and what the kernel or the
    pools refuse; then nothing but the container's error is kept.
    """
    with host.database.reading() as connection:
        container_id = containers.get(connection, space, reference).id
    with host.locked(container_id):
        with host.database.reading() as connection:
            container = containers.get(connection, space, container_id)
        # A starter that died may have left it running, or addresses leased.
        container = settle(host, container)
        if container.state is ContainerState.RUNNING:
            return container
        if container.state not in _STARTABLE:
            raise ContainerStateConflict(
                container=container.spec.name, state=container.state, verb="start", hint=""
            )
        return _start(host, container)


def _start(host: Host, container: Container) -> Container:
    image = host.images.kept(container)
    with ExitStack() as stack:
        bindings, sockets = host.networks.bind_ports(container.space, container.spec.ports)
        for held in sockets:
            stack.callback(held.close)
        prepared = _prepare(host, container, bindings)
        undo = stack.enter_context(ExitStack())
        undo.callback(_give_back, host, prepared)
        try:
            _write_spec(host, prepared, image)
            cgroup = host.create_cgroup(container)
            undo.callback(cgroup.remove)
            answer = _launch(host, prepared, sockets)
        except StartRefused as error:
            # Its shim lives for a moment yet, and must not be taken for one that runs a program.
            host.container(container.id).shim.unlink(missing_ok=True)
            _record_failure(host, container, error.record)
            raise from_record(error.record) from error
        except EngineError as error:
            _record_failure(host, container, error.record())
            raise
        undo.pop_all()
    now = replace(
        container,
        state=ContainerState.RUNNING,
        started_at=answer.started_at,
        finished_at=0,
        exit_code=None,
        oom_killed=False,
        error="",
        pid=answer.init_pid,
        endpoints=() if prepared.endpoint is None else (prepared.endpoint,),
        ports=bindings,
    )
    with host.database.transaction() as tx:
        return containers.save(tx, now, "start")


def _prepare(host: Host, container: Container, bindings: tuple[PortBinding, ...]) -> _Prepared:
    """Lease an address in one transaction; drop what an earlier run left on disk."""
    network = _network(host, container)
    with host.database.transaction() as tx:
        generation = containers.next_generation(tx, container.id)
        endpoint = None
        if network is not None:
            (endpoint,) = host.networks.reserve(tx, container_id=container.id, network=network)
    paths = host.container(container.id)
    paths.exit.unlink(missing_ok=True)
    paths.shim.unlink(missing_ok=True)
    return _Prepared(
        container=container,
        generation=generation,
        network=network,
        endpoint=endpoint,
        bindings=bindings,
    )


def _network(host: Host, container: Container) -> Network | None:
    name = container.spec.network
    if name in ("none", "host"):
        return None
    if name == "bridge":
        return host.networks.ensure_default(container.space)
    return host.networks.get(container.space, name)


def _launch(host: Host, prepared: _Prepared, sockets: tuple[socket.socket, ...]) -> ShimAnswer:
    fds = [held.fileno() for held in sockets]
    with host.launcher.starting(prepared.container.id, fds) as begun:
        _connect(host, prepared, begun)
        return begun.go()


def _connect(host: Host, prepared: _Prepared, begun: Start) -> None:
    """Connect the network while the shim mounts file systems on the other processor."""
    netns = begun.await_clone()
    if netns is None:
        return
    try:
        if prepared.network is not None and prepared.endpoint is not None:
            host.networks.connect(
                container_id=prepared.container.id,
                endpoint=prepared.endpoint,
                network=prepared.network,
                netns_fd=netns,
                bindings=prepared.bindings,
            )
    finally:
        os.close(netns)


def _give_back(host: Host, prepared: _Prepared) -> None:
    """Undo a start that failed: the shim has undone its own part by the time it answers."""
    if prepared.endpoint is not None:
        host.networks.disconnect(
            container_id=prepared.container.id,
            endpoint=prepared.endpoint,
            bindings=prepared.bindings,
        )
    with host.database.transaction() as tx:
        host.networks.release(tx, prepared.container.id)


def _record_failure(host: Host, container: Container, error: ErrorRecord) -> None:
    failed = replace(
        container, error=error.message, exit_code=_EXIT_CODES.get(error.code, _FAILED_EXIT)
    )
    with host.database.transaction() as tx:
        containers.save(tx, failed, "start_failed")


def _write_spec(host: Host, prepared: _Prepared, image: Image) -> None:
    spec = runtime_spec(host, prepared, image)
    records.write(host.container(prepared.container.id).spec, encode(spec), durable=True)


def runtime_spec(host: Host, prepared: _Prepared, image: Image) -> RuntimeSpec:
    """Return all that the shim needs to know, with nothing left to look up."""
    container = prepared.container
    spec = container.spec
    hostname = _hostname(container)
    return RuntimeSpec(
        container_id=container.id,
        generation=prepared.generation,
        process=ProcessSpec(
            arguments=(container.path, *container.arguments),
            env=(f"HOSTNAME={hostname}", *image.config.env, *spec.env),
            working_dir=spec.working_dir or image.config.working_dir,
            user=spec.user or image.config.user,
            terminal=spec.tty,
            capabilities=_capabilities(container),
            no_new_privileges=spec.no_new_privileges,
            seccomp=spec.seccomp,
        ),
        hostname=hostname,
        network=_namespace(spec.network),
        userns_base=container.userns_base,
        layers=tuple(str(path) for path in host.images.lower_directories(image)),
        readonly_rootfs=spec.readonly_rootfs,
        privileged=spec.privileged,
        resources=spec.resources,
        log=spec.log,
        ports=prepared.bindings,
        hosts=host.networks.hosts(
            hostname, () if prepared.endpoint is None else (prepared.endpoint,)
        ),
        resolv_conf=_resolv_conf(host, prepared),
    )


def _hostname(container: Container) -> str:
    if container.spec.hostname:
        return container.spec.hostname
    if container.spec.network == "host":
        return socket.gethostname()
    return container.id[:12]


def _capabilities(container: Container) -> tuple[int, ...]:
    spec = container.spec
    wanted = capabilities.resolve(capabilities.DEFAULT, spec.cap_add, spec.cap_drop)
    if spec.privileged:
        wanted = capabilities.ALL
    if container.userns_base is not None:
        return tuple(sorted(wanted))
    # Among the host's own ids a container can have no more than the host lets us have.
    _, permitted, _ = syscalls.capget()
    return tuple(sorted(number for number in wanted if permitted >> number & 1))


def _namespace(network: str) -> NetworkNamespace:
    if network == "host":
        return NetworkNamespace.HOST
    return NetworkNamespace.NONE if network == "none" else NetworkNamespace.OWN


def _resolv_conf(host: Host, prepared: _Prepared) -> str:
    if prepared.network is None:
        return host.networks.host_resolv_conf()
    return host.networks.resolv_conf(prepared.network)
