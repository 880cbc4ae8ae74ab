"""Asking the host's own resolvers what is not a name of ours."""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path

from engine.network.dns.message import Code, Query, response_code, with_id

RESOLV_CONF = Path("/etc/resolv.conf")
Asking = Callable[[str, int, bytes, float], bytes]
"""Sends a packet to a resolver's port and returns what comes back within so many seconds."""

_PORT = 53
_TRY_SECONDS = 2.0
_TOTAL_SECONDS = 4.5
"""Less than the five seconds after which a client asks anew."""
_LARGEST = 65535


def read_resolvers(text: str) -> list[str]:
    """Return the addresses on the `nameserver` lines of a resolv.conf(5)."""
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] == "nameserver":
            found.append(words[1])
    return found


class Upstream:
    """The resolvers of the host, read again whenever their file changes."""

    def __init__(self, resolv_conf: Path = RESOLV_CONF, port: int = _PORT) -> None:
        self._path = resolv_conf
        self._port = port
        self._stamp: tuple[int, int] | None = None
        self._resolvers: list[str] = []

    def ask(self, packet: bytes, query: Query, kind: socket.SocketKind) -> bytes | None:
        """Return a resolver's answer to *packet* over UDP or TCP, None when none gives one."""
        if kind is socket.SOCK_DGRAM:
            return self._ask(packet, query, _ask_datagram)
        # Many a resolver behind a firewall is there for datagrams only.
        return self._ask(packet, query, _ask_stream) or self._ask(packet, query, _ask_datagram)

    def _ask(self, packet: bytes, query: Query, ask: Asking) -> bytes | None:
        deadline = time.monotonic() + _TOTAL_SECONDS
        last: bytes | None = None
        resolvers = self._current()
        for resolver in resolvers * 2:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            # An unguessable number and a fresh port: nobody on the way can answer in its place.
            number = struct.unpack(">H", os.urandom(2))[0]
            try:
                answer = ask(resolver, self._port, with_id(packet, number), min(left, _TRY_SECONDS))
            except OSError:
                continue
            code = response_code(answer, query, number)
            if code is None:
                continue
            last = with_id(answer, query.id)
            if code not in (Code.SERVER_FAILURE, Code.REFUSED):
                self._prefer(resolver)
                return last
        return last

    def _current(self) -> list[str]:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return []
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp != self._stamp:
            self._resolvers = read_resolvers(self._path.read_text())
            self._stamp = stamp
        return self._resolvers

    def _prefer(self, resolver: str) -> None:
        # Else each query would first wait for one that is down.
        if self._resolvers and self._resolvers[0] != resolver and resolver in self._resolvers:
            others = [other for other in self._resolvers if other != resolver]
            self._resolvers = [resolver, *others]


def _ask_datagram(resolver: str, port: int, packet: bytes, seconds: float) -> bytes:
    family = socket.AF_INET6 if ":" in resolver else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as asking:
        asking.settimeout(seconds)
        # Connected: a resolver that is not there says so at once, and no other host is heard.
        asking.connect((resolver, port))
        asking.send(packet)
        return asking.recv(_LARGEST)


def _ask_stream(resolver: str, port: int, packet: bytes, seconds: float) -> bytes:
    with socket.create_connection((resolver, port), timeout=seconds) as asking:
        send_framed(asking, packet)
        answer = receive_framed(asking)
    if answer is None:
        raise ConnectionResetError("the resolver closed the connection")
    return answer


def send_framed(stream: socket.socket, packet: bytes) -> None:
    """Send *packet* as DNS over TCP does: behind its length."""
    stream.sendall(struct.pack(">H", len(packet)) + packet)


def receive_framed(stream: socket.socket) -> bytes | None:
    """Return the next packet of *stream*, or None at its end."""
    head = _receive_exactly(stream, 2)
    if head is None:
        return None
    return _receive_exactly(stream, int.from_bytes(head, "big"))


def _receive_exactly(stream: socket.socket, size: int) -> bytes | None:
    data = b""
    while len(data) < size:
        piece = stream.recv(size - len(data))
        if not piece:
            return None
        data += piece
    return data
