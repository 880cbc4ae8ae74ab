"""What a starter gives its shim: the running container, in a few words and descriptors.

Plain words, not the codec: a shim lives as long as its container, and the less code it runs the
less memory it has to itself.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

from engine.spec.container import LogOptions

_WORDS_BYTES = 4096
_MOST_FDS = 253


@dataclass(slots=True, kw_only=True)
class Handover:
    """A container whose program runs. `outputs` are stdout and stderr, or the terminal alone."""

    container_id: str
    generation: int
    init_pid: int
    log_path: str
    log: LogOptions
    pidfd: int
    outputs: tuple[int, ...]
    ports: tuple[int, ...]
    """Sockets, held open so that nobody else on the machine can take the ports."""


def announce(shim: socket.socket, init_pid: int) -> None:
    """Tell the shim of its child, so that it can end it should the starter die."""
    shim.send(str(init_pid).encode())


def send(shim: socket.socket, given: Handover) -> None:
    """Give the shim its container."""
    words = (
        given.container_id,
        given.generation,
        given.init_pid,
        given.log_path,
        given.log.max_size,
        given.log.max_files,
        len(given.outputs),
    )
    fds = [given.pidfd, *given.outputs, *given.ports]
    socket.send_fds(shim, ["\0".join(map(str, words)).encode()], fds)


def receive(starter: socket.socket) -> Handover | None:
    """Return the container to watch, None where the start failed; nothing of it is left then."""
    announced = starter.recv(_WORDS_BYTES)
    if not announced:
        return None
    words, fds, _, _ = socket.recv_fds(starter, _WORDS_BYTES, _MOST_FDS)
    if not words:
        _reap(int(announced))
        return None
    container_id, generation, init_pid, log_path, max_size, max_files, count = words.decode().split(
        "\0"
    )
    outputs = int(count)
    return Handover(
        container_id=container_id,
        generation=int(generation),
        init_pid=int(init_pid),
        log_path=log_path,
        log=LogOptions(max_size=int(max_size), max_files=int(max_files)),
        pidfd=fds[0],
        outputs=tuple(fds[1 : 1 + outputs]),
        ports=tuple(fds[1 + outputs :]),
    )


def _reap(init_pid: int) -> None:
    """End the child of a starter that failed or died: only its parent can say it is gone."""
    os.kill(init_pid, 9)
    os.waitpid(init_pid, 0)
