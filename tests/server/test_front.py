"""The TLS front as a process of its own, between real sockets."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bus import proxy
from tests.support.instance import free_port
from tests.support.tls import TlsClient, make_certificate
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
MEBIBYTE = 1024 * 1024
FIFTY = 50 * MEBIBYTE
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
pytestmark = pytest.mark.timeout(120)


class Front:
    """`manage.py front` and, behind it, a web process of the test's own."""

    def __init__(self, home: Path) -> None:
        self.certificate, key = make_certificate(home)
        self.port = free_port()
        self.socket = home / "run" / "web" / proxy.FRONT_SOCKET
        self.socket.parent.mkdir(parents=True)
        self.peers: list[proxy.Peer] = []
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "front"],
            cwd=ROOT,
            env={
                **os.environ,
                "BERTH_HOME": str(home),
                "BERTH_LISTEN": f"127.0.0.1:{self.port}",
                "BERTH_TLS_CERT": str(self.certificate),
                "BERTH_TLS_KEY": str(key),
            },
        )
        wait_until(self._listens, what="the front listening")

    def client(self, *, timeout: float = 30, receive_buffer: int = 0) -> TlsClient:
        return TlsClient(
            self.port, self.certificate, timeout=timeout, receive_buffer=receive_buffer
        )

    def plain(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    @contextmanager
    def web(self, handler: Handler) -> Iterator[None]:
        """Serve *handler* where the front hands connections over; it sees what follows the line."""

        async def introduced(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            line = await reader.readuntil(proxy.END)
            self.peers.append(proxy.decode(line.removesuffix(proxy.END)))
            try:
                await handler(reader, writer)
            except ConnectionError:
                pass
            finally:
                writer.close()

        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(asyncio.start_unix_server(introduced, self.socket))
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            server.close()
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0.01))
            loop.close()
            self.socket.unlink()

    @property
    def memory(self) -> int:
        """Bytes of the process that are in memory."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    @property
    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self._process.pid}/fd").iterdir()))

    def stop(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(10)

    def _listens(self) -> bool:
        try:
            self.plain().close()
        except ConnectionRefusedError:
            assert self._process.poll() is None
            return False
        return True


@pytest.fixture
def front(home: Path) -> Iterator[Front]:
    one = Front(home)
    yield one
    assert one.stop() == 0


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


def test_after_the_end_of_input_all_of_the_output_still_comes(front: Front) -> None:
    sent, answer = os.urandom(FIFTY), os.urandom(FIFTY)

    async def digest_then_answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        digest = hashlib.sha256()
        while data := await reader.read(65536):
            digest.update(data)
        await asyncio.sleep(0.2)
        writer.write(digest.digest())
        for start in range(0, FIFTY, MEBIBYTE):
            writer.write(answer[start : start + MEBIBYTE])
            await writer.drain()

    with front.web(digest_then_answer), front.client() as client:
        client.send(sent)
        client.end_input()
        received = client.receive_all()
    assert received[:32] == hashlib.sha256(sent).digest()
    assert hashlib.sha256(received[32:]).digest() == hashlib.sha256(answer).digest()


def test_both_directions_pass_at_once(front: Front) -> None:
    sent = os.urandom(FIFTY)
    with front.web(echo), front.client() as client:

        def send() -> None:
            client.send(sent)
            client.end_input()

        sender = threading.Thread(target=send)
        sender.start()
        received = client.receive_all()
        sender.join()
    assert hashlib.sha256(received).digest() == hashlib.sha256(sent).digest()


def test_a_client_that_does_not_read_holds_the_web_process_up_and_fills_no_memory(
    front: Front,
) -> None:
    passed = 0

    async def pour(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal passed
        for _ in range(64):
            writer.write(bytes(MEBIBYTE))
            await writer.drain()
            passed += 1

    with front.web(pour), front.client(receive_buffer=65536) as client:
        before = front.memory
        client.receive()
        wait_until(lambda: _is_steady(lambda: passed), what="the web process held up", seconds=20)
        assert passed < 16
        assert front.memory - before < 8 * MEBIBYTE
        rest = client.receive_all()
    assert len(rest) > 63 * MEBIBYTE


def test_a_web_process_that_does_not_read_holds_the_client_up_and_fills_no_memory(
    front: Front,
) -> None:
    reading = threading.Event()
    received = 0

    async def read_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        await asyncio.to_thread(reading.wait)
        while data := await reader.read(65536):
            received += len(data)
        writer.write(b"done")

    with front.web(read_late), front.client() as client:
        before = front.memory
        sent = 0

        def send() -> None:
            nonlocal sent
            for _ in range(64):
                client.send(bytes(MEBIBYTE))
                sent += 1
            client.end_input()

        sender = threading.Thread(target=send)
        sender.start()
        try:
            wait_until(lambda: _is_steady(lambda: sent), what="the client held up", seconds=20)
            assert sent < 32
            assert front.memory - before < 8 * MEBIBYTE
        finally:
            reading.set()
            sender.join()
        assert client.receive_all() == b"done"
    assert received == 64 * MEBIBYTE


@pytest.mark.parametrize(
    "garbage", [b"", b"\x00", b"\x16\x03\x01\xff\xff" + bytes(200), os.urandom(100_000)]
)
def test_a_broken_handshake_ends_its_own_connection_alone(front: Front, garbage: bytes) -> None:
    with front.web(echo):
        with front.plain() as broken:
            broken.sendall(garbage)
            broken.shutdown(socket.SHUT_WR)
            try:
                while broken.recv(65536):
                    pass
            except ConnectionResetError:
                pass
        _echoes(front)
    assert len(front.peers) == 1


def test_plain_http_is_told_that_this_port_speaks_https(front: Front) -> None:
    with front.plain() as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = plain.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"speaks HTTPS" in answer


def test_versions_before_tls_1_2_are_refused(front: Front) -> None:
    def agreed(version: ssl.TLSVersion) -> str | None:
        context = ssl.create_default_context(cafile=str(front.certificate))
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        with context.wrap_socket(front.plain(), server_hostname="127.0.0.1") as wrapped:
            return wrapped.version()

    with pytest.warns(DeprecationWarning, match="TLSv1_1"), pytest.raises(ssl.SSLError):
        agreed(ssl.TLSVersion.TLSv1_1)
    assert agreed(ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    assert agreed(ssl.TLSVersion.TLSv1_3) == "TLSv1.3"


def test_three_hundred_connections_live_side_by_side_and_leave_nothing(front: Front) -> None:
    before = front.descriptors
    clients: list[TlsClient] = []
    try:
        with front.web(echo):
            clients = [front.client() for _ in range(300)]
            for number, client in enumerate(clients):
                client.send(b"%d" % number)
            assert [client.receive() for client in clients] == [b"%d" % n for n in range(300)]
            # Half of them politely, half as a laptop that is shut.
            for client in clients[::2]:
                client.end_input()
                assert client.receive_all() == b""
            for client in clients:
                client.socket.close()
            wait_until(lambda: front.descriptors <= before, what="all connections closed")
    finally:
        for client in clients:
            client.socket.close()
    assert len({peer.client for peer in front.peers}) == 300


def test_the_web_process_learns_the_client_s_address_and_no_client_can_say_another(
    front: Front,
) -> None:
    with front.web(echo), front.client() as client:
        forged = b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"
        client.send(forged)
        client.end_input()
        assert client.receive_all() == forged
    (peer,) = front.peers
    assert peer == proxy.Peer(client=client.name, server=("127.0.0.1", front.port))


def test_an_answer_given_before_the_body_was_read_reaches_the_client(front: Front) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\n\r\n" + b"x" * 100_000)

    with front.web(refuse), front.client() as client:
        client.send(b"POST / HTTP/1.1\r\n\r\n" + bytes(300_000))
        answer = client.receive_all()
    assert answer.startswith(b"HTTP/1.1 413")
    assert len(answer) == 100_026


def test_a_client_that_vanishes_ends_the_connection_to_the_web_process(front: Front) -> None:
    ended = threading.Event()

    async def wait_for_end(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()
        ended.set()

    with front.web(wait_for_end):
        with front.client() as client:
            client.send(b"hello")
        assert ended.wait(10)


def test_without_a_web_process_the_answer_is_503(front: Front) -> None:
    with front.client() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = client.receive_all()
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b'"code": "web_unavailable"' in answer


def _echoes(front: Front) -> None:
    with front.client() as client:
        client.send(b"word")
        client.end_input()
        assert client.receive_all() == b"word"


def _is_steady(look: Callable[[], int]) -> bool:
    before = look()
    threading.Event().wait(0.5)
    return before > 0 and look() == before
