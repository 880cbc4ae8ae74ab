"""A host of a test's own, with a network manager, containers and a machine on its LAN."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from engine.cgroups import ContainerCgroup, Hierarchy
from engine.network.manager import NetworkManager
from engine.spec.configuration import EngineConfiguration
from engine.spec.container import (
    Container,
    ContainerSpec,
    ContainerState,
    EndpointStatus,
    PortBinding,
)
from engine.spec.network import Network
from engine.storage import containers
from engine.storage.database import Database
from engine.storage.paths import EnginePaths
from tests.support.netns import NetworkNamespace, in_new_namespace, run

HOST_ADDRESS = "198.51.100.1"
LAN_ADDRESS = "198.51.100.9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """What stands for a running container: a namespace on a network, and its ports."""

    container: Container
    network: Network
    netns: NetworkNamespace
    sockets: tuple[socket.socket, ...]

    @property
    def endpoint(self) -> EndpointStatus:
        return self.container.endpoints[0]

    @property
    def address(self) -> str:
        return self.endpoint.address

    def host_port(self, index: int = 0) -> int:
        return self.container.ports[index].host_port


class NetworkHost:
    """One instance on a host without anything else; the LAN's machine is its default route."""

    def __init__(self, home: Path, lan: NetworkNamespace) -> None:
        self.configuration = EngineConfiguration(home=home, subnet_pool=("10.97.0.0/16",))
        paths = EnginePaths(self.configuration)
        paths.create()
        self.database = Database(paths.state)
        self.manager = NetworkManager(self.configuration, self.database)
        self.table = f"berth_{self.configuration.instance}"
        self.lan = lan
        self._attached: list[Attached] = []
        self._listening: list[socket.socket] = []

    def attach(
        self, name: str, *ports: PortBinding, network: Network | None = None, space: str = "default"
    ) -> Attached:
        """Bring up what a start brings up, and record the container as running."""
        where = network or self.manager.ensure_default(space)
        container = self._create(name, space)
        bindings, sockets = self.manager.bind_ports(space, ports)
        with self.database.transaction() as tx:
            endpoints = self.manager.reserve(tx, container_id=container.id, network=where)
        netns = NetworkNamespace.new()
        with ExitStack() as undo:
            undo.callback(netns.close)
            for held in sockets:
                undo.callback(held.close)
            self.manager.connect(
                container_id=container.id,
                endpoint=endpoints[0],
                network=where,
                netns_fd=netns.fd,
                bindings=bindings,
            )
            undo.pop_all()
        running = replace(
            container, state=ContainerState.RUNNING, endpoints=endpoints, ports=bindings
        )
        with self.database.transaction() as tx:
            containers.save(tx, running, "start")
        attached = Attached(container=running, network=where, netns=netns, sockets=sockets)
        self._attached.append(attached)
        return attached

    def detach(self, attached: Attached) -> None:
        """Take down what an exit takes down."""
        self._attached.remove(attached)
        for held in attached.sockets:
            held.close()
        attached.netns.close()
        self.manager.disconnect(attached.container.id, attached.container.ports, attached.endpoint)
        with self.database.transaction() as tx:
            self.manager.release(tx, attached.container.id)
            exited = replace(
                attached.container, state=ContainerState.EXITED, endpoints=(), ports=()
            )
            containers.save(tx, exited, "die")

    def serve(self, netns: NetworkNamespace, port: int) -> None:
        """Tell every client of *port* inside, by TCP and UDP, the address it seems to have."""
        stream = netns.call(lambda: _listening(port))
        datagram = netns.call(lambda: _receiving(port))
        self._listening += [stream, datagram]
        for target, held in ((_answer_streams, stream), (_answer_datagrams, datagram)):
            threading.Thread(target=target, args=(held,), daemon=True).start()

    def close(self) -> None:
        """Leave nothing: links go with the namespace, the name server and cgroups do not."""
        for attached in list(self._attached):
            self.detach(attached)
        self.manager.destroy_all()
        for held in self._listening:
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)
            held.close()
        self.database.close()
        parent = f"berth-{self.configuration.instance}"
        ContainerCgroup.open(Hierarchy.detect(), parent, "").remove()

    def _create(self, name: str, space: str) -> Container:
        container = Container(
            id=os.urandom(32).hex(),
            space=space,
            spec=ContainerSpec(name=name, image="none"),
            image_id="none",
            state=ContainerState.CREATED,
            created_at=0,
        )
        with self.database.transaction() as tx:
            return containers.insert(tx, container)


@contextmanager
def network_host() -> Iterator[NetworkHost]:
    """A host in a namespace of its own; the calling thread is in it meanwhile."""
    home = Path(tempfile.mkdtemp(prefix="b", dir="/tmp"))
    lan = NetworkNamespace.new()
    try:
        with in_new_namespace():
            _wire(lan)
            host = NetworkHost(home, lan)
            try:
                yield host
            finally:
                host.close()
    finally:
        lan.close()
        shutil.rmtree(home)


def seen_as(address: str, port: int) -> str:
    """Return how a served TCP port sees the caller, or raise OSError."""
    with socket.create_connection((address, port), timeout=2) as connection:
        return connection.recv(64).decode()


def seen_as_by_datagram(address: str, port: int) -> str:
    """Return how a served UDP port sees the caller, or raise OSError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(2)
        asking.sendto(b"?", (address, port))
        return asking.recv(64).decode()


def _wire(lan: NetworkNamespace) -> None:
    netns = f"/proc/{os.getpid()}/fd/{lan.fd}"
    run("ip", "link", "add", "lan0", "type", "veth", "peer", "name", "eth0", "netns", netns)
    run("ip", "address", "add", f"{HOST_ADDRESS}/24", "dev", "lan0")
    run("ip", "link", "set", "lan0", "up")
    lan.run("ip", "address", "add", f"{LAN_ADDRESS}/24", "dev", "eth0")
    lan.run("ip", "link", "set", "lo", "up")
    lan.run("ip", "link", "set", "eth0", "up")
    run("ip", "route", "add", "default", "via", LAN_ADDRESS)


def _listening(port: int) -> socket.socket:
    held = socket.create_server(("0.0.0.0", port))
    held.listen(8)
    return held


def _receiving(port: int) -> socket.socket:
    held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    held.bind(("0.0.0.0", port))
    return held


def _answer_streams(held: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, client = held.accept()
            with connection:
                connection.sendall(client[0].encode())


def _answer_datagrams(held: socket.socket) -> None:
    with suppress(OSError):
        while True:
            question, client = held.recvfrom(64)
            if not question:  # shut down: the test is over
                return
            held.sendto(client[0].encode(), client)
