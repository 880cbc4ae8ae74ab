"""Networks in the kernel: who reaches whom, what is refused, what comes back and what goes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import (
    AddressPoolExhausted,
    InvalidValue,
    KernelRefused,
    NameInUse,
    NetworkInUse,
    NetworkNotFound,
)
from engine.linux import syscalls
from engine.linux.rtnetlink import RouteSocket
from engine.network.manager import NetworkManager
from engine.spec.container import PortBinding
from engine.storage import outbox
from tests.support.netns import NetworkNamespace, run
from tests.support.network import (
    HOST_ADDRESS,
    LAN_ADDRESS,
    NetworkHost,
    network_host,
    seen_as,
    seen_as_by_datagram,
)
from tests.support.waiting import wait_until

pytestmark = pytest.mark.kernel

WEB = PortBinding(container_port=80, host_port=18080)
ANY = PortBinding(container_port=80)


@pytest.fixture
def host() -> Iterator[NetworkHost]:
    with network_host() as made:
        yield made


def links() -> set[str]:
    with RouteSocket() as routes:
        return {link.name for link in routes.links()}


def test_a_container_has_its_address_route_and_size_of_the_uplink(host: NetworkHost) -> None:
    run("ip", "link", "set", "lan0", "mtu", "1400")
    web = host.attach("web")
    inside = web.netns.run("ip", "-oneline", "address", "show", "dev", "eth0")
    assert "inet 10.97.0.2/24 " in inside
    assert "inet6" not in inside
    shown = web.netns.run("ip", "link", "show", "dev", "eth0")
    assert "mtu 1400" in shown
    assert web.endpoint.mac == "02:42:0a:61:00:02"
    assert web.endpoint.mac in shown
    assert web.netns.run("ip", "route", "show", "default") == "default via 10.97.0.1 dev eth0 \n"
    assert "UP" in web.netns.run("ip", "-brief", "link", "show", "lo")


def test_a_container_reaches_the_world_under_the_host_s_address(host: NetworkHost) -> None:
    web = host.attach("web")
    host.serve(host.lan, 90)
    assert web.netns.call(lambda: seen_as(LAN_ADDRESS, 90)) == HOST_ADDRESS
    assert web.netns.call(lambda: seen_as_by_datagram(LAN_ADDRESS, 90)) == HOST_ADDRESS


@pytest.mark.parametrize("filtered", ["0", "1"])
def test_neighbors_see_each_other_s_own_addresses(host: NetworkHost, filtered: str) -> None:
    run("sysctl", "-qw", f"net.bridge.bridge-nf-call-iptables={filtered}")
    web, other = host.attach("web"), host.attach("other")
    host.serve(web.netns, 80)
    assert other.netns.call(lambda: seen_as(web.address, 80)) == other.address


def test_networks_are_closed_to_each_other(host: NetworkHost) -> None:
    web = host.attach("web", space="one")
    stranger = host.attach("web", space="two")
    assert web.network.subnet != stranger.network.subnet
    host.serve(web.netns, 80)
    with pytest.raises(TimeoutError):
        stranger.netns.call(lambda: seen_as(web.address, 80))


def test_a_container_cannot_reach_the_host_s_loopback(host: NetworkHost) -> None:
    web = host.attach("web")
    own = NetworkNamespace(os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC))
    host.serve(own, 90)
    own.close()
    web.netns.run("sysctl", "-qw", "net.ipv4.conf.eth0.route_localnet=1")
    web.netns.run("ip", "address", "delete", "127.0.0.1/8", "dev", "lo")
    web.netns.run("ip", "route", "add", "127.0.0.0/8", "via", "10.97.0.1", "src", web.address)
    with pytest.raises(TimeoutError):
        web.netns.call(lambda: seen_as("127.0.0.1", 90))


def test_a_namespace_that_a_user_namespace_owns_is_connected_too(host: NetworkHost) -> None:
    network = host.manager.ensure_default("default")
    release, hold = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(hold)
            syscalls.unshare(syscalls.CLONE_NEWUSER | syscalls.CLONE_NEWNET)
            os.read(release, 1)
        finally:
            os._exit(0)
    os.close(release)
    try:
        own = Path("/proc/self/ns/net").stat().st_ino
        path = Path(f"/proc/{pid}/ns/net")
        wait_until(lambda: path.stat().st_ino != own, what="the child's own namespace")
        netns = NetworkNamespace(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        with host.database.transaction() as tx:
            (endpoint,) = host.manager.reserve(tx, container_id="c" * 64, network=network)
        host.manager.connect(
            container_id="c" * 64,
            endpoint=endpoint,
            network=network,
            netns_fd=netns.fd,
            bindings=(),
        )
        host.serve(host.lan, 90)
        assert netns.call(lambda: seen_as(LAN_ADDRESS, 90)) == HOST_ADDRESS
        netns.close()
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(hold)


def test_all_is_restored_after_the_firewall_was_flushed(host: NetworkHost) -> None:
    web = host.attach("web", WEB)
    host.serve(web.netns, 80)
    assert host.manager.repair() is False
    run("nft", "delete", "table", "ip", host.table)
    with pytest.raises(ConnectionRefusedError):
        seen_as("127.0.0.1", 18080)
    assert host.manager.repair() is True
    assert seen_as("127.0.0.1", 18080) == web.network.gateway
    assert host.manager.repair() is False


def test_the_next_start_restores_the_firewall_by_itself(host: NetworkHost) -> None:
    web = host.attach("web", WEB)
    host.serve(web.netns, 80)
    run("nft", "delete", "table", "ip", host.table)
    host.attach("other")
    assert seen_as("127.0.0.1", 18080) == web.network.gateway


def test_an_instance_without_networks_leaves_the_host_alone(host: NetworkHost) -> None:
    run("sysctl", "-qw", "net.ipv4.ip_forward=0")
    host.manager.restore()
    assert host.manager.repair() is False
    assert run("nft", "list", "tables") == ""
    assert Path("/proc/sys/net/ipv4/ip_forward").read_text() == "0\n"


def test_restoring_what_is_whole_changes_nothing(host: NetworkHost) -> None:
    web = host.attach("web", WEB)
    host.serve(web.netns, 80)
    before = run("nft", "list", "table", "ip", host.table)
    host.manager.restore()
    assert run("nft", "list", "table", "ip", host.table) == before
    assert seen_as("127.0.0.1", 18080) == web.network.gateway


def test_a_failed_connection_leaves_no_port_and_no_link(host: NetworkHost) -> None:
    network = host.manager.ensure_default("default")
    host.attach("other")
    before = links()
    with host.database.transaction() as tx:
        (endpoint,) = host.manager.reserve(tx, container_id="c" * 64, network=network)
    with Path("/dev/null").open() as no_namespace, pytest.raises(KernelRefused, match="veth"):
        host.manager.connect(
            container_id="c" * 64,
            endpoint=endpoint,
            network=network,
            netns_fd=no_namespace.fileno(),
            bindings=(WEB,),
        )
    assert links() == before
    assert "18080" not in run("nft", "list", "table", "ip", host.table)


def test_a_container_that_starts_again_at_once_is_connected(host: NetworkHost) -> None:
    web = host.attach("web")
    again = NetworkNamespace.new()
    # The first namespace is still there, as one that the kernel has yet to take down.
    host.manager.connect(
        container_id=web.container.id,
        endpoint=web.endpoint,
        network=web.network,
        netns_fd=again.fd,
        bindings=(),
    )
    host.serve(host.lan, 90)
    assert again.call(lambda: seen_as(LAN_ADDRESS, 90)) == HOST_ADDRESS
    again.close()


def test_many_starts_at_once_all_get_their_own(host: NetworkHost) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: host.attach(f"web{number}", ANY), range(16)))
    assert len({attached.address for attached in made}) == 16
    assert len({attached.host_port() for attached in made}) == 16
    for attached in made:
        host.serve(attached.netns, 80)
        assert seen_as("127.0.0.1", attached.host_port()) == attached.network.gateway


def test_nothing_is_left_when_all_is_destroyed(host: NetworkHost) -> None:
    before = links()
    host.attach("web", WEB)
    host.attach("other")
    assert len(links() - before) == 3
    host.manager.destroy_all()
    assert links() == before
    assert run("nft", "list", "tables") == ""
    host.manager.destroy_all()


def test_a_network_in_use_is_kept_and_an_idle_one_goes_with_its_bridge(host: NetworkHost) -> None:
    web = host.attach("web")
    with pytest.raises(NetworkInUse, match=r"still has 1 container"):
        host.manager.remove("default", "bridge")
    assert web.network.bridge in links()
    host.detach(web)
    host.manager.remove("default", "bridge")
    assert web.network.bridge not in links()
    assert web.network.bridge not in run("nft", "list", "table", "ip", host.table)
    with pytest.raises(NetworkNotFound):
        host.manager.get("default", "bridge")
    with host.database.reading() as connection:
        told = [(event.kind, event.action) for event in outbox.read(connection, after=0, limit=99)]
    assert [action for kind, action in told if kind == "network"] == ["create", "destroy"]


def test_a_network_is_found_by_name_id_or_prefix_in_its_space_only(host: NetworkHost) -> None:
    network = host.manager.create("default", "apart")
    assert network.version > 0
    for name in ("apart", network.id, network.id[:6]):
        assert host.manager.get("default", name) == network
    for space, name in (("other", "apart"), ("default", "a%"), ("default", "")):
        with pytest.raises(NetworkNotFound):
            host.manager.get(space, name)
    assert host.manager.list("default") == (network,)
    assert host.manager.list("other") == ()


def test_a_second_network_of_that_name_is_refused(host: NetworkHost) -> None:
    network = host.manager.create("default", "apart")
    with pytest.raises(NameInUse, match=f"in use by network {network.id[:12]}"):
        host.manager.create("default", "apart")
    host.manager.create("other", "apart")


@pytest.mark.parametrize(
    ("name", "subnet", "problem"),
    [
        ("host", None, "means something else"),
        ("", None, "1 to 128 letters"),
        ("a/b", None, "1 to 128 letters"),
        ("wide", "198.51.100.0/25", r"overlaps 198\.51\.100\.0/24"),
        ("wide", "10.97.0.0/25", r"overlaps 10\.97\.0\.0/24"),
    ],
)
def test_a_network_that_cannot_be_is_refused_with_the_reason(
    host: NetworkHost, name: str, subnet: str | None, problem: str
) -> None:
    host.manager.ensure_default("default")
    with pytest.raises(InvalidValue, match=problem):
        host.manager.create("default", name, subnet)


def test_addresses_are_leased_until_released_and_then_given_out_again(host: NetworkHost) -> None:
    small = host.manager.create("default", "small", "10.99.0.0/29")
    with host.database.transaction() as tx:
        leased = [
            host.manager.reserve(tx, container_id=f"{number}", network=small)[0].address
            for number in range(5)
        ]
        again = host.manager.reserve(tx, container_id="0", network=small)[0].address
    assert leased == [f"10.99.0.{last}" for last in range(2, 7)]
    assert again == "10.99.0.2"
    with (
        pytest.raises(AddressPoolExhausted, match=r"10\.99\.0\.0/29"),
        host.database.transaction() as tx,
    ):
        host.manager.reserve(tx, container_id="5", network=small)
    with host.database.transaction() as tx:
        host.manager.release(tx, "3")
        assert host.manager.reserve(tx, container_id="5", network=small)[0].address == "10.99.0.5"


def test_an_exhausted_pool_of_subnets_is_named(host: NetworkHost) -> None:
    configuration = replace(host.configuration, subnet_pool=("10.98.0.0/23",))
    manager = NetworkManager(configuration, host.database)
    manager.create("default", "one")
    manager.create("default", "two")
    with pytest.raises(AddressPoolExhausted, match=r"10\.98\.0\.0/23"):
        manager.create("default", "three")
