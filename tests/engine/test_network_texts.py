"""What a network writes: elements of its table, resolv.conf and hosts."""

from __future__ import annotations

from engine.network import files, ruleset
from engine.network.ruleset import Element
from engine.spec.container import EndpointStatus, PortBinding, Protocol


def test_a_port_of_every_address_is_keyed_by_protocol_and_port() -> None:
    binding = PortBinding(container_port=80, host_port=8080)
    assert ruleset.element(binding, "10.83.0.2") == Element(
        "published", "tcp . 8080", "10.83.0.2 . 80"
    )


def test_a_port_of_one_address_is_keyed_by_that_address_too() -> None:
    binding = PortBinding(
        container_port=53, host_port=53, host_address="192.0.2.2", protocol=Protocol.UDP
    )
    assert ruleset.element(binding, "10.83.0.2") == Element(
        "published_at", "192.0.2.2 . udp . 53", "10.83.0.2 . 53"
    )


def test_resolv_conf_keeps_search_list_and_options_but_asks_bare_names_first() -> None:
    host = "# made by hand\nnameserver 192.0.2.1\nsearch corp.example lan\noptions edns0 ndots:5\n"
    assert files.resolv_conf_text("10.83.0.1", host) == (
        "nameserver 10.83.0.1\nsearch corp.example lan\noptions edns0 ndots:0\n"
    )


def test_resolv_conf_of_a_host_that_has_none_is_whole() -> None:
    assert files.resolv_conf_text("10.83.0.1", "search .\n") == (
        "nameserver 10.83.0.1\noptions ndots:0\n"
    )


def test_hosts_names_loopback_and_the_container_itself() -> None:
    endpoint = EndpointStatus(
        network="bridge", address="10.83.0.2", gateway="10.83.0.1", mac="02:42:0a:53:00:02"
    )
    assert files.hosts_text("web", (endpoint,)).splitlines() == [
        "127.0.0.1\tlocalhost",
        "::1\tlocalhost ip6-localhost ip6-loopback",
        "10.83.0.2\tweb",
    ]
