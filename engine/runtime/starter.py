"""The starter: a short-lived child of a shim that does the work of a start, then is gone.

All the code and memory that a start takes go with it; the shim keeps only what watching takes. The
container's first process is made as the shim's child, not the starter's.
"""

from __future__ import annotations

import os
import select
import socket
from dataclasses import dataclass

from engine.cgroups import ContainerCgroup
from engine.errors import EngineError, ErrorRecord, StartFailed
from engine.linux.processes import start_time
from engine.runtime import handover, records
from engine.runtime.caller import Caller, CallerGone
from engine.runtime.context import LauncherContext
from engine.runtime.handover import Handover
from engine.runtime.spawn import InitFailed, spawn
from engine.spec.codec import decode, encode
from engine.spec.runtime import NOTHING, LauncherRequest, RuntimeSpec, ShimAnswer

REQUEST_BYTES = 64 * 1024
MOST_PORTS = 250


@dataclass(slots=True)
class Work:
    """A start that was asked for: an encoded LauncherRequest, and what came with it."""

    request: bytes
    connection: socket.socket
    ports: list[int]

    def send(self, launcher_end: socket.socket) -> None:
        """Pass it on to a starter."""
        socket.send_fds(launcher_end, [self.request], [self.connection.fileno(), *self.ports])

    def close(self) -> None:
        """Close this process's descriptors of it."""
        self.connection.close()
        for port in self.ports:
            os.close(port)


def run(context: LauncherContext, launcher: socket.socket, shim: socket.socket) -> None:
    """Start what the launcher asks for next, and hand it to the shim.

    While nothing is asked for yet, it goes through the motions: what that loads and touches costs
    the start nothing. *launcher* stays open to the end: its closing says that the start is over.
    """
    if not select.select([launcher], [], [], 0)[0]:
        _rehearse(context)
    request, fds, _, _ = socket.recv_fds(launcher, REQUEST_BYTES, MOST_PORTS + 1)
    if not request:
        return
    work = Work(request, socket.socket(fileno=fds[0]), fds[1:])
    container_id = decode(LauncherRequest, request).container_id
    caller = Caller(work.connection)
    try:
        _start(context, container_id, work, caller, shim)
    except CallerGone:
        return
    except InitFailed as error:
        caller.failed(error.record)
    except EngineError as error:
        caller.failed(error.record())
    except OSError as error:
        caller.failed(_unexpected(container_id, error))


def _start(
    context: LauncherContext, container_id: str, work: Work, caller: Caller, shim: socket.socket
) -> None:
    paths = context.paths.container(container_id)
    spec = decode(RuntimeSpec, paths.spec.read_bytes())
    running = spawn(context, spec, caller, shim)
    caller.running(running.pid, running.started_at)
    handover.send(
        shim,
        Handover(
            container_id=container_id,
            generation=spec.generation,
            init_pid=running.pid,
            log_path=os.fspath(paths.log),
            log=spec.log,
            pidfd=running.pidfd,
            outputs=running.outputs,
            ports=tuple(work.ports),
        ),
    )


def _rehearse(context: LauncherContext) -> None:
    spec = decode(RuntimeSpec, encode(NOTHING))
    ContainerCgroup.open(context.hierarchy, context.cgroup_parent, spec.container_id).mounts()
    decode(ShimAnswer, encode(ShimAnswer(step="cloned")))
    start_time(os.getpid())
    records.boot_id()


def _unexpected(container_id: str, error: OSError) -> ErrorRecord:
    failure = StartFailed(
        container=container_id[:12],
        step=str(error.filename or "starting"),
        reason=error.strerror or str(error),
    )
    return failure.record()
