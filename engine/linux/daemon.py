"""Small programs of ours that live on their own: started on demand, found by socket, ended by pid.

A program is a module with `main(arguments: list[str])` that listens on the Unix socket it was told.
It runs in the real interpreter without site-packages, in a session of its own, with no descriptor
of its starter's; where the kernel can, the interpreter is entered through a read-only mount, so
that nothing in the program's namespaces can write to it (CVE-2019-5736).
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import SocketKind

from engine.errors import ProgramNotStarted
from engine.linux import mounts, processes, syscalls

SOURCE_ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds the `engine` package."""

_BOOTSTRAP = (
    "import sys; _, root, name, module, *arguments = sys.argv; sys.path.insert(0, root); "
    "open('/proc/self/comm', 'w').write(name); from importlib import import_module; "
    "sys.exit(import_module(module).main(arguments))"
)
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
}
_START_SECONDS = 10.0
_STOP_SECONDS = 5.0
_POLL_SECONDS = 0.002
_NOT_THERE = frozenset({errno.ENOENT, errno.ECONNREFUSED})
# A kernel before 5.12, or a container that may not mount: the path itself is used instead.
_NO_PRIVATE_MOUNT = frozenset({errno.ENOSYS, errno.EPERM, errno.EINVAL, errno.EOPNOTSUPP})


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonProgram:
    """One program of one instance. `run` holds its lock, pid file and, usually, its socket."""

    name: str
    module: str
    arguments: tuple[str, ...]
    run: Path
    socket: Path
    socket_kind: SocketKind = SocketKind.SOCK_SEQPACKET
    cgroups: tuple[Path, ...] = ()
    """Cgroup folders, one a hierarchy, that it is moved into before it runs."""
    log: Path | None = None
    """Where its standard output and error go; None throws them away."""

    @property
    def pid_file(self) -> Path:
        """Holds `pid start_time`."""
        return self.run / f"{self.name}.pid"


def ensure(program: DaemonProgram) -> None:
    """Return once *program* answers at its socket, starting it if it does not."""
    if answers(program):
        return
    with _locked(program):
        if answers(program):
            return
        # One that lives without answering would hold on to the socket's name.
        _end(program)
        _spawn(program)
        _await_answer(program)


def stop(program: DaemonProgram) -> None:
    """End *program* with TERM, then KILL, and return when it is gone; a no-op where it is not."""
    with _locked(program):
        _end(program)
        program.socket.unlink(missing_ok=True)


def answers(program: DaemonProgram) -> bool:
    """Say whether somebody listens at the program's socket."""
    with socket.socket(socket.AF_UNIX, program.socket_kind) as probe:
        probe.settimeout(0)
        error = probe.connect_ex(os.fspath(program.socket))
    if error in (0, errno.EAGAIN):  # EAGAIN: its backlog is full, so it is there
        return True
    if error in _NOT_THERE:
        return False
    raise OSError(error, f"connect: {os.strerror(error)}", os.fspath(program.socket))


def running_pid(program: DaemonProgram) -> int | None:
    """Return the pid of the living program, by its pid file and start time."""
    try:
        pid, started = (int(word) for word in program.pid_file.read_text().split())
    except (FileNotFoundError, ValueError):
        return None
    return pid if processes.is_alive(pid, started) else None


@contextmanager
def _locked(program: DaemonProgram) -> Iterator[None]:
    with (program.run / f"{program.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _spawn(program: DaemonProgram) -> None:
    # The caller's own executable may be a virtual environment's link or a version manager's script.
    interpreter = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    plan = {
        "name": program.name,
        "interpreter": interpreter,
        "module": program.module,
        "arguments": program.arguments,
        "pid_file": os.fspath(program.pid_file),
        "cgroups": [os.fspath(folder) for folder in program.cgroups],
        "log": os.fspath(program.log or os.devnull),
    }
    # The caller may be large and threaded: posix_spawn neither copies it nor runs its code.
    pid = os.posix_spawn(
        interpreter,
        _command(interpreter, program.name, __name__, (json.dumps(plan),)),
        _ENVIRONMENT,
        setsid=True,
        setsigmask=[],
        setsigdef=signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP},
    )
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:  # a caller that ignores SIGCHLD: the pid file tells the rest
        return
    if status != 0:
        code = os.waitstatus_to_exitcode(status)
        raise ProgramNotStarted(program=program.name, reason=_last_words(program, code))


def _command(interpreter: str, name: str, module: str, arguments: Iterable[str]) -> list[str]:
    # Fifteen bytes is all the kernel keeps of a process's name.
    shown = f"berth-{name}"[:15]
    prefix = [interpreter, "-I", "-S", "-c", _BOOTSTRAP, os.fspath(SOURCE_ROOT)]
    return [*prefix, shown, module, *arguments]


def _await_answer(program: DaemonProgram) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not answers(program):
        if running_pid(program) is None:
            raise ProgramNotStarted(program=program.name, reason=_last_words(program, None))
        if time.monotonic() > deadline:
            reason = f"it runs but does not answer within {_START_SECONDS:.0f} s"
            raise ProgramNotStarted(program=program.name, reason=reason)
        time.sleep(_POLL_SECONDS)


def _last_words(program: DaemonProgram, code: int | None) -> str:
    how = "it ended at once" if code is None else f"its starter ended with {code}"
    if program.log is None or not program.log.exists():
        return how
    lines = program.log.read_text(errors="replace").splitlines()
    return f"{how}: {lines[-1]}" if lines else how


def _end(program: DaemonProgram) -> None:
    pid = running_pid(program)
    if pid is not None:
        try:
            pidfd = os.pidfd_open(pid)
        except ProcessLookupError:
            pidfd = -1
        if pidfd >= 0:
            with os.fdopen(pidfd, "rb", buffering=0):
                # Asked again now that the descriptor pins it: the pid may have changed hands.
                if running_pid(program) == pid:
                    _terminate(pidfd)
    program.pid_file.unlink(missing_ok=True)


def _terminate(pidfd: int) -> None:
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            signal.pidfd_send_signal(pidfd, number)
        except ProcessLookupError:
            return
        if poll.poll(_STOP_SECONDS * 1000):
            return


def main(arguments: list[str]) -> int:
    """Be the starter: leave the caller's files, cgroups and family, then become the program."""
    plan = json.loads(arguments[0])
    log = os.open(plan["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, null), (1, log), (2, log)):
        os.dup2(source, target)
    os.closerange(3, 1 << 30)
    for folder in plan["cgroups"]:
        (Path(folder) / "cgroup.procs").write_text("0")
    # Not the leader of its session, so that no terminal it opens becomes its own.
    pid = os.fork()
    if pid != 0:
        Path(plan["pid_file"]).write_text(f"{pid} {processes.start_time(pid)}\n")
        return 0
    os.chdir("/")
    os.umask(0o022)
    command = _command(plan["interpreter"], plan["name"], plan["module"], plan["arguments"])
    try:
        interpreter = _read_only_clone(plan["interpreter"])
    except OSError as error:
        if error.errno not in _NO_PRIVATE_MOUNT:
            raise
        os.execve(plan["interpreter"], command, _ENVIRONMENT)  # noqa: S606  (no shell is wanted)
    environment = [f"{name}={value}" for name, value in _ENVIRONMENT.items()]
    syscalls.execveat(interpreter, "", command, environment, syscalls.AT_EMPTY_PATH)
    raise AssertionError("execveat returned")


def _read_only_clone(path: str) -> int:
    flags = syscalls.OPEN_TREE_CLONE | syscalls.OPEN_TREE_CLOEXEC
    fd = mounts.open_tree(syscalls.AT_FDCWD, path, flags)
    mounts.mount_setattr(fd, "", syscalls.AT_EMPTY_PATH, set=syscalls.MOUNT_ATTR_RDONLY)
    return fd
