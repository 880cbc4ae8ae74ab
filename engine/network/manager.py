"""Networks, addresses, links and published ports of one instance."""

from __future__ import annotations

import errno
import ipaddress
import socket
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from engine.errors import KernelRefused, NameInUse, NetworkNotFound
from engine.linux import conntrack
from engine.linux.nftables import Nftables
from engine.linux.rtnetlink import RouteSocket
from engine.network import bridge, files, ports, records, ruleset
from engine.network.addresses import choose_subnet, read_subnet
from engine.network.names import NameServer
from engine.network.ruleset import Element
from engine.spec.configuration import EngineConfiguration
from engine.spec.container import EndpointStatus, PortBinding, Protocol
from engine.spec.network import Network
from engine.storage.database import Database

DEFAULT_NETWORK = "bridge"
"""Of every space; made when it is first used."""


class NetworkManager:
    """All that an engine knows and does about networks; rows lead, the kernel's state follows."""

    def __init__(self, configuration: EngineConfiguration, database: Database) -> None:
        self._configuration = configuration
        self._database = database
        self._nftables = Nftables()
        self._table = f"berth_{configuration.instance}"
        self._names = NameServer(configuration)
        # Networks that the name server told this process it listens for.
        self._served: set[str] = set()

    # --- networks -----------------------------------------------------------------------------

    def ensure_default(self, space: str) -> Network:
        """Return the default network of *space*; not to be called in a transaction."""
        try:
            return self.get(space, DEFAULT_NETWORK)
        except NetworkNotFound:
            try:
                return self.create(space, DEFAULT_NETWORK)
            except NameInUse:  # another process was first
                return self.get(space, DEFAULT_NETWORK)

    def create(self, space: str, name: str, subnet: str | None = None) -> Network:
        """Add a network with *subnet*, or with the next one of the pool."""
        records.check_name(name)
        with RouteSocket() as routes:
            reached = bridge.host_networks(routes)
        with self._database.transaction() as tx:
            own = {ipaddress.IPv4Network(item.subnet) for item in records.all_networks(tx)}
            taken = own.union(reached)
            if subnet is None:
                chosen = choose_subnet(self._configuration.subnet_pool, taken)
            else:
                chosen = read_subnet(subnet, taken)
            return records.insert(tx, space, name, chosen, self._configuration.instance)

    def get(self, space: str, name: str) -> Network:
        """Return the network of *space* with that name, id, or beginning of an id."""
        with self._database.reading() as connection:
            return records.find(connection, space, name)

    def everything(self) -> tuple[Network, ...]:
        """Return the networks of every space, oldest first."""
        with self._database.reading() as connection:
            return records.all_networks(connection)

    def list(self, space: str) -> tuple[Network, ...]:
        """Return the networks of *space*, oldest first."""
        with self._database.reading() as connection:
            return records.all_networks(connection, space)

    def remove(self, space: str, name: str) -> None:
        """Remove a network that no container has a place on."""
        with self._database.transaction() as tx:
            network = records.find(tx, space, name)
            records.delete(tx, network)
        with _kernel("removal of a network"):
            self._ignoring_missing(ruleset.forget_network_text(self._table, network))
            with RouteSocket() as routes:
                bridge.remove(routes, network.bridge)
        self._names.forget()

    # --- containers ---------------------------------------------------------------------------

    def reserve(
        self, tx: sqlite3.Connection, *, container_id: str, network: Network
    ) -> tuple[EndpointStatus, ...]:
        """Lease the container's address on *network*; it keeps it until `release`."""
        return (records.lease(tx, container_id, network),)

    def endpoints(
        self, connection: sqlite3.Connection, container_id: str
    ) -> tuple[EndpointStatus, ...]:
        """Return what `reserve` leased to the container."""
        return records.endpoints(connection, container_id)

    def release(self, tx: sqlite3.Connection, container_id: str) -> None:
        """Give back all that `reserve` leased."""
        records.release(tx, container_id)

    def bind_ports(
        self, space: str, bindings: tuple[PortBinding, ...]
    ) -> tuple[tuple[PortBinding, ...], tuple[socket.socket, ...]]:
        """Take the host's ports: real bindings, and the sockets that hold them; all or none."""
        return ports.bind(bindings, partial(self._holder, space))

    def connect(
        self,
        *,
        container_id: str,
        endpoint: EndpointStatus,
        network: Network,
        netns_fd: int,
        bindings: tuple[PortBinding, ...],
    ) -> None:
        """Join the namespace to *network* and publish *bindings*; undone where a part fails."""
        try:
            with _kernel("set-up of the container's network"):
                self._connect(container_id, endpoint, network, netns_fd, bindings)
        except BaseException:
            self.disconnect(container_id, bindings, endpoint)
            with RouteSocket() as routes:
                bridge.remove(routes, self._veth(container_id))
            raise

    def disconnect(
        self, container_id: str, bindings: tuple[PortBinding, ...], endpoint: EndpointStatus
    ) -> None:
        """Take the container's ports and link off the network; what is gone is no matter."""
        with _kernel("removal of the container's network"):
            for item in (ruleset.element(binding, endpoint.address) for binding in bindings):
                self._withdraw(item)
            _forget_flows(bindings, endpoint)
            with RouteSocket() as routes:
                bridge.detach(routes, self._veth(container_id))

    # --- the machine --------------------------------------------------------------------------

    def restore(self) -> None:
        """Make the kernel's state what the rows say: after a boot, or a flush of the firewall."""
        with self._database.reading() as connection:
            networks = records.all_networks(connection)
            published = list(records.published(connection))
        # A host without networks of ours is none of our business yet.
        if not networks:
            return
        elements = [
            ruleset.element(binding, entry.address)
            for entry in published
            for binding in entry.bindings
        ]
        with _kernel("set-up of the networks"):
            # First the rules, then the links: nothing is ever reachable without them.
            text = ruleset.table_text(self._table)
            text += "".join(ruleset.network_text(self._table, network) for network in networks)
            self._nftables.run(text)
            self._publish(elements)
            bridge.allow_forwarding()
            with RouteSocket() as routes:
                bridge.remove_detached(routes, self._configuration.instance)
                for network in networks:
                    bridge.ensure_bridge(routes, network)
        self._names.reload()

    def repair(self) -> bool:
        """Restore what somebody else removed; say whether there was anything to do."""
        networks = self.everything()
        if not networks:
            return False
        if self._is_intact(networks):
            self._names.ensure()
            return False
        self.restore()
        return True

    def destroy_all(self) -> None:
        """Take everything of this instance off the machine, name server first; rows stay."""
        self._names.stop()
        with _kernel("removal of the networks"):
            self._ignoring_missing(f"delete table ip {self._table}\n")
            with RouteSocket() as routes:
                bridge.remove_all(routes, self._configuration.instance)

    def resolv_conf(self, network: Network) -> str:
        """Return the container's /etc/resolv.conf."""
        return files.resolv_conf_text(network.gateway, files.host_resolv_conf())

    def host_resolv_conf(self) -> str:
        """Return the host's own, for a container that shares its network or has none."""
        return files.host_resolv_conf()

    def hosts(self, hostname: str, endpoints: tuple[EndpointStatus, ...]) -> str:
        """Return the container's /etc/hosts."""
        return files.hosts_text(hostname, endpoints)

    # --- inside -------------------------------------------------------------------------------

    def _connect(
        self,
        container_id: str,
        endpoint: EndpointStatus,
        network: Network,
        netns_fd: int,
        bindings: tuple[PortBinding, ...],
    ) -> None:
        elements = [ruleset.element(binding, endpoint.address) for binding in bindings]
        with RouteSocket() as routes:
            link, is_new = bridge.ensure_bridge(routes, network)
            text = ruleset.network_text(self._table, network)
            try:
                self._nftables.run(text + ruleset.publish_text(self._table, elements))
            except OSError as error:
                if error.errno not in (errno.ENOENT, errno.EEXIST):
                    raise
                # The table is gone, or a port still leads to a container that has died.
                self.restore()
                self._publish(elements)
            bridge.connect(routes, self._veth(container_id), link, endpoint, netns_fd)
        prefix = ipaddress.IPv4Network(network.subnet).prefixlen
        interface = ipaddress.IPv4Interface(f"{endpoint.address}/{prefix}")
        bridge.configure(netns_fd, interface, network.gateway)
        _forget_flows(bindings, endpoint)
        if is_new or network.id not in self._served:
            self._names.reload()
            self._served.add(network.id)
        else:
            self._names.ensure()

    def _publish(self, elements: Iterable[Element]) -> None:
        for item in elements:
            try:
                self._nftables.run(ruleset.publish_text(self._table, [item]))
            except OSError as error:
                if error.errno != errno.EEXIST:
                    raise
                # Whoever publishes holds the port's socket: what is there is of a dead container.
                self._nftables.run(ruleset.replace_text(self._table, item))

    def _withdraw(self, item: Element) -> None:
        try:
            there = self._nftables.run(ruleset.get_text(self._table, item))
        except OSError as error:
            if error.errno == errno.ENOENT:
                return
            raise
        # The port may lead to its next holder by now.
        if f": {item.value} " in there:
            self._ignoring_missing(ruleset.withdraw_text(self._table, item))

    def _is_intact(self, networks: tuple[Network, ...]) -> bool:
        try:
            listed = self._nftables.run(f"list set ip {self._table} bridges\n")
        except OSError as error:
            if error.errno == errno.ENOENT:
                return False
            raise
        with RouteSocket() as routes:
            there = {link.name for link in routes.links() if link.is_up}
        return all(item.bridge in there and item.bridge in listed for item in networks)

    def _holder(self, space: str, binding: PortBinding) -> str | None:
        with self._database.reading() as connection:
            for entry in records.published(connection):
                if any(ports.collide(binding, other) for other in entry.bindings):
                    # Another space learns neither a name nor whether it is a container at all.
                    return f"container {entry.name}" if entry.space == space else ports.NOBODY
        return None

    def _ignoring_missing(self, text: str) -> None:
        try:
            self._nftables.run(text)
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise

    def _veth(self, container_id: str) -> str:
        return bridge.veth_name(self._configuration.instance, container_id)


def _forget_flows(bindings: tuple[PortBinding, ...], endpoint: EndpointStatus) -> None:
    """Have clients that go on sending to a UDP port led to where it leads now.

    The kernel remembers a flow for as long as packets come, whoever has the address by then.
    """
    published = {item.host_port for item in bindings if item.protocol is Protocol.UDP}
    if not published:
        return
    address = ipaddress.IPv4Address(endpoint.address)
    with RouteSocket() as routes:
        own = {item.interface.ip for item in routes.addresses()}
    conntrack.forget_udp(
        lambda flow: (
            flow.answerer == address or (flow.port in published and flow.destination in own)
        )
    )


@contextmanager
def _kernel(call: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise KernelRefused(call=call, reason=str(error)) from error
