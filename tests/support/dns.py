"""DNS questions as a client writes them, and answers as it reads them."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the code, how many records, and the last four bytes (an A record's data)."""

    code: int
    records: int
    tail: bytes

    @property
    def address(self) -> str:
        return socket.inet_ntoa(self.tail)


def question(name: str, kind: int, *, number: int = 77) -> bytes:
    """Return a recursive question for *name*."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label)
    return (
        struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0)
        + labels
        + struct.pack(">BHH", 0, kind, 1)
    )


def ask(server: str, name: str, kind: int = 1, *, seconds: float = 5.0) -> Answer:
    """Ask *server* over UDP; TimeoutError where it says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(seconds)
        asking.sendto(question(name, kind), (server, 53))
        return _read(asking.recv(65535))


def ask_stream(server: str, name: str, kind: int = 1) -> Answer:
    """Ask *server* over TCP."""
    packet = question(name, kind)
    with socket.create_connection((server, 53), timeout=5) as asking:
        asking.sendall(struct.pack(">H", len(packet)) + packet)
        with asking.makefile("rb") as stream:
            (size,) = struct.unpack(">H", stream.read(2))
            return _read(stream.read(size))


def _read(packet: bytes) -> Answer:
    return Answer(packet[3] & 15, struct.unpack_from(">H", packet, 6)[0], packet[-4:])
