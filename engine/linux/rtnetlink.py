"""Links, addresses and routes through rtnetlink(7), written by hand: only what an engine needs.

Requests are built by plain functions and sent by a RouteSocket, several in one datagram; the kernel
carries them out in order and stops at none: every refused one is known by its number.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import struct
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from engine.linux.netlink import (
    BUFFER,
    NLM_F_ACK,
    NLM_F_DUMP,
    NLM_F_REQUEST,
    NLMSG_DONE,
    NLMSG_ERROR,
    attribute,
    attributes,
    integer,
    message,
    messages,
    number,
    string,
    text,
)

IFF_UP: Final = 0x1

_NLM_F_EXCL: Final = 0x200
_NLM_F_CREATE: Final = 0x400

_RTM_NEWLINK: Final = 16
_RTM_DELLINK: Final = 17
_RTM_GETLINK: Final = 18
_RTM_NEWADDR: Final = 20
_RTM_GETADDR: Final = 22
_RTM_NEWROUTE: Final = 24
_RTM_GETROUTE: Final = 26

_IFLA_ADDRESS: Final = 1
_IFLA_IFNAME: Final = 3
_IFLA_MTU: Final = 4
_IFLA_MASTER: Final = 10
_IFLA_LINKINFO: Final = 18
_IFLA_NET_NS_FD: Final = 28
_IFLA_INFO_KIND: Final = 1
_IFLA_INFO_DATA: Final = 2
_IFLA_INFO_SLAVE_KIND: Final = 4
_IFLA_INFO_SLAVE_DATA: Final = 5
_VETH_INFO_PEER: Final = 1
_IFLA_BRPORT_MODE: Final = 4
_IFA_ADDRESS: Final = 1
_IFA_LOCAL: Final = 2
_RTA_DST: Final = 1
_RTA_OIF: Final = 4
_RTA_GATEWAY: Final = 5

_RT_TABLE_MAIN: Final = 254
_RTPROT_BOOT: Final = 3
_RT_SCOPE_UNIVERSE: Final = 0
_RTN_UNICAST: Final = 1

_LINK: Final = struct.Struct("=BxHiII")
_ADDRESS: Final = struct.Struct("=BBBBI")
_ROUTE: Final = struct.Struct("=BBBBBBBBI")


@dataclass(frozen=True, slots=True)
class Request:
    """One message without its header; `name` says in an error what was asked."""

    name: str
    type: int
    flags: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One network interface."""

    index: int
    name: str
    flags: int
    mtu: int
    master: int
    kind: str
    """`veth`, `bridge`, …; empty for a physical one."""
    address: bytes

    @property
    def is_up(self) -> bool:
        return bool(self.flags & IFF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One IPv4 address of an interface."""

    index: int
    interface: ipaddress.IPv4Interface


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One IPv4 route of the main table."""

    destination: ipaddress.IPv4Network
    gateway: ipaddress.IPv4Address | None
    index: int


def create_bridge(name: str, *, mtu: int, address: bytes) -> Request:
    """Make a bridge and bring it up; *address* is its six-byte hardware address."""
    wanted = (
        text(_IFLA_IFNAME, name)
        + number(_IFLA_MTU, mtu)
        + attribute(_IFLA_ADDRESS, address)
        + attribute(_IFLA_LINKINFO, text(_IFLA_INFO_KIND, "bridge"))
    )
    flags = _NLM_F_CREATE | _NLM_F_EXCL
    return Request(f"create bridge {name}", _RTM_NEWLINK, flags, _link(0, IFF_UP) + wanted)


def create_veth(
    name: str, *, peer: str, peer_address: bytes, netns_fd: int, master: int, mtu: int
) -> Request:
    """Make a pair: *name*, up, in the bridge *master*, and *peer*, down, in the namespace."""
    # The kernel answers ENOTCONN to a peer that is to be up before its other end exists.
    peer_message = (
        _link(0, 0)
        + text(_IFLA_IFNAME, peer)
        + number(_IFLA_NET_NS_FD, netns_fd)
        + number(_IFLA_MTU, mtu)
        + attribute(_IFLA_ADDRESS, peer_address)
    )
    info = text(_IFLA_INFO_KIND, "veth") + attribute(
        _IFLA_INFO_DATA, attribute(_VETH_INFO_PEER, peer_message)
    )
    wanted = (
        text(_IFLA_IFNAME, name)
        + number(_IFLA_MTU, mtu)
        + number(_IFLA_MASTER, master)
        + attribute(_IFLA_LINKINFO, info)
    )
    flags = _NLM_F_CREATE | _NLM_F_EXCL
    return Request(f"create veth {name}", _RTM_NEWLINK, flags, _link(0, IFF_UP) + wanted)


def set_hairpin(name: str) -> Request:
    """Let a bridge send a frame back out of its port *name*, by which it came in."""
    mode = attribute(_IFLA_BRPORT_MODE, b"\x01")
    info = text(_IFLA_INFO_SLAVE_KIND, "bridge") + attribute(_IFLA_INFO_SLAVE_DATA, mode)
    body = _link(0, 0) + text(_IFLA_IFNAME, name) + attribute(_IFLA_LINKINFO, info)
    return Request(f"set hairpin on {name}", _RTM_NEWLINK, 0, body)


def set_up(index: int) -> Request:
    """Bring the link *index* up."""
    return Request(f"set link {index} up", _RTM_NEWLINK, 0, _link(index, IFF_UP))


def detach_link(name: str) -> Request:
    """Take the link *name* down and out of its bridge; unlike deletion, that waits for nothing."""
    body = _LINK.pack(socket.AF_UNSPEC, 0, 0, 0, IFF_UP) + text(_IFLA_IFNAME, name)
    return Request(f"detach link {name}", _RTM_NEWLINK, 0, body + number(_IFLA_MASTER, 0))


def delete_link(name: str) -> Request:
    """Remove the link *name*, and the other end of a veth with it."""
    body = _link(0, 0) + text(_IFLA_IFNAME, name)
    return Request(f"delete link {name}", _RTM_DELLINK, 0, body)


def add_address(index: int, interface: ipaddress.IPv4Interface) -> Request:
    """Give the link *index* an address."""
    packed = interface.ip.packed
    body = (
        _ADDRESS.pack(socket.AF_INET, interface.network.prefixlen, 0, 0, index)
        + attribute(_IFA_LOCAL, packed)
        + attribute(_IFA_ADDRESS, packed)
    )
    flags = _NLM_F_CREATE | _NLM_F_EXCL
    return Request(f"add address {interface}", _RTM_NEWADDR, flags, body)


def add_default_route(gateway: ipaddress.IPv4Address, index: int) -> Request:
    """Send what has no better route to *gateway* over the link *index*."""
    body = (
        _ROUTE.pack(
            socket.AF_INET,
            0,
            0,
            0,
            _RT_TABLE_MAIN,
            _RTPROT_BOOT,
            _RT_SCOPE_UNIVERSE,
            _RTN_UNICAST,
            0,
        )
        + attribute(_RTA_GATEWAY, gateway.packed)
        + number(_RTA_OIF, index)
    )
    flags = _NLM_F_CREATE | _NLM_F_EXCL
    return Request(f"add default route by {gateway}", _RTM_NEWROUTE, flags, body)


class RouteSocket:
    """An rtnetlink socket of the network namespace that the opening thread is in."""

    def __init__(self) -> None:
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
        self._socket = socket.socket(socket.AF_NETLINK, kind, socket.NETLINK_ROUTE)
        self._socket.bind((0, 0))
        self._sequence = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def execute(self, *requests: Request) -> None:
        """Have all *requests* carried out; OSError names the first that was refused."""
        names: dict[int, str] = {}
        datagram = b""
        for request in requests:
            self._sequence += 1
            names[self._sequence] = request.name
            flags = request.flags | NLM_F_REQUEST | NLM_F_ACK
            datagram += message(request.type, flags, self._sequence, request.body)
        self._socket.send(datagram)
        refused: OSError | None = None
        while names:
            for kind, _, sequence, body in messages(self._socket.recv(BUFFER)):
                name = names.pop(sequence, None)
                if kind != NLMSG_ERROR or name is None:
                    continue
                (code,) = struct.unpack_from("=i", body)
                if code and refused is None:
                    refused = OSError(-code, f"{name}: {os.strerror(-code)}")
        if refused is not None:
            raise refused

    def link(self, name: str) -> Link | None:
        """Return the link *name*, or None where there is none."""
        body = _link(0, 0) + text(_IFLA_IFNAME, name)
        try:
            answers = self._ask(_RTM_GETLINK, 0, body)
        except OSError as error:
            if error.errno == errno.ENODEV:
                return None
            raise
        return read_link(answers[0])

    def links(self) -> list[Link]:
        """Return all links of the namespace."""
        return [read_link(body) for body in self._ask(_RTM_GETLINK, NLM_F_DUMP, _link(0, 0))]

    def addresses(self) -> list[Address]:
        """Return all IPv4 addresses of the namespace."""
        body = _ADDRESS.pack(socket.AF_INET, 0, 0, 0, 0)
        return [read_address(answer) for answer in self._ask(_RTM_GETADDR, NLM_F_DUMP, body)]

    def routes(self) -> list[Route]:
        """Return the IPv4 routes of the main table."""
        body = _ROUTE.pack(socket.AF_INET, 0, 0, 0, 0, 0, 0, 0, 0)
        answers = self._ask(_RTM_GETROUTE, NLM_F_DUMP, body)
        return [route for answer in answers if (route := read_route(answer)) is not None]

    def _ask(self, kind: int, flags: int, body: bytes) -> list[bytes]:
        self._sequence += 1
        self._socket.send(message(kind, flags | NLM_F_REQUEST, self._sequence, body))
        answers: list[bytes] = []
        while True:
            for answered, _, sequence, content in messages(self._socket.recv(BUFFER)):
                if sequence != self._sequence:
                    continue
                if answered == NLMSG_ERROR:
                    (code,) = struct.unpack_from("=i", content)
                    raise OSError(-code, f"rtnetlink: {os.strerror(-code)}")
                if answered == NLMSG_DONE:
                    return answers
                answers.append(content)
            if not flags & NLM_F_DUMP:
                return answers


def read_link(body: bytes) -> Link:
    """Return the link that the body of an RTM_NEWLINK message describes."""
    _, _, index, flags, _ = _LINK.unpack_from(body)
    found = attributes(body[_LINK.size :])
    info = attributes(found.get(_IFLA_LINKINFO, b""))
    return Link(
        index=index,
        name=string(found[_IFLA_IFNAME]),
        flags=flags,
        mtu=integer(found.get(_IFLA_MTU)),
        master=integer(found.get(_IFLA_MASTER)),
        kind=string(info.get(_IFLA_INFO_KIND, b"")),
        address=found.get(_IFLA_ADDRESS, b""),
    )


def read_address(body: bytes) -> Address:
    """Return the address that the body of an RTM_NEWADDR message describes."""
    _, prefix, _, _, index = _ADDRESS.unpack_from(body)
    found = attributes(body[_ADDRESS.size :])
    # IFA_ADDRESS is the peer's on a point-to-point link; IFA_LOCAL is always ours.
    packed = found.get(_IFA_LOCAL) or found[_IFA_ADDRESS]
    return Address(index=index, interface=ipaddress.IPv4Interface((packed, prefix)))


def read_route(body: bytes) -> Route | None:
    """Return the route that an RTM_NEWROUTE body describes; None for one of another table."""
    _, prefix, _, _, table, _, _, kind, _ = _ROUTE.unpack_from(body)
    if table != _RT_TABLE_MAIN or kind != _RTN_UNICAST:
        return None
    found = attributes(body[_ROUTE.size :])
    gateway = found.get(_RTA_GATEWAY)
    return Route(
        destination=ipaddress.IPv4Network((found.get(_RTA_DST, b"\0\0\0\0"), prefix)),
        gateway=ipaddress.IPv4Address(gateway) if gateway else None,
        index=integer(found.get(_RTA_OIF)),
    )


def _link(index: int, flags: int) -> bytes:
    return _LINK.pack(socket.AF_UNSPEC, 0, index, flags, flags)
