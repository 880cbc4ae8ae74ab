"""The line with which the TLS front names the peer: the PROXY protocol, version 1.

https://www.haproxy.org/download/1.8/doc/proxy-protocol.txt
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from engine.errors import MalformedMessage

FRONT_SOCKET = "front.sock"
"""Where the web process takes connections from the front, in a folder of its own user alone."""

LONGEST_LINE = 107
END = b"\r\n"
_HIGHEST_PORT = 65535
_WORDS = 6

Address = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Who came, and to which of our addresses."""

    client: Address
    server: Address


def encode(peer: Peer) -> bytes:
    """Return the line of *peer*, with its end."""
    family = "TCP6" if ":" in peer.client[0] else "TCP4"
    words = ("PROXY", family, peer.client[0], peer.server[0], peer.client[1], peer.server[1])
    return " ".join(map(str, words)).encode() + END


def decode(line: bytes) -> Peer:
    """Return the peer that *line*, without its end, names; MalformedMessage for any other line."""
    words = line.decode("latin1").split(" ")
    if len(words) != _WORDS or words[0] != "PROXY" or words[1] not in ("TCP4", "TCP6"):
        raise MalformedMessage(kind="the front's line", problem="it names no TCP peer")
    try:
        client, server = (str(ipaddress.ip_address(word)) for word in words[2:4])
        ports = [int(word) for word in words[4:6]]
    except ValueError as error:
        raise MalformedMessage(kind="the front's line", problem=str(error)) from error
    if not all(0 <= port <= _HIGHEST_PORT for port in ports):
        raise MalformedMessage(kind="the front's line", problem="it has a port that none is")
    return Peer(client=(client, ports[0]), server=(server, ports[1]))
