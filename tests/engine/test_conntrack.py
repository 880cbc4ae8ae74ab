"""UDP flows as ctnetlink tells of them."""

from __future__ import annotations

import ipaddress
import struct

import pytest

from engine.linux.conntrack import UdpFlow, read_flow
from engine.linux.netlink import attribute

NESTED = 0x8000


def packed(source: str, destination: str, protocol: int, ports: tuple[int, int]) -> bytes:
    """Lay a tuple out: addresses, then protocol and ports in network order."""
    addresses = attribute(1, ipaddress.IPv4Address(source).packed) + attribute(
        2, ipaddress.IPv4Address(destination).packed
    )
    numbers = attribute(1, bytes([protocol]))
    numbers += attribute(2, struct.pack(">H", ports[0])) + attribute(3, struct.pack(">H", ports[1]))
    return attribute(1 | NESTED, addresses) + attribute(2 | NESTED, numbers)


@pytest.mark.parametrize("protocol", [17, 6])
def test_only_udp_flows_are_read_with_who_really_answers(protocol: int) -> None:
    original = packed("198.51.100.9", "198.51.100.1", protocol, (40000, 8080))
    reply = packed("10.83.0.2", "198.51.100.9", protocol, (53, 40000))
    body = struct.pack("=BBH", 2, 0, 0)
    body += attribute(1 | NESTED, original) + attribute(2 | NESTED, reply)
    expected = UdpFlow(
        destination=ipaddress.IPv4Address("198.51.100.1"),
        port=8080,
        answerer=ipaddress.IPv4Address("10.83.0.2"),
        original=original,
    )
    assert read_flow(body) == (expected if protocol == 17 else None)
