"""The shim: parent of one container from its start to its exit record.

Forked from the launcher, so that it is small and ready at once. It opens nothing of the
installation after that fork, and outlives launcher, worker and agent. What can be set up before the
fork is (see launcher.py): each page of memory that a shim writes to is its own from then on.
"""

from __future__ import annotations

import gc
import os
import select
import socket
import sys
import time
import traceback
from collections.abc import Callable

from engine.cgroups import ContainerCgroup
from engine.logs.writer import LogWriter, Stream, StreamWriter
from engine.runtime import handover, records, starter
from engine.runtime.context import LauncherContext
from engine.runtime.handover import Handover
from engine.spec.codec import encode
from engine.spec.runtime import ExitRecord
from engine.storage.paths import EnginePaths

_CHUNK = 64 * 1024
_DRAIN_SECONDS = 2.0
_NOTIFY_SECONDS = 5.0
_STREAMS = (Stream.STDOUT, Stream.STDERR)


def run(context: LauncherContext, launcher: socket.socket) -> None:
    """Watch over the container that the launcher asks for next, from its start to its end."""
    os.setsid()
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def start() -> None:
        mine.close()
        starter.run(context, launcher, its)

    fork(start)
    its.close()
    launcher.close()
    given = handover.receive(mine)
    mine.close()
    if given is None:
        return
    _name(given.container_id)
    log = LogWriter(given.log_path, given.log)
    _supervise(given, log)
    _finish(context, given)
    for port in given.ports:
        os.close(port)


def fork(body: Callable[[], object]) -> int:
    """Run *body* in a child that ends with it, and return the child's pid."""
    pid = os.fork()
    if pid:
        return pid
    try:
        body()
    finally:
        # Never back into the parent's code, whatever happened.
        crash = sys.exc_info()[1]
        if crash is not None:
            traceback.print_exception(crash)
        os._exit(0)


def _name(container_id: str) -> None:
    fd = os.open("/proc/self/comm", os.O_WRONLY | os.O_CLOEXEC)
    os.write(fd, b"berth:" + container_id[:8].encode())
    os.close(fd)


def _supervise(given: Handover, log: LogWriter) -> None:
    """Copy output to the log until the program is gone and its pipes are empty."""
    poll = select.epoll()
    streams = {}
    for number, fd in enumerate(given.outputs):
        streams[fd] = log.stream(_STREAMS[number])
        os.set_blocking(fd, False)
        poll.register(fd, select.EPOLLIN)
    poll.register(given.pidfd, select.EPOLLIN)
    deadline: float | None = None
    while streams or deadline is None:
        left = -1.0 if deadline is None else deadline - time.monotonic()
        if deadline is not None and left <= 0:
            break
        for fd, _ in poll.poll(left):
            if fd == given.pidfd:
                poll.unregister(fd)
                deadline = time.monotonic() + _DRAIN_SECONDS
            elif not _copy(fd, streams[fd]):
                poll.unregister(fd)
                os.close(fd)
                streams.pop(fd).close()
    for fd, stream in streams.items():
        stream.close()
        os.close(fd)
    poll.close()
    log.close()


def _copy(fd: int, stream: StreamWriter) -> bool:
    """Move what is there to the log; return whether more may come."""
    try:
        chunk = os.read(fd, _CHUNK)
    except BlockingIOError:
        return True
    except OSError:
        # A terminal whose last user closed it answers EIO.
        return False
    if chunk:
        stream.feed(chunk)
    return bool(chunk)


def _finish(context: LauncherContext, given: Handover) -> None:
    _, status = os.waitpid(given.init_pid, 0)
    code = os.waitstatus_to_exitcode(status)
    cgroup = ContainerCgroup.open(context.hierarchy, context.cgroup_parent, given.container_id)
    record = ExitRecord(
        generation=given.generation,
        exit_code=code if code >= 0 else 128 - code,
        oom_killed=cgroup.oom_kills() > 0,
        finished_at=time.time_ns(),
    )
    path = context.paths.container(given.container_id).exit
    records.write(path, encode(record), durable=True)
    notify(context.paths, given.container_id)
    cgroup.remove()


def notify(engine: EnginePaths, container_id: str) -> None:
    """Tell the agent to look at a container; without an agent, its next start looks at all."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as events:
        # The kernel queues ten datagrams for a reader; more may come when many end at once. Only
        # a connected socket sleeps until there is room: another polls as writable all the time.
        events.settimeout(_NOTIFY_SECONDS)
        try:
            events.connect(os.fspath(engine.events_socket))
            events.send(container_id.encode())
        except (FileNotFoundError, ConnectionRefusedError, TimeoutError):
            return


def freeze() -> None:
    """Keep what the launcher imported in pages that its shims share."""
    gc.collect()
    gc.freeze()
    gc.disable()
