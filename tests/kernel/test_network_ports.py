"""Published ports, asked from everywhere a client can stand."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from engine.errors import InvalidValue, PortInUse
from engine.network.ports import NOBODY
from engine.spec.container import PortBinding, Protocol
from tests.support.netns import run
from tests.support.network import (
    HOST_ADDRESS,
    LAN_ADDRESS,
    NetworkHost,
    network_host,
    seen_as,
    seen_as_by_datagram,
)

pytestmark = pytest.mark.kernel

WEB = PortBinding(container_port=80, host_port=18080)
UDP = PortBinding(container_port=80, host_port=18080, protocol=Protocol.UDP)
LOCAL = PortBinding(container_port=80, host_port=18090, host_address="127.0.0.1")


@pytest.fixture
def host() -> Iterator[NetworkHost]:
    with network_host() as made:
        yield made


def test_a_port_answers_on_loopback_the_host_s_address_and_the_lan(host: NetworkHost) -> None:
    web = host.attach("web", WEB, UDP)
    host.serve(web.netns, 80)
    gateway = web.network.gateway
    assert seen_as("127.0.0.1", 18080) == gateway
    assert seen_as_by_datagram("127.0.0.1", 18080) == gateway
    assert seen_as(HOST_ADDRESS, 18080) == HOST_ADDRESS
    assert seen_as_by_datagram(HOST_ADDRESS, 18080) == HOST_ADDRESS
    # The client's own address is kept.
    assert host.lan.call(lambda: seen_as(HOST_ADDRESS, 18080)) == LAN_ADDRESS
    assert host.lan.call(lambda: seen_as_by_datagram(HOST_ADDRESS, 18080)) == LAN_ADDRESS


@pytest.mark.parametrize("filtered", ["0", "1"])
def test_a_container_reaches_its_own_published_port(host: NetworkHost, filtered: str) -> None:
    web = host.attach("web", WEB, UDP)
    run("sysctl", "-qw", f"net.bridge.bridge-nf-call-iptables={filtered}")
    host.serve(web.netns, 80)
    gateway = web.network.gateway
    assert web.netns.call(lambda: seen_as(HOST_ADDRESS, 18080)) == gateway
    assert web.netns.call(lambda: seen_as(gateway, 18080)) == gateway
    assert web.netns.call(lambda: seen_as_by_datagram(HOST_ADDRESS, 18080)) == gateway


def test_a_neighbor_reaches_the_published_port_too(host: NetworkHost) -> None:
    web = host.attach("web", WEB)
    host.serve(web.netns, 80)
    other = host.attach("other", network=host.manager.create("default", "apart"))
    neighbor = host.attach("neighbor")
    for client in (other, neighbor):
        assert client.netns.call(lambda: seen_as(HOST_ADDRESS, 18080)) == web.network.gateway


def test_a_port_of_one_address_answers_there_only(host: NetworkHost) -> None:
    web = host.attach("web", LOCAL)
    host.serve(web.netns, 80)
    assert seen_as("127.0.0.1", 18090) == web.network.gateway
    with pytest.raises(ConnectionRefusedError):
        seen_as(HOST_ADDRESS, 18090)
    with pytest.raises(ConnectionRefusedError):
        host.lan.call(lambda: seen_as(HOST_ADDRESS, 18090))


def test_the_lan_cannot_reach_a_port_of_the_host_s_loopback(host: NetworkHost) -> None:
    web = host.attach("web", LOCAL)
    host.serve(web.netns, 80)
    host.lan.run("sysctl", "-qw", "net.ipv4.conf.eth0.route_localnet=1")
    host.lan.run("ip", "address", "delete", "127.0.0.1/8", "dev", "lo")
    host.lan.run("ip", "route", "add", "127.0.0.0/8", "via", HOST_ADDRESS, "src", LAN_ADDRESS)
    with pytest.raises(TimeoutError):
        host.lan.call(lambda: seen_as("127.0.0.1", 18090))


def test_the_lan_cannot_reach_what_is_not_published(host: NetworkHost) -> None:
    web = host.attach("web", WEB)
    host.serve(web.netns, 80)
    host.serve(web.netns, 81)
    host.lan.run("ip", "route", "add", "10.97.0.0/16", "via", HOST_ADDRESS)
    with pytest.raises(TimeoutError):
        host.lan.call(lambda: seen_as(web.address, 81))
    assert host.lan.call(lambda: seen_as(HOST_ADDRESS, 18080)) == LAN_ADDRESS


def test_a_port_is_closed_once_its_container_has_ended(host: NetworkHost) -> None:
    web = host.attach("web", WEB)
    host.serve(web.netns, 80)
    assert seen_as("127.0.0.1", 18080) == web.network.gateway
    host.detach(web)
    with pytest.raises(ConnectionRefusedError):
        seen_as("127.0.0.1", 18080)
    assert "18080" not in run("nft", "list", "table", "ip", host.table)


def test_a_client_that_goes_on_sending_follows_the_port(host: NetworkHost) -> None:
    def connected() -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.settimeout(2)
        made.connect((HOST_ADDRESS, 18080))
        return made

    with host.lan.call(connected) as client:
        # Sent before there is such a port, then to one holder, then to the next.
        client.send(b"?")
        with pytest.raises(ConnectionRefusedError):
            client.recv(64)
        for name in ("first", "second"):
            web = host.attach(name, UDP)
            host.serve(web.netns, 80)
            client.send(b"?")
            assert client.recv(64).decode() == LAN_ADDRESS
            host.attach(f"{name}-neighbor")
            host.detach(web)


def test_a_late_end_leaves_the_port_to_its_next_holder(host: NetworkHost) -> None:
    first = host.attach("first", WEB)
    for held in first.sockets:
        held.close()
    second = host.attach("second", WEB)
    host.serve(second.netns, 80)
    host.manager.disconnect(first.container.id, first.container.ports, first.endpoint)
    assert seen_as("127.0.0.1", 18080) == second.network.gateway


def test_a_port_that_was_left_to_the_kernel_is_a_real_one(host: NetworkHost) -> None:
    web = host.attach("web", PortBinding(container_port=80))
    host.serve(web.netns, 80)
    assert web.host_port() > 0
    assert seen_as("127.0.0.1", web.host_port()) == web.network.gateway


@pytest.mark.parametrize("binding", [WEB, UDP, LOCAL])
def test_a_port_in_use_names_the_container_that_has_it(
    host: NetworkHost, binding: PortBinding
) -> None:
    host.attach("web", binding)
    with pytest.raises(PortInUse, match=r"is held by container web$"):
        host.manager.bind_ports("default", (binding,))


def test_a_port_in_use_names_no_container_of_another_space(host: NetworkHost) -> None:
    host.attach("web", WEB, space="theirs")
    with pytest.raises(PortInUse) as refused:
        host.manager.bind_ports("default", (WEB,))
    assert refused.value.holder == NOBODY


def test_a_port_in_use_names_the_process_that_has_it(host: NetworkHost) -> None:
    own = rf"is held by .+ \(pid {os.getpid()}\)$"
    with socket.create_server(("127.0.0.1", 18080)), pytest.raises(PortInUse, match=own):
        host.manager.bind_ports("default", (WEB,))
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as held:
        held.bind(("::", 18080))
        with pytest.raises(PortInUse, match=own):
            host.manager.bind_ports("default", (UDP,))


def test_one_port_in_use_leaves_the_others_free(host: NetworkHost) -> None:
    free = PortBinding(container_port=81, host_port=18081)
    with pytest.raises(PortInUse, match="another port of this container"):
        host.manager.bind_ports("default", (free, WEB, LOCAL, WEB))
    bound, sockets = host.manager.bind_ports("default", (free, WEB))
    for held in sockets:
        held.close()
    assert bound == (free, WEB)


def test_connections_of_a_server_that_is_gone_do_not_hold_its_port(host: NetworkHost) -> None:
    with socket.create_server(("127.0.0.1", 18080)) as server:
        client = socket.create_connection(("127.0.0.1", 18080))
        accepted, _ = server.accept()
        # Who closes first keeps the port in TIME_WAIT.
        accepted.close()
        client.close()
    bound, sockets = host.manager.bind_ports("default", (WEB,))
    assert bound == (WEB,)
    with pytest.raises(OSError, match="in use"):
        socket.create_server(("127.0.0.1", 18080))
    for held in sockets:
        held.close()


@pytest.mark.parametrize(
    ("binding", "problem"),
    [
        (PortBinding(container_port=0), "container_port: 0 must be between 1 and 65535"),
        (PortBinding(container_port=80, host_port=70000), "host_port: 70000 must be"),
        (PortBinding(container_port=80, host_address="::"), "is not an IPv4 address"),
        (PortBinding(container_port=80, host_address="web"), "is not an IPv4 address"),
        (PortBinding(container_port=80, host_address="203.0.113.7"), "not an address of this host"),
    ],
)
def test_a_port_that_cannot_be_is_refused_with_the_reason(
    host: NetworkHost, binding: PortBinding, problem: str
) -> None:
    with pytest.raises(InvalidValue, match=problem):
        host.manager.bind_ports("default", (binding,))
