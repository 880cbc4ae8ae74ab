"""Names within a network, and the way of all others to the host's resolvers."""

from __future__ import annotations

import os
import random
import signal
import socket
from collections.abc import Iterator
from functools import partial

import pytest

from engine.errors import ProgramNotStarted
from engine.linux import daemon
from engine.network.names import NameServer
from tests.support.dns import ask, ask_stream, question
from tests.support.network import NetworkHost, network_host
from tests.support.waiting import wait_until

pytestmark = pytest.mark.kernel

A, PTR, AAAA = 1, 12, 28
NO_ERROR, SERVER_FAILURE, NAME_ERROR = 0, 2, 3


@pytest.fixture
def host() -> Iterator[NetworkHost]:
    with network_host() as made:
        yield made


def server_pid(host: NetworkHost) -> int:
    pid = daemon.running_pid(NameServer(host.configuration).program)
    assert pid is not None
    return pid


def test_a_neighbor_is_found_by_name_and_by_id(host: NetworkHost) -> None:
    web, other = host.attach("web"), host.attach("other")
    gateway = web.network.gateway
    for name in ("web", "WEB", web.container.id[:12]):
        answer = other.netns.call(partial(ask, gateway, name))
        assert (answer.code, answer.records, answer.address) == (NO_ERROR, 1, web.address)
    answer = other.netns.call(lambda: ask_stream(gateway, "web"))
    assert answer.address == web.address


def test_a_name_without_an_ipv6_address_exists_all_the_same(host: NetworkHost) -> None:
    web = host.attach("web")
    answer = web.netns.call(lambda: ask(web.network.gateway, "web", AAAA))
    assert (answer.code, answer.records) == (NO_ERROR, 0)


def test_an_address_is_found_back_by_its_name(host: NetworkHost) -> None:
    web = host.attach("web")
    gateway = web.network.gateway
    answer = web.netns.call(lambda: ask(gateway, "2.0.97.10.in-addr.arpa", PTR))
    assert (answer.code, answer.records, answer.tail) == (NO_ERROR, 1, b"web\0")
    answer = web.netns.call(lambda: ask(gateway, "99.0.97.10.in-addr.arpa", PTR))
    assert answer.code == NAME_ERROR


def test_a_name_nobody_has_does_not_exist(host: NetworkHost) -> None:
    web, gone = host.attach("web"), host.attach("gone")
    host.detach(gone)
    for name in ("nobody", "gone"):
        answer = web.netns.call(partial(ask, web.network.gateway, name))
        assert (answer.code, answer.records) == (NAME_ERROR, 0)


def test_names_do_not_cross_networks_or_spaces(host: NetworkHost) -> None:
    web = host.attach("web")
    apart = host.attach("apart", network=host.manager.create("default", "apart"))
    foreign = host.attach("foreign", space="other")
    for stranger in (apart, foreign):
        gateway = stranger.network.gateway
        answer = stranger.netns.call(partial(ask, gateway, "web"))
        assert answer.code == NAME_ERROR
        # Nor by asking the other network's own server.
        with pytest.raises(TimeoutError):
            stranger.netns.call(lambda: ask(web.network.gateway, "web", seconds=0.5))


def test_other_names_fail_in_time_where_no_resolver_answers(host: NetworkHost) -> None:
    # The test's host has no way to any resolver.
    web = host.attach("web")
    answer = web.netns.call(lambda: ask(web.network.gateway, "example.org", seconds=10))
    assert answer.code == SERVER_FAILURE


def test_no_garbage_ends_the_server(host: NetworkHost) -> None:
    web = host.attach("web")
    gateway = web.network.gateway
    before = server_pid(host)
    generator = random.Random(3)

    def bombard() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(500):
                packet = bytearray(question("web", A))
                packet[generator.randrange(len(packet))] = generator.randrange(256)
                sender.sendto(packet[: generator.randrange(len(packet) + 1)], (gateway, 53))
        with socket.create_connection((gateway, 53), timeout=2) as stream:
            stream.sendall(b"\xff\xff" + b"x" * 100)

    web.netns.call(bombard)
    assert web.netns.call(lambda: ask(gateway, "web")).address == web.address
    assert server_pid(host) == before


def test_a_gateway_whose_port_is_taken_stops_every_start_with_the_reason(
    host: NetworkHost,
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("0.0.0.0", 53))
        for name in ("first", "second"):
            with pytest.raises(ProgramNotStarted, match=r"port 53 is taken: 10\.97\.0\.1 "):
                host.attach(name)
    web = host.attach("web")
    assert web.netns.call(lambda: ask(web.network.gateway, "web")).address == web.address


def test_idle_connections_of_one_network_hold_up_no_other(host: NetworkHost) -> None:
    greedy = host.attach("greedy")
    other = host.attach("other", space="other")

    def connect() -> list[socket.socket]:
        address = (greedy.network.gateway, 53)
        return [socket.create_connection(address, timeout=2) for _ in range(40)]

    held = greedy.netns.call(connect)
    gateway = other.network.gateway
    assert other.netns.call(lambda: ask_stream(gateway, "other")).address == other.address
    # Names of its own network need no thread either.
    own = greedy.netns.call(lambda: ask(greedy.network.gateway, "greedy"))
    assert own.address == greedy.address
    for connection in held:
        connection.close()


def test_a_server_that_died_is_back_with_the_next_start(host: NetworkHost) -> None:
    web = host.attach("web")
    before = server_pid(host)
    os.kill(before, signal.SIGKILL)
    program = NameServer(host.configuration).program
    wait_until(lambda: not daemon.answers(program), what="the end of the name server")
    host.attach("other")
    assert server_pid(host) != before
    answer = web.netns.call(lambda: ask(web.network.gateway, "other"))
    assert answer.code == NO_ERROR


def test_resolv_conf_names_the_gateway(host: NetworkHost) -> None:
    network = host.manager.ensure_default("default")
    lines = host.manager.resolv_conf(network).splitlines()
    assert lines[0] == "nameserver 10.97.0.1"
    assert lines[-1].endswith("ndots:0")
