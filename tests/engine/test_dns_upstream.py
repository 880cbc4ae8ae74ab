"""Forwarding to resolvers: which one is asked, for how long, and whose answer counts."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from engine.network.dns import message
from engine.network.dns.message import Code, Query
from engine.network.dns.upstream import Upstream, read_resolvers, receive_framed, send_framed
from tests.support.dns import question

QUESTION = question("example.org", 1, number=7)
QUERY = message.read_query(QUESTION)
Answer = Callable[[Query], bytes]


def found(query: Query) -> bytes:
    return message.address_answer(query, [IPv4Address("203.0.113.5")], 60)


def failed(query: Query) -> bytes:
    return message.failure(query, Code.SERVER_FAILURE)


@contextmanager
def resolver(address: str, port: int, answer: Answer, asked: list[str]) -> Iterator[int]:
    """A resolver for datagrams at *address*; 0 takes any port. Yields the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind((address, port))

        def serve() -> None:
            while True:
                packet, client = held.recvfrom(4096)
                if not packet:
                    return
                asked.append(address)
                held.sendto(answer(message.read_query(packet)), client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield held.getsockname()[1]
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
                ending.sendto(b"", held.getsockname())
            thread.join()


def upstream(tmp_path: Path, port: int, *addresses: str) -> Upstream:
    path = tmp_path / "resolv.conf"
    path.write_text("".join(f"nameserver {address}\n" for address in addresses))
    return Upstream(path, port)


def test_the_answer_comes_back_under_the_client_s_number(tmp_path: Path) -> None:
    with resolver("127.0.0.1", 0, found, []) as port:
        answer = upstream(tmp_path, port, "127.0.0.1").ask(QUESTION, QUERY, socket.SOCK_DGRAM)
    assert answer == found(QUERY)


def test_a_resolver_that_is_down_is_asked_no_more_once_another_answered(tmp_path: Path) -> None:
    asked: list[str] = []
    with resolver("127.0.0.3", 0, found, asked) as port:
        asking = upstream(tmp_path, port, "127.0.0.2", "127.0.0.3")
        assert asking.ask(QUESTION, QUERY, socket.SOCK_DGRAM) == found(QUERY)
        with resolver("127.0.0.2", port, found, asked):
            assert asking.ask(QUESTION, QUERY, socket.SOCK_DGRAM) == found(QUERY)
    assert asked == ["127.0.0.3", "127.0.0.3"]


def test_a_failure_is_passed_on_only_when_nobody_does_better(tmp_path: Path) -> None:
    asked: list[str] = []
    with resolver("127.0.0.2", 0, failed, asked) as port:
        asking = upstream(tmp_path, port, "127.0.0.2", "127.0.0.3")
        assert asking.ask(QUESTION, QUERY, socket.SOCK_DGRAM) == failed(QUERY)
        with resolver("127.0.0.3", port, found, asked):
            assert asking.ask(QUESTION, QUERY, socket.SOCK_DGRAM) == found(QUERY)


def test_an_answer_to_another_question_does_not_count(tmp_path: Path) -> None:
    other = message.read_query(question("example.net", 1))

    def wrong(query: Query) -> bytes:
        return message.with_id(found(other), query.id)

    with resolver("127.0.0.1", 0, wrong, []) as port:
        assert upstream(tmp_path, port, "127.0.0.1").ask(QUESTION, QUERY, socket.SOCK_DGRAM) is None


def test_a_silent_resolver_holds_nobody_up_for_longer_than_a_client_waits(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        asking = upstream(tmp_path, silent.getsockname()[1], "127.0.0.1")
        begun = time.monotonic()
        assert asking.ask(QUESTION, QUERY, socket.SOCK_DGRAM) is None
    assert time.monotonic() - begun < 5


def test_no_resolver_at_all_is_no_answer(tmp_path: Path) -> None:
    missing = Upstream(tmp_path / "missing")
    assert missing.ask(QUESTION, QUERY, socket.SOCK_DGRAM) is None


def test_changed_resolvers_are_used_at_once(tmp_path: Path) -> None:
    with resolver("127.0.0.3", 0, found, []) as port:
        asking = upstream(tmp_path, port, "127.0.0.2")
        assert asking.ask(QUESTION, QUERY, socket.SOCK_DGRAM) is None
        (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.3\n")
        assert asking.ask(QUESTION, QUERY, socket.SOCK_DGRAM) == found(QUERY)


def test_a_client_by_tcp_gets_its_answer_by_tcp(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                packet = receive_framed(connection)
                assert packet is not None
                send_framed(connection, found(message.read_query(packet)))

        thread = threading.Thread(target=serve)
        thread.start()
        asking = upstream(tmp_path, server.getsockname()[1], "127.0.0.1")
        assert asking.ask(QUESTION, QUERY, socket.SOCK_STREAM) == found(QUERY)
        thread.join()


def test_a_client_by_tcp_is_served_where_resolvers_take_datagrams_only(tmp_path: Path) -> None:
    with resolver("127.0.0.1", 0, found, []) as port:
        asking = upstream(tmp_path, port, "127.0.0.1")
        assert asking.ask(QUESTION, QUERY, socket.SOCK_STREAM) == found(QUERY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("nameserver\n# nameserver 192.0.2.1\nsearch lan\n", []),
        ("nameserver 192.0.2.1\n  nameserver\tfd00::1\n", ["192.0.2.1", "fd00::1"]),
    ],
)
def test_resolvers_are_read_from_their_lines(text: str, expected: list[str]) -> None:
    assert read_resolvers(text) == expected
