"""DNS messages (RFC 1035), as much as a forwarder with names of its own reads and writes."""

from __future__ import annotations

import enum
import ipaddress
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HEADER_SIZE: Final = 12

_HEADER: Final = struct.Struct(">HHHHHH")
_IS_RESPONSE: Final = 0x8000
_OPCODE_MASK: Final = 0x7800
_AUTHORITATIVE: Final = 0x0400
_RECURSION_DESIRED: Final = 0x0100
_RECURSION_AVAILABLE: Final = 0x0080
_CODE_MASK: Final = 0x000F
_NAME_OF_QUESTION: Final = b"\xc0\x0c"
"""A compressed name that points at the question, right behind the header."""
_LONGEST_NAME: Final = 255
_LONGEST_LABEL: Final = 63


class RecordKind(enum.IntEnum):
    A = 1
    PTR = 12
    AAAA = 28


CLASS_INTERNET: Final = 1


class Code(enum.IntEnum):
    """How a query went."""

    NO_ERROR = 0
    FORMAT_ERROR = 1
    SERVER_FAILURE = 2
    NAME_ERROR = 3
    NOT_IMPLEMENTED = 4
    REFUSED = 5


@dataclass(frozen=True, slots=True)
class Query:
    """One question that a client asks."""

    id: int
    flags: int
    name: str
    """Lower case, without the root's dot; bytes beyond ASCII as in Latin-1."""
    kind: int
    record_class: int
    section: bytes
    """The question as it came, with the client's own spelling."""


class UnreadableQuery(Exception):
    """A packet that holds no question; `answer` is what its sender gets, None for nothing."""

    def __init__(self, answer: bytes | None) -> None:
        self.answer = answer
        super().__init__("not a readable query")


def read_query(packet: bytes) -> Query:
    """Return the question in *packet*, or raise UnreadableQuery."""
    if len(packet) < HEADER_SIZE:
        raise UnreadableQuery(None)
    number, flags, questions, _, _, _ = _HEADER.unpack_from(packet)
    # An answer to an answer would let two servers talk for ever.
    if flags & _IS_RESPONSE:
        raise UnreadableQuery(None)
    if flags & _OPCODE_MASK:
        raise UnreadableQuery(_bare(number, flags, Code.NOT_IMPLEMENTED))
    if questions != 1:
        raise UnreadableQuery(_bare(number, flags, Code.FORMAT_ERROR))
    try:
        name, end = _read_name(packet, HEADER_SIZE)
        kind, record_class = struct.unpack_from(">HH", packet, end)
    except (ValueError, struct.error) as error:
        raise UnreadableQuery(_bare(number, flags, Code.FORMAT_ERROR)) from error
    section = packet[HEADER_SIZE : end + 4]
    return Query(number, flags, name, kind, record_class, section)


def address_answer(query: Query, addresses: Sequence[ipaddress.IPv4Address], ttl: int) -> bytes:
    """Return an answer with *addresses*; none of them means that the name has no such record."""
    records = [
        _NAME_OF_QUESTION + struct.pack(">HHIH", RecordKind.A, CLASS_INTERNET, ttl, 4) + item.packed
        for item in addresses
    ]
    return _answer(query, Code.NO_ERROR, records)


def pointer_answer(query: Query, name: str, ttl: int) -> bytes:
    """Return an answer that the address asked about is called *name*."""
    data = _write_name(name)
    head = struct.pack(">HHIH", RecordKind.PTR, CLASS_INTERNET, ttl, len(data))
    return _answer(query, Code.NO_ERROR, [_NAME_OF_QUESTION + head + data])


def failure(query: Query, code: Code) -> bytes:
    """Return an answer without records that says *code*."""
    return _answer(query, code, [])


def response_code(packet: bytes, query: Query, number: int) -> Code | None:
    """Return how *packet* answers *query* asked as *number*; None if it does not belong to it."""
    if len(packet) < HEADER_SIZE + len(query.section):
        return None
    found, flags, questions, _, _, _ = _HEADER.unpack_from(packet)
    section = packet[HEADER_SIZE : HEADER_SIZE + len(query.section)]
    if found != number or not flags & _IS_RESPONSE or questions != 1:
        return None
    if section.lower() != query.section.lower():
        return None
    try:
        return Code(flags & _CODE_MASK)
    except ValueError:
        # Codes beyond those we give out are the client's to read.
        return Code.NO_ERROR


def with_id(packet: bytes, number: int) -> bytes:
    """Return *packet* under another number."""
    return struct.pack(">H", number) + packet[2:]


def reverse_address(name: str) -> ipaddress.IPv4Address | None:
    """Return the address that a `4.3.2.10.in-addr.arpa` name asks about."""
    text = name.removesuffix(".in-addr.arpa")
    if text == name:
        return None
    try:
        return ipaddress.IPv4Address(".".join(reversed(text.split("."))))
    except ValueError:
        return None


def _read_name(packet: bytes, offset: int) -> tuple[str, int]:
    start, labels = offset, []
    while True:
        if offset >= len(packet):
            raise ValueError("the name runs past the packet")
        length = packet[offset]
        offset += 1
        if length == 0:
            break
        # A question stands first: there is nothing before it that it could point to.
        if length > _LONGEST_LABEL or offset + length > len(packet):
            raise ValueError("a label is too long")
        labels.append(packet[offset : offset + length])
        offset += length
    if offset - start > _LONGEST_NAME:
        raise ValueError("the name is too long")
    return b".".join(labels).decode("latin-1").lower(), offset


def _write_name(name: str) -> bytes:
    labels = [label.encode("latin-1", "replace")[:_LONGEST_LABEL] for label in name.split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels if label) + b"\0"


def _answer(query: Query, code: Code, records: list[bytes]) -> bytes:
    flags = _response_flags(query.flags, code) | _AUTHORITATIVE
    header = _HEADER.pack(query.id, flags, 1, len(records), 0, 0)
    return header + query.section + b"".join(records)


def _bare(number: int, flags: int, code: Code) -> bytes:
    return _HEADER.pack(number, _response_flags(flags, code), 0, 0, 0, 0)


def _response_flags(flags: int, code: Code) -> int:
    kept = flags & (_OPCODE_MASK | _RECURSION_DESIRED)
    return _IS_RESPONSE | kept | _RECURSION_AVAILABLE | code
