"""The shim: parent of one container from its start to its exit record.

Forked from the launcher, so that it is small and ready at once. It opens nothing of the
installation after that fork, and outlives launcher, worker and agent.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import time
from dataclasses import dataclass

from engine import cgroups
from engine.errors import EngineError, ErrorRecord, StartFailed
from engine.linux import syscalls
from engine.linux.devices import DEFAULT_DEVICES
from engine.linux.processes import start_time
from engine.linux.syscalls import PR_SET_CHILD_SUBREAPER, PR_SET_DUMPABLE
from engine.logs.writer import LogWriter, Stream
from engine.runtime import records
from engine.runtime.caller import Caller, CallerGone
from engine.runtime.context import LauncherContext
from engine.runtime.spawn import InitFailed, Running, spawn
from engine.spec.codec import decode, encode
from engine.spec.runtime import NOTHING, ExitRecord, LauncherRequest, RuntimeSpec, ShimAnswer
from engine.storage.paths import ContainerPaths, EnginePaths

_CHUNK = 64 * 1024
_DRAIN_SECONDS = 2.0
_REQUEST_BYTES = 64 * 1024
_MOST_FDS = 251


@dataclass(slots=True)
class Work:
    """A start that was asked for: an encoded LauncherRequest, and what came with it."""

    request: bytes
    connection: socket.socket
    ports: list[int]
    """The published ports' sockets: held open so that nobody else can take the port."""

    def close(self) -> None:
        """Close this process's descriptors of it."""
        self.connection.close()
        for port in self.ports:
            os.close(port)


def wait_for_work(context: LauncherContext, launcher: socket.socket) -> None:
    """Be a shim that was forked ahead: ready for the next start, gone with its launcher.

    What is done here, and the memory that it touches, costs the next start nothing.
    """
    _settle()
    _rehearse(context)
    request, fds, _, _ = socket.recv_fds(launcher, _REQUEST_BYTES, _MOST_FDS)
    launcher.close()
    if request:
        _run(context, Work(request, socket.socket(fileno=fds[0]), fds[1:]))


def run(context: LauncherContext, work: Work) -> None:
    """Start a container and stay with it to its end."""
    _settle()
    _run(context, work)


def _run(context: LauncherContext, work: Work) -> None:
    container_id = decode(LauncherRequest, work.request).container_id
    syscalls.prctl_name(f"berth:{container_id[:8]}")
    caller = Caller(work.connection)
    paths = context.paths.container(container_id)
    try:
        spec = decode(RuntimeSpec, paths.spec.read_bytes())
        log = LogWriter(paths.log, spec.log)
        running = spawn(context, spec, caller)
    except CallerGone:
        return
    except InitFailed as error:
        caller.failed(error.record)
        return
    except EngineError as error:
        caller.failed(error.record())
        return
    except OSError as error:
        caller.failed(_unexpected(container_id, error))
        return
    caller.running(running.pid)
    _supervise(running, log)
    _finish(context.paths, paths, spec, running)
    work.close()


def _settle() -> None:
    os.setsid()
    syscalls.prctl(PR_SET_CHILD_SUBREAPER, 1)
    # Nothing of the host's memory may be read from inside by ptrace or /proc.
    syscalls.prctl(PR_SET_DUMPABLE, 0)
    syscalls.prctl_name("berth-spare")
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # A machine that shuts down signals everyone: the shim must be the last to go.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _rehearse(context: LauncherContext) -> None:
    """Run through what a start does, on a cgroup and a specification of nothing."""
    spec = decode(RuntimeSpec, encode(NOTHING))
    name = f"spare-{os.getpid()}"
    cgroups.create(
        context.hierarchy, context.cgroup_parent, name, spec.resources, DEFAULT_DEVICES
    ).remove()
    decode(ShimAnswer, encode(ShimAnswer(step="cloned")))
    start_time(os.getpid())
    records.boot_id()


def _supervise(running: Running, log: LogWriter) -> None:
    """Copy output to the log until the program is gone and its pipes are empty."""
    poll = select.epoll()
    streams = dict(zip(running.outputs, (Stream.STDOUT, Stream.STDERR), strict=False))
    for fd in streams:
        os.set_blocking(fd, False)
        poll.register(fd, select.EPOLLIN)
    poll.register(running.pidfd, select.EPOLLIN)
    deadline: float | None = None
    while streams or deadline is None:
        left = -1.0 if deadline is None else deadline - time.monotonic()
        if deadline is not None and left <= 0:
            break
        for fd, _ in poll.poll(left):
            if fd == running.pidfd:
                poll.unregister(fd)
                deadline = time.monotonic() + _DRAIN_SECONDS
            elif not _copy(fd, streams[fd], log):
                poll.unregister(fd)
                os.close(fd)
                del streams[fd]
    for fd in streams:
        os.close(fd)
    poll.close()
    log.close()


def _copy(fd: int, stream: Stream, log: LogWriter) -> bool:
    """Move what is there to the log; return whether more may come."""
    try:
        chunk = os.read(fd, _CHUNK)
    except BlockingIOError:
        return True
    except OSError:
        # A terminal whose last user closed it answers EIO.
        return False
    if chunk:
        log.feed(stream, chunk)
    return bool(chunk)


def _finish(
    engine: EnginePaths, paths: ContainerPaths, spec: RuntimeSpec, running: Running
) -> None:
    _, status = os.waitpid(running.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    record = ExitRecord(
        generation=spec.generation,
        exit_code=code if code >= 0 else 128 - code,
        oom_killed=running.cgroup.oom_kills() > 0,
        finished_at=time.time_ns(),
    )
    records.write(paths.exit, encode(record), durable=True)
    notify(engine, spec.container_id)
    running.cgroup.remove()


def notify(engine: EnginePaths, container_id: str) -> None:
    """Tell the agent to look at a container; without an agent, its next start looks at all."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as events:
        try:
            events.sendto(container_id.encode(), os.fspath(engine.events_socket))
        except (FileNotFoundError, ConnectionRefusedError, BlockingIOError):
            return


def _unexpected(container_id: str, error: OSError) -> ErrorRecord:
    failure = StartFailed(
        container=container_id[:12],
        step=str(error.filename or "starting"),
        reason=error.strerror or str(error),
    )
    return failure.record()


def freeze() -> None:
    """Keep what the launcher imported in pages that its shims share."""
    gc.collect()
    gc.freeze()
    gc.disable()
