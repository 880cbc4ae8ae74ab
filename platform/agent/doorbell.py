"""`events.sock`: shims send the id of the container they recorded something of, workers nothing."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

_RECEIVE_BUFFER = 1024 * 1024


class Doorbell(asyncio.DatagramProtocol):
    """Hands on each ring: a container's id, or "" for `look at the outbox`."""

    def __init__(self, rung: Callable[[str], None]) -> None:
        self._rung = rung

    def datagram_received(self, data: bytes, _address: object) -> None:
        self._rung(data.decode("ascii", "replace"))


async def listen(path: Path, rung: Callable[[str], None]) -> asyncio.DatagramTransport:
    """Bind *path*, also where a killed agent left it, and call *rung* for each datagram."""
    bell = _bind(path)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Doorbell(rung), sock=bell)
    return transport


def _bind(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bell.setblocking(False)  # noqa: FBT003  (the standard library's own signature)
    bell.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    bell.bind(str(path))
    path.chmod(0o600)
    return bell


def ring(path: Path) -> None:
    """Tell the agent that the outbox has grown; where it is away, it looks when it comes back."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.setblocking(False)  # noqa: FBT003
        with contextlib.suppress(OSError):
            bell.sendto(b"", str(path))
