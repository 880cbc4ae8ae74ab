"""A TLS client over a plain socket that can end its own direction and read on, as Go's can."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_CHUNK = 256 * 1024


def make_certificate(folder: Path, name: str = "server", *options: str) -> tuple[Path, Path]:
    """Return certificate and key, self-signed for the loopback address, made by openssl."""
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-keyout", str(key), "-out", str(certificate), "-subj", "/CN=berth"),
            *("-addext", "subjectAltName=IP:127.0.0.1", *(options or ("-nodes",))),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


class TlsClient:
    """One blocking connection; one thread may send while another receives."""

    def __init__(
        self, port: int, authority: Path, *, timeout: float = 30, receive_buffer: int = 0
    ) -> None:
        context = ssl.create_default_context(cafile=str(authority))
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect(("127.0.0.1", port))
        self.name: tuple[str, int] = self.socket.getsockname()
        self._using = threading.Lock()
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname="127.0.0.1")
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                self._feed()
            else:
                self._flush()
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send all of *data*."""
        for start in range(0, len(data), _CHUNK):
            with self._using:
                self._tls.write(data[start : start + _CHUNK])
                records = self._outgoing.read()
            self.socket.sendall(records)

    def end_input(self) -> None:
        """Send close_notify and nothing more; reading goes on."""
        with suppress(ssl.SSLWantReadError):
            self._tls.unwrap()
        self._flush()

    def receive(self) -> bytes:
        """Return some bytes, empty after the other side's close_notify."""
        while True:
            try:
                with self._using:
                    return self._tls.read(_CHUNK)
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLWantReadError:
                self._feed()

    def receive_all(self) -> bytes:
        """Return all that comes until the other side's close_notify."""
        parts = []
        while data := self.receive():
            parts.append(data)
        return b"".join(parts)

    def _flush(self) -> None:
        self.socket.sendall(self._outgoing.read())

    def _feed(self) -> None:
        data = self.socket.recv(_CHUNK)
        if not data:
            raise ConnectionResetError("the connection ended without close_notify")
        self._incoming.write(data)
