"""The kernel's memory of UDP flows, through ctnetlink: finding them and forgetting them."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from engine.linux.netlink import (
    BUFFER,
    NLM_F_ACK,
    NLM_F_DUMP,
    NLM_F_REQUEST,
    NLMSG_DONE,
    NLMSG_ERROR,
    attribute,
    attributes,
    message,
    messages,
)

_NETLINK_NETFILTER: Final = 12
_CT_GET: Final = 1 << 8 | 1
_CT_DELETE: Final = 1 << 8 | 2
_CTA_TUPLE_ORIG: Final = 1
_CTA_TUPLE_REPLY: Final = 2
_CTA_TUPLE_IP: Final = 1
_CTA_TUPLE_PROTO: Final = 2
_CTA_IP_V4_SRC: Final = 1
_CTA_IP_V4_DST: Final = 2
_CTA_PROTO_NUM: Final = 1
_CTA_PROTO_DST_PORT: Final = 3
_NLA_F_NESTED: Final = 0x8000
# struct nfgenmsg: IPv4, version 0, no resource.
_FAMILY: Final = struct.pack("=BBH", socket.AF_INET, 0, 0)


@dataclass(frozen=True, slots=True)
class UdpFlow:
    """One flow: where its first packet was sent, and who answers."""

    destination: ipaddress.IPv4Address
    port: int
    answerer: ipaddress.IPv4Address
    original: bytes
    """The kernel's own description of its first packet."""


def forget_udp(wanted: Callable[[UdpFlow], bool]) -> None:
    """Have the kernel forget the UDP flows that are *wanted*: their next packet is a first one."""
    kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
    with socket.socket(socket.AF_NETLINK, kind, _NETLINK_NETFILTER) as asking:
        asking.bind((0, 0))
        flows = [flow for flow in _flows(asking) if wanted(flow)]
        for sequence, flow in enumerate(flows, 2):
            body = _FAMILY + attribute(_CTA_TUPLE_ORIG | _NLA_F_NESTED, flow.original)
            asking.send(message(_CT_DELETE, NLM_F_REQUEST | NLM_F_ACK, sequence, body))
            for _, _, _, answer in messages(asking.recv(BUFFER)):
                (code,) = struct.unpack_from("=i", answer)
                # It may have timed out meanwhile.
                if code not in (0, -errno.ENOENT):
                    raise OSError(-code, f"forget a UDP flow: {os.strerror(-code)}")


def read_flow(body: bytes) -> UdpFlow | None:
    """Return the flow that the body of a conntrack message describes; None if it is not UDP."""
    found = attributes(body[len(_FAMILY) :])
    original, reply = found.get(_CTA_TUPLE_ORIG), found.get(_CTA_TUPLE_REPLY)
    if original is None or reply is None:
        return None
    first = attributes(original)
    protocol = attributes(first.get(_CTA_TUPLE_PROTO, b""))
    destination = attributes(first.get(_CTA_TUPLE_IP, b"")).get(_CTA_IP_V4_DST)
    source = attributes(attributes(reply).get(_CTA_TUPLE_IP, b"")).get(_CTA_IP_V4_SRC)
    if protocol.get(_CTA_PROTO_NUM) != bytes([socket.IPPROTO_UDP]) or not destination or not source:
        return None
    return UdpFlow(
        destination=ipaddress.IPv4Address(destination),
        port=int.from_bytes(protocol[_CTA_PROTO_DST_PORT], "big"),
        answerer=ipaddress.IPv4Address(source),
        original=original,
    )


def _flows(asking: socket.socket) -> list[UdpFlow]:
    asking.send(message(_CT_GET, NLM_F_REQUEST | NLM_F_DUMP, 1, _FAMILY))
    flows: list[UdpFlow] = []
    while True:
        for kind, _, _, body in messages(asking.recv(BUFFER)):
            if kind == NLMSG_ERROR:
                (code,) = struct.unpack_from("=i", body)
                raise OSError(-code, f"list UDP flows: {os.strerror(-code)}")
            if kind == NLMSG_DONE:
                return flows
            flow = read_flow(body)
            if flow is not None:
                flows.append(flow)
