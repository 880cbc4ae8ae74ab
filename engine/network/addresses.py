"""Which subnets networks get from the pool, and which addresses containers get from a subnet."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable

from engine.errors import AddressPoolExhausted, InvalidValue

SUBNET_PREFIX = 24
"""Of a network that asks for no subnet of its own."""

_SMALLEST_PREFIX = 30
_LARGEST_PREFIX = 8


def choose_subnet(
    pool: Iterable[str], taken: Collection[ipaddress.IPv4Network]
) -> ipaddress.IPv4Network:
    """Return the first subnet of *pool* that overlaps none that is *taken*."""
    for text in pool:
        block = ipaddress.IPv4Network(text)
        prefix = max(SUBNET_PREFIX, block.prefixlen)
        for subnet in block.subnets(new_prefix=prefix):
            if not any(subnet.overlaps(other) for other in taken):
                return subnet
    raise AddressPoolExhausted(pool=", ".join(pool))


def read_subnet(text: str, taken: Collection[ipaddress.IPv4Network]) -> ipaddress.IPv4Network:
    """Return the subnet a user asked for, or raise InvalidValue saying why it cannot be had."""
    try:
        subnet = ipaddress.IPv4Network(text)
    except ValueError as error:
        problem = f"is not an IPv4 subnet ({error}); write 10.20.30.0/24"
        raise InvalidValue(field="subnet", value=text, problem=problem) from error
    if not _LARGEST_PREFIX <= subnet.prefixlen <= _SMALLEST_PREFIX:
        problem = f"must be between /{_LARGEST_PREFIX} and /{_SMALLEST_PREFIX}"
        raise InvalidValue(field="subnet", value=text, problem=problem)
    if subnet.is_loopback or subnet.is_multicast or subnet.is_unspecified or subnet.is_link_local:
        problem = "is not a range that containers can have"
        raise InvalidValue(field="subnet", value=text, problem=problem)
    for other in taken:
        if subnet.overlaps(other):
            problem = f"overlaps {other}, which a network or a route of this host has"
            raise InvalidValue(field="subnet", value=text, problem=problem)
    return subnet


def gateway_of(subnet: ipaddress.IPv4Network) -> ipaddress.IPv4Address:
    """Return the bridge's own address: the first one."""
    return subnet.network_address + 1


def choose_address(subnet: ipaddress.IPv4Network, leased: Collection[str]) -> ipaddress.IPv4Address:
    """Return the lowest address of *subnet* that is neither leased nor the bridge's."""
    gateway = gateway_of(subnet)
    for address in subnet.hosts():
        if address != gateway and str(address) not in leased:
            return address
    raise AddressPoolExhausted(pool=str(subnet))


def mac_of(address: ipaddress.IPv4Address) -> str:
    """Return the hardware address that goes with *address*.

    One follows from the other: a neighbor's ARP entry stays right when a lease changes hands.
    """
    return (b"\x02\x42" + address.packed).hex(":")
