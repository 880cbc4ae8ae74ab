"""Subnets from the pool and addresses from a subnet."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from engine.errors import AddressPoolExhausted, InvalidValue
from engine.network import addresses


def test_a_network_gets_the_first_subnet_that_nothing_on_the_host_overlaps() -> None:
    taken = {IPv4Network("10.83.0.0/24"), IPv4Network("10.83.1.128/25")}
    assert addresses.choose_subnet(["10.83.0.0/16"], taken) == IPv4Network("10.83.2.0/24")


def test_the_next_block_of_the_pool_follows_the_first() -> None:
    chosen = addresses.choose_subnet(
        ["10.83.0.0/24", "10.84.0.0/25"], {IPv4Network("10.83.0.0/24")}
    )
    assert chosen == IPv4Network("10.84.0.0/25")


def test_an_exhausted_pool_is_named() -> None:
    with pytest.raises(AddressPoolExhausted, match=r"10\.83\.0\.0/24"):
        addresses.choose_subnet(["10.83.0.0/24"], {IPv4Network("10.0.0.0/8")})


def test_a_container_gets_the_lowest_address_that_is_free() -> None:
    subnet = IPv4Network("10.83.0.0/24")
    assert addresses.choose_address(subnet, set()) == IPv4Address("10.83.0.2")
    assert addresses.choose_address(subnet, {"10.83.0.2", "10.83.0.4"}) == IPv4Address("10.83.0.3")


def test_a_full_subnet_is_named() -> None:
    subnet = IPv4Network("10.83.0.0/30")
    with pytest.raises(AddressPoolExhausted, match=r"10\.83\.0\.0/30"):
        addresses.choose_address(subnet, {"10.83.0.2"})


def test_a_hardware_address_follows_from_the_address() -> None:
    assert addresses.mac_of(IPv4Address("10.83.0.255")) == "02:42:0a:53:00:ff"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("10.20.30.0", "between"),
        ("10.20.30.1/24", "not an IPv4 subnet"),
        ("fd00::/64", "not an IPv4 subnet"),
        ("wide", "not an IPv4 subnet"),
        ("10.0.0.0/7", "between"),
        ("10.20.30.0/31", "between"),
        ("127.5.0.0/16", "not a range"),
        ("224.1.0.0/16", "not a range"),
        ("10.83.0.0/20", r"overlaps 10\.83\.4\.0/24"),
    ],
)
def test_a_subnet_that_cannot_be_had_is_refused_with_the_reason(text: str, problem: str) -> None:
    with pytest.raises(InvalidValue, match=problem):
        addresses.read_subnet(text, [IPv4Network("10.83.4.0/24")])
