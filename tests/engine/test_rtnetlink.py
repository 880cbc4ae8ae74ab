"""rtnetlink messages: bytes as the kernel's headers lay them out."""

from __future__ import annotations

import ipaddress
import struct

import pytest

from engine.linux import rtnetlink
from engine.linux.rtnetlink import Address, Link, Route

# struct ifinfomsg: family, padding, type, index, flags, change.
LINK = struct.Struct("=BxHiII")


def attribute(kind: int, value: bytes) -> bytes:
    """Lay *value* out as linux/netlink.h's struct nlattr, padded to four bytes."""
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def test_a_bridge_is_asked_for_up_with_its_own_hardware_address() -> None:
    request = rtnetlink.create_bridge("br0", mtu=1400, address=bytes.fromhex("02420a530001"))
    assert request.body == LINK.pack(0, 0, 0, 1, 1) + (
        attribute(3, b"br0\0")
        + attribute(4, struct.pack("=I", 1400))
        + attribute(1, bytes.fromhex("02420a530001"))
        + attribute(18, attribute(1, b"bridge\0"))
    )
    assert (request.type, request.flags) == (16, 0x600)


def test_the_far_end_of_a_pair_is_born_down_and_in_its_namespace() -> None:
    request = rtnetlink.create_veth(
        "v0", peer="eth0", peer_address=b"\x02\x42\0\0\0\1", netns_fd=9, master=7, mtu=1500
    )
    far_end = LINK.pack(0, 0, 0, 0, 0) + (
        attribute(3, b"eth0\0")
        + attribute(28, struct.pack("=I", 9))
        + attribute(4, struct.pack("=I", 1500))
        + attribute(1, b"\x02\x42\0\0\0\1")
    )
    assert attribute(2, attribute(1, far_end)) in request.body
    assert request.body.startswith(LINK.pack(0, 0, 0, 1, 1))


def test_detaching_a_link_takes_it_down_and_out_of_its_bridge() -> None:
    request = rtnetlink.detach_link("v0")
    assert request.body == LINK.pack(0, 0, 0, 0, 1) + attribute(3, b"v0\0") + attribute(
        10, struct.pack("=I", 0)
    )


def test_an_address_carries_its_prefix_length() -> None:
    request = rtnetlink.add_address(5, ipaddress.IPv4Interface("10.83.0.2/24"))
    packed = bytes([10, 83, 0, 2])
    assert request.body == struct.pack("=BBBBI", 2, 24, 0, 0, 5) + attribute(2, packed) + (
        attribute(1, packed)
    )


def test_a_default_route_has_no_destination() -> None:
    request = rtnetlink.add_default_route(ipaddress.IPv4Address("10.83.0.1"), 5)
    assert request.body == struct.pack("=BBBBBBBBI", 2, 0, 0, 0, 254, 3, 0, 1, 0) + (
        attribute(5, bytes([10, 83, 0, 1])) + attribute(4, struct.pack("=I", 5))
    )


def test_a_link_is_read_with_its_kind_and_master() -> None:
    body = LINK.pack(0, 1, 7, 0x1043, 0) + (
        attribute(3, b"v0\0")
        + attribute(4, struct.pack("=I", 1400))
        + attribute(10, struct.pack("=I", 3))
        + attribute(1, b"\x02\x42\0\0\0\1")
        + attribute(18 | 0x8000, attribute(1, b"veth\0"))
    )
    assert rtnetlink.read_link(body) == Link(
        index=7,
        name="v0",
        flags=0x1043,
        mtu=1400,
        master=3,
        kind="veth",
        address=b"\x02\x42\0\0\0\1",
    )


def test_an_address_is_read_as_ours_and_not_the_far_ends() -> None:
    body = struct.pack("=BBBBI", 2, 30, 0, 0, 4) + (
        attribute(1, bytes([192, 0, 2, 2])) + attribute(2, bytes([192, 0, 2, 1]))
    )
    assert rtnetlink.read_address(body) == Address(
        index=4, interface=ipaddress.IPv4Interface("192.0.2.1/30")
    )


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            254,
            Route(
                destination=ipaddress.IPv4Network("10.0.0.0/8"),
                gateway=ipaddress.IPv4Address("192.0.2.1"),
                index=2,
            ),
        ),
        (255, None),
    ],
)
def test_only_routes_of_the_main_table_are_read(table: int, expected: Route | None) -> None:
    body = struct.pack("=BBBBBBBBI", 2, 8, 0, 0, table, 3, 0, 1, 0) + (
        attribute(1, bytes([10, 0, 0, 0]))
        + attribute(5, bytes([192, 0, 2, 1]))
        + attribute(4, struct.pack("=I", 2))
    )
    assert rtnetlink.read_route(body) == expected
