"""The links of a network: its bridge on the host, and a pair of ends for each container."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.linux import rtnetlink, syscalls
from engine.linux.rtnetlink import Link, Request, RouteSocket
from engine.network.addresses import mac_of
from engine.spec.container import EndpointStatus
from engine.spec.network import Network

INTERFACE = "eth0"
"""A container's end of the pair."""
_DEFAULT_MTU = 1500
_PROC_NET = Path("/proc/sys/net")
# As Docker does: any user of the container may use any port and ping.
_CONTAINER_SETTINGS = (
    ("ipv4/ip_unprivileged_port_start", "0"),
    ("ipv4/ping_group_range", "0 2147483647"),
    (f"ipv6/conf/{INTERFACE}/disable_ipv6", "1"),
)


def veth_name(instance: str, container_id: str) -> str:
    """Return the host end's name: fifteen characters, all the kernel takes."""
    return f"v{instance[:6]}{container_id[:8]}"


def ensure_bridge(routes: RouteSocket, network: Network) -> tuple[Link, bool]:
    """Return the network's bridge, made where it is missing, and whether it was made."""
    link = routes.link(network.bridge)
    if link is not None and link.is_up:
        return link, False
    gateway = ipaddress.IPv4Interface(f"{network.gateway}/{network.subnet.partition('/')[2]}")
    if link is None:
        mtu = _uplink_mtu(routes)
        address = bytes.fromhex(mac_of(gateway.ip).replace(":", ""))
        # Another process may be making it at the same time: whoever loses goes on with it.
        with _already_done():
            routes.execute(rtnetlink.create_bridge(network.bridge, mtu=mtu, address=address))
        link = routes.link(network.bridge)
        if link is None:
            raise OSError(errno.ENODEV, f"bridge {network.bridge} went away while it was made")
    with _already_done():
        routes.execute(rtnetlink.add_address(link.index, gateway))
    routes.execute(rtnetlink.set_up(link.index))
    _set_host_side(network.bridge)
    return link, True


def connect(
    routes: RouteSocket, name: str, bridge: Link, endpoint: EndpointStatus, netns_fd: int
) -> None:
    """Join the namespace to *bridge*: a pair of links, the address and a default route inside."""
    pair = (
        rtnetlink.create_veth(
            name,
            peer=INTERFACE,
            peer_address=bytes.fromhex(endpoint.mac.replace(":", "")),
            netns_fd=netns_fd,
            master=bridge.index,
            mtu=bridge.mtu,
        ),
        # With br_netfilter on, a container's way to its own published port ends in its own port.
        rtnetlink.set_hairpin(name),
    )
    try:
        routes.execute(*pair)
    except OSError as error:
        if error.errno != errno.EEXIST:
            raise
        # The last run's pair goes with its namespace, which the kernel takes down in its own time.
        remove(routes, name)
        routes.execute(*pair)


def configure(netns_fd: int, interface: ipaddress.IPv4Interface, gateway: str) -> None:
    """Bring up what is inside the namespace: loopback, and its end with address and route."""
    with _opened_inside(netns_fd) as routes:
        loopback, own = routes.link("lo"), routes.link(INTERFACE)
        if loopback is None or own is None:
            raise OSError(errno.ENODEV, f"{INTERFACE} went away while it was set up")
        routes.execute(
            rtnetlink.set_up(loopback.index),
            rtnetlink.set_up(own.index),
            rtnetlink.add_address(own.index, interface),
            rtnetlink.add_default_route(ipaddress.IPv4Address(gateway), own.index),
        )


def detach(routes: RouteSocket, name: str) -> None:
    """Take a container's link off its network at once; it goes away with the namespace.

    Deleting it here would hold up the caller, and every other link of the machine, for some 20 ms.
    """
    _unless_missing(routes, rtnetlink.detach_link(name))


def remove(routes: RouteSocket, name: str) -> None:
    """Remove the link *name*; a no-op where there is none."""
    _unless_missing(routes, rtnetlink.delete_link(name))


def remove_detached(routes: RouteSocket, instance: str) -> None:
    """Remove links of containers that are on no network any more."""
    for link in routes.links():
        if _is_container_link(link, instance) and not link.master:
            remove(routes, link.name)


def remove_all(routes: RouteSocket, instance: str) -> None:
    """Remove every link of *instance*."""
    links = routes.links()
    for link in links:
        if _is_container_link(link, instance):
            remove(routes, link.name)
    for link in links:
        if link.kind == "bridge" and link.name.startswith(f"br{instance}"):
            remove(routes, link.name)


def allow_forwarding() -> None:
    """Let this host pass packets on between its links."""
    _set("ipv4/ip_forward", "1")


def host_networks(routes: RouteSocket) -> list[ipaddress.IPv4Network]:
    """Return what this host already reaches by an address or route of its own."""
    found = {address.interface.network for address in routes.addresses()}
    found.update(route.destination for route in routes.routes() if route.destination.prefixlen)
    return sorted(found)


def _is_container_link(link: Link, instance: str) -> bool:
    return link.kind == "veth" and link.name.startswith(veth_name(instance, ""))


def _unless_missing(routes: RouteSocket, request: Request) -> None:
    try:
        routes.execute(request)
    except OSError as error:
        if error.errno != errno.ENODEV:
            raise


@contextmanager
def _opened_inside(netns_fd: int) -> Iterator[RouteSocket]:
    # setns moves the calling thread only; a socket belongs to the namespace it was opened in.
    with Path("/proc/thread-self/ns/net").open("rb") as home:
        syscalls.setns(netns_fd, syscalls.CLONE_NEWNET)
        try:
            routes = RouteSocket()
            for setting, value in _CONTAINER_SETTINGS:
                _set(setting, value)
        finally:
            syscalls.setns(home.fileno(), syscalls.CLONE_NEWNET)
    with routes:
        yield routes


def _set_host_side(bridge: str) -> None:
    # Answers to a port published on loopback come back by the bridge (ruleset.py guards the rest).
    _set(f"ipv4/conf/{bridge}/route_localnet", "1")
    _set(f"ipv6/conf/{bridge}/disable_ipv6", "1")
    allow_forwarding()


def _set(setting: str, value: str) -> None:
    path = _PROC_NET / setting
    # A kernel built without IPv6 has nothing to switch off.
    with contextlib.suppress(FileNotFoundError):
        fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(fd, value.encode())
        finally:
            os.close(fd)


@contextmanager
def _already_done() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.EEXIST:
            raise


def _uplink_mtu(routes: RouteSocket) -> int:
    uplinks = {route.index for route in routes.routes() if route.destination.prefixlen == 0}
    sizes = [link.mtu for link in routes.links() if link.index in uplinks]
    return min(sizes, default=_DEFAULT_MTU)
