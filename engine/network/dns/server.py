"""The name server's program: one loop for datagrams, short-lived threads for all that waits.

It answers on the gateway of every network, to clients of that network only. A message on its own
socket with the word RELOAD makes it look for networks that came or went; it replies with a line for
each gateway it could not listen on, or an empty line.
"""

from __future__ import annotations

import ipaddress
import os
import selectors
import signal
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.network.dns.message import (
    CLASS_INTERNET,
    Code,
    Query,
    RecordKind,
    UnreadableQuery,
    address_answer,
    failure,
    pointer_answer,
    read_query,
    reverse_address,
)
from engine.network.dns.upstream import Upstream, receive_framed, send_framed
from engine.network.dns.zone import ServedNetwork, Zone

RELOAD = b"reload"
_PORT = 53
_TTL_SECONDS = 5
_CLIENT_SECONDS = 10.0
_MOST_THREADS = 32
"""Of one network: whoever wants to keep the server busy keeps it busy for himself."""
_LARGEST = 65535
_IP_FREEBIND = 15


@dataclass(frozen=True, slots=True)
class Listener:
    """The sockets of one gateway."""

    network: ServedNetwork
    datagram: socket.socket
    stream: socket.socket
    threads: threading.BoundedSemaphore


class Server:
    """All listeners of one instance."""

    def __init__(self, zone: Zone, upstream: Upstream, control: socket.socket) -> None:
        self._zone = zone
        self._upstream = upstream
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._listeners: dict[ServedNetwork, Listener] = {}
        self._selector.register(control, selectors.EVENT_READ, self._accept_control)

    def run(self) -> None:
        """Serve for ever."""
        while True:
            for key, _ in self._selector.select():
                try:
                    key.data()
                except OSError:
                    # A client that is gone, or a listener that was closed in this very round.
                    continue
                except sqlite3.Error as error:
                    # A busy database: the client asks again.
                    _report(f"state database: {error}")

    def reload(self) -> dict[str, str]:
        """Listen on the gateways there are now; return those that could not be had, and why."""
        wanted = set(self._zone.networks())
        for network in set(self._listeners) - wanted:
            self._close(self._listeners.pop(network))
        refused: dict[str, str] = {}
        for network in wanted - set(self._listeners):
            try:
                self._listeners[network] = self._open(network)
            except OSError as error:
                refused[network.gateway] = error.strerror or str(error)
        return refused

    def _open(self, network: ServedNetwork) -> Listener:
        datagram = _bound(network.gateway, socket.SOCK_DGRAM)
        try:
            stream = _bound(network.gateway, socket.SOCK_STREAM)
        except OSError:
            datagram.close()
            raise
        stream.listen(64)
        threads = threading.BoundedSemaphore(_MOST_THREADS)
        listener = Listener(network, datagram, stream, threads)
        for held, handler in ((datagram, self._receive), (stream, self._accept)):
            self._selector.register(held, selectors.EVENT_READ, _bind(handler, listener))
        return listener

    def _close(self, listener: Listener) -> None:
        for held in (listener.datagram, listener.stream):
            self._selector.unregister(held)
            held.close()

    def _accept_control(self) -> None:
        connection, _ = self._control.accept()
        with connection:
            connection.settimeout(_CLIENT_SECONDS)
            # Whoever only wants to know whether we are here connects and leaves.
            if connection.recv(64) != RELOAD:
                return
            refused = sorted(self.reload().items())
            lines = "".join(f"{gateway} {reason}\n" for gateway, reason in refused)
            connection.send(lines.encode() or b"\n")

    def _receive(self, listener: Listener) -> None:
        packet, client = listener.datagram.recvfrom(_LARGEST)
        if not _belongs(client[0], listener.network):
            return
        try:
            query = read_query(packet)
        except UnreadableQuery as unreadable:
            if unreadable.answer is not None:
                listener.datagram.sendto(unreadable.answer, client)
            return
        answer = self._own_answer(query, listener.network)
        if answer is not None:
            listener.datagram.sendto(answer, client)
            return

        def forward() -> None:
            found = self._upstream.ask(packet, query, socket.SOCK_DGRAM)
            listener.datagram.sendto(found or failure(query, Code.SERVER_FAILURE), client)

        if not _in_thread(listener, forward):
            listener.datagram.sendto(failure(query, Code.SERVER_FAILURE), client)

    def _accept(self, listener: Listener) -> None:
        connection, client = listener.stream.accept()

        def serve() -> None:
            with connection:
                connection.settimeout(_CLIENT_SECONDS)
                self._converse(connection, listener.network)

        if not _belongs(client[0], listener.network) or not _in_thread(listener, serve):
            connection.close()

    def _converse(self, connection: socket.socket, network: ServedNetwork) -> None:
        while (packet := receive_framed(connection)) is not None:
            try:
                query = read_query(packet)
            except UnreadableQuery as unreadable:
                if unreadable.answer is not None:
                    send_framed(connection, unreadable.answer)
                return
            answer = self._own_answer(query, network)
            if answer is None:
                answer = self._upstream.ask(packet, query, socket.SOCK_STREAM)
            send_framed(connection, answer or failure(query, Code.SERVER_FAILURE))

    def _own_answer(self, query: Query, network: ServedNetwork) -> bytes | None:
        """Return the answer that is ours to give, None for a question to pass on."""
        if query.record_class != CLASS_INTERNET:
            return None
        addresses = self._zone.addresses(network, query.name)
        if addresses:
            wanted = addresses if query.kind == RecordKind.A else []
            return address_answer(query, wanted, _TTL_SECONDS)
        asked = reverse_address(query.name)
        if asked is not None and asked in network.subnet:
            name = self._zone.name(network, asked)
            if name is None:
                return failure(query, Code.NAME_ERROR)
            return pointer_answer(query, name, _TTL_SECONDS)
        # A bare name means a neighbor; telling the world which one is sought helps nobody.
        if query.name and "." not in query.name:
            return failure(query, Code.NAME_ERROR)
        return None


def _in_thread(listener: Listener, work: Callable[[], None]) -> bool:
    """Do *work* beside the loop; say whether the network has a thread left for it."""
    if not listener.threads.acquire(blocking=False):
        return False

    def run() -> None:
        try:
            work()
        except OSError:
            pass  # the client is gone, or took too long
        except sqlite3.Error as error:
            _report(f"state database: {error}")
        finally:
            listener.threads.release()

    threading.Thread(target=run, daemon=True).start()
    return True


def _report(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _bind(handler: Callable[[Listener], None], listener: Listener) -> Callable[[], None]:
    return lambda: handler(listener)


def _belongs(client: str, network: ServedNetwork) -> bool:
    # The gateway is an address of the host: other networks and, by a route, the LAN reach it too.
    return ipaddress.IPv4Address(client) in network.subnet


def _bound(address: str, kind: socket.SocketKind) -> socket.socket:
    held = socket.socket(socket.AF_INET, kind | socket.SOCK_CLOEXEC)
    try:
        # The bridge may come later, or go and come back.
        held.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
        if kind is socket.SOCK_STREAM:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.setblocking(False)  # noqa: FBT003
        held.bind((address, _PORT))
    except OSError:
        held.close()
        raise
    return held


def main(arguments: list[str]) -> int:
    """Serve the networks of the state file in *arguments* and listen for RELOAD at its socket."""
    state, path = (Path(argument) for argument in arguments)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
    path.unlink(missing_ok=True)
    server = Server(Zone(state), Upstream(), control)
    control.bind(os.fspath(path))
    path.chmod(0o600)
    for gateway, reason in server.reload().items():
        _report(f"{gateway}: {reason}")
    control.listen(64)
    server.run()
    return 0
