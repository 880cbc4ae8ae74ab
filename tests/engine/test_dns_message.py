"""DNS packets: what is read, what is answered, and what no packet can do."""

from __future__ import annotations

import random
import struct
from ipaddress import IPv4Address

import pytest

from engine.network.dns import message
from engine.network.dns.message import Code, RecordKind, UnreadableQuery
from tests.support.dns import question


def test_a_name_is_compared_in_lower_case_and_echoed_as_it_was_asked() -> None:
    query = message.read_query(question("WeB.Example", RecordKind.A, number=9))
    assert (query.id, query.name, query.kind) == (9, "web.example", RecordKind.A)
    answer = message.address_answer(query, [IPv4Address("10.83.0.2")], ttl=5)
    assert answer == (
        struct.pack(">HHHHHH", 9, 0x8580, 1, 1, 0, 0)
        + b"\x03WeB\x07Example\0\0\x01\0\x01"
        + b"\xc0\x0c\0\x01\0\x01\0\0\0\x05\0\x04\x0a\x53\0\x02"
    )


def test_a_name_without_such_a_record_is_no_error() -> None:
    query = message.read_query(question("web", RecordKind.AAAA))
    answer = message.address_answer(query, [], ttl=5)
    assert answer[3] & 15 == Code.NO_ERROR
    assert struct.unpack_from(">H", answer, 6) == (0,)


def test_an_answer_is_never_answered() -> None:
    packet = bytearray(question("web", RecordKind.A))
    packet[2] |= 0x80
    with pytest.raises(UnreadableQuery) as caught:
        message.read_query(bytes(packet))
    assert caught.value.answer is None


@pytest.mark.parametrize(
    ("packet", "code"),
    [
        (struct.pack(">HHHHHH", 7, 0x0100, 0, 0, 0, 0), Code.FORMAT_ERROR),
        (struct.pack(">HHHHHH", 7, 0x0100, 2, 0, 0, 0) + b"\0\0\x01\0\x01", Code.FORMAT_ERROR),
        (struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + b"\x03we", Code.FORMAT_ERROR),
        (struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + b"\x03web\0\0", Code.FORMAT_ERROR),
        # A name that points at itself.
        (
            struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + b"\xc0\x0c\0\x01\0\x01",
            Code.FORMAT_ERROR,
        ),
        (
            struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + b"\x3f" + b"a" * 63 + b"\x3f" * 300,
            Code.FORMAT_ERROR,
        ),
        (struct.pack(">HHHHHH", 7, 0x2900, 1, 0, 0, 0) + b"\0\0\x01\0\x01", Code.NOT_IMPLEMENTED),
    ],
)
def test_a_malformed_question_gets_its_code(packet: bytes, code: Code) -> None:
    with pytest.raises(UnreadableQuery) as caught:
        message.read_query(packet)
    answer = caught.value.answer
    assert answer is not None
    assert (answer[:2], answer[2] >> 7, answer[3] & 15) == (b"\0\x07", 1, code)


def test_no_garbage_is_more_than_unreadable() -> None:
    generator = random.Random(7)
    whole = question("some.name.example", RecordKind.A)
    for _ in range(3000):
        packet = bytearray(whole[: generator.randrange(len(whole) + 1)])
        for _ in range(generator.randrange(4)):
            if packet:
                packet[generator.randrange(len(packet))] = generator.randrange(256)
        try:
            message.read_query(bytes(packet))
        except UnreadableQuery:
            continue


def test_a_reverse_name_gives_its_address() -> None:
    assert message.reverse_address("2.0.83.10.in-addr.arpa") == IPv4Address("10.83.0.2")
    assert message.reverse_address("83.10.in-addr.arpa") is None
    assert message.reverse_address("web") is None


def test_a_response_belongs_to_its_question_only() -> None:
    query = message.read_query(question("example.org", RecordKind.A, number=1))
    answer = message.with_id(message.failure(query, Code.NAME_ERROR), 77)
    assert message.response_code(answer, query, 77) is Code.NAME_ERROR
    assert message.response_code(answer, query, 78) is None
    other = message.read_query(question("example.net", RecordKind.A))
    assert message.response_code(answer, other, 77) is None
