"""The child side of a start: from clone to the container's program.

Runs in a forked copy of the shim, single-threaded, with everything imported. The order of the
steps is the security of the container; each line that looks movable says why it stands there.
"""

from __future__ import annotations

import fcntl
import functools
import os
import signal
import socket
import sys
import termios
import traceback
from dataclasses import dataclass
from pathlib import Path

from engine.cgroups import ContainerCgroup
from engine.errors import CommandNotExecutable, CommandNotFound, EngineError, StartFailed
from engine.linux import capabilities, seccomp, syscalls
from engine.linux.syscalls import (
    CLONE_NEWCGROUP,
    CLONE_NEWNS,
    CLOSE_RANGE_CLOEXEC,
    PR_CAP_AMBIENT,
    PR_CAP_AMBIENT_CLEAR_ALL,
    PR_SET_KEEPCAPS,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
)
from engine.runtime import identity, rootfs
from engine.runtime.identity import Identity
from engine.spec.codec import encode
from engine.spec.container import SeccompMode
from engine.spec.runtime import NetworkNamespace, ProcessSpec, RuntimeSpec

MAPPED = b"mapped"
ROOT = b"root"
GO = b"go"
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_ALL_FDS = 0x7FFF_FFFF
_IGNORED_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ, 32, 33)
"""Python ignores the first two, the C library the last two in a program it spawned."""
_TIOCSPTLCK = 0x4004_5431
"""ioctl_tty(2): unlock a pseudoterminal's slave; the standard library does not name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitInput:
    """What the child needs besides the specification. `stdio` is None where it opens a terminal."""

    spec: RuntimeSpec
    root: str
    cgroup: ContainerCgroup
    gate: socket.socket
    """The parent says MAPPED, then ROOT with the mounts, then GO once the network stands."""
    errors: int
    """Close-on-exec pipe: an ErrorRecord, or nothing at all when execve worked."""
    stdio: tuple[int, int] | None
    seccomp: bytes | None


def run(given: InitInput) -> None:
    """Become the container's program; report and return only if that failed."""
    try:
        _become(given)
    except EngineError as error:
        os.write(given.errors, encode(error.record()))
    except OSError as error:
        failure = StartFailed(
            container=given.spec.container_id[:12], step=_step(error), reason=str(error)
        )
        os.write(given.errors, encode(failure.record()))


def report_crash(given: InitInput) -> None:
    """Report the exception that is under way, if one is: a closed pipe alone would mean success."""
    crash = sys.exc_info()[1]
    if crash is not None:
        reason = "".join(traceback.format_exception(crash)[-3:])
        failure = StartFailed(
            container=given.spec.container_id[:12], step="internal error", reason=reason
        )
        os.write(given.errors, encode(failure.record()))


def _step(error: OSError) -> str:
    """Return the innermost function of ours that was refused: more than `EPERM` says."""
    step = "init"
    trace = error.__traceback__
    while trace is not None:
        if "/runtime/" in trace.tb_frame.f_code.co_filename:
            step = trace.tb_frame.f_code.co_name.strip("_").replace("_", " ")
        trace = trace.tb_next
    return step


def _become(given: InitInput) -> None:
    spec = given.spec
    _reset_signals()
    os.setsid()
    capabilities.limit_bounding_set(_mask(spec.process))
    _wait(given.gate, MAPPED)
    # Still as the host's root, who alone may pass the engine's folders and the cgroups'.
    os.chdir(given.root)
    given.cgroup.join()
    if spec.userns_base is not None:
        # A clone into a user namespace keeps the ids it had outside until it takes mapped ones.
        os.setresgid(0, 0, 0)
        os.setresuid(0, 0, 0)
    # Only now is this process in all of its cgroups, so that they become the namespace's root.
    syscalls.unshare(CLONE_NEWCGROUP | CLONE_NEWNS)
    if spec.network is not NetworkNamespace.HOST:
        _allow_low_ports(mapped=spec.userns_base is not None)
    syscalls.sethostname(spec.hostname.encode()[:64])
    furniture = rootfs.gather(spec, given.cgroup.mounts())
    root, *etc = _receive_mounts(given.gate)
    rootfs.enter(root)
    rootfs.furnish(furniture, tuple(etc), writable_cgroups=spec.privileged)
    _connect_stdio(given)
    who = identity.look_up(spec.process.user)
    _enter_working_directory(spec.process.working_dir or "/")
    rootfs.protect(spec)
    if spec.readonly_rootfs:
        rootfs.make_readonly()
    environment = _environment(spec.process, who)
    program = _find_program(spec.process.arguments[0], environment["PATH"])
    _drop_privileges(spec.process, who, given.seccomp)
    # Set last: a change of ids clears it. A container without its shim would block on its output.
    syscalls.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _wait(given.gate, GO)
    syscalls.close_range(3, _ALL_FDS, CLOSE_RANGE_CLOEXEC)
    _execute(program, spec.process.arguments, environment)


def _wait(gate: socket.socket, word: bytes) -> None:
    if gate.recv(16) != word:
        # The parent went away or gave up: nobody is left to report to.
        os._exit(125)


def _receive_mounts(gate: socket.socket) -> list[int]:
    word, fds, _, _ = socket.recv_fds(gate, 16, 1 + len(rootfs.ETC_FILES))
    if word != ROOT:
        os._exit(125)
    return fds


def _reset_signals() -> None:
    """Give the program default signals: what is ignored would outlive execve."""
    for number in _IGNORED_SIGNALS:
        syscalls.reset_signal(number)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _allow_low_ports(*, mapped: bool) -> None:
    """Let any user in the container bind low ports and ping, as Docker does."""
    last_group = 65535 if mapped else 2_147_483_647
    for name, value in (
        ("ip_unprivileged_port_start", b"0"),
        ("ping_group_range", b"0 %d" % last_group),
    ):
        fd = os.open(f"/proc/sys/net/ipv4/{name}", os.O_WRONLY | os.O_CLOEXEC)
        os.write(fd, value)
        os.close(fd)


def _connect_stdio(given: InitInput) -> None:
    if given.stdio is None:
        _open_terminal(given.gate)
        return
    # Inside: the host's own /dev/null would show as a mount of the host.
    null = os.open("/dev/null", os.O_RDONLY)
    for target, fd in enumerate((null, *given.stdio)):
        os.dup2(fd, target)
    if null > 2:
        os.close(null)


def _open_terminal(gate: socket.socket) -> None:
    """Take a terminal of the container's own devpts, and hand its master to the shim."""
    master = os.open("/dev/pts/ptmx", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    fcntl.ioctl(master, _TIOCSPTLCK, b"\0\0\0\0")
    slave = os.open("/dev/pts/0", os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for target in range(3):
        os.dup2(slave, target)
    os.close(slave)
    socket.send_fds(gate, [b"terminal"], [master])
    os.close(master)
    rootfs.bind("/dev/pts/0", "/dev/console")


def _enter_working_directory(path: str) -> None:
    try:
        os.chdir(path)
    except FileNotFoundError:
        Path(path).mkdir(parents=True)
        os.chdir(path)
    except NotADirectoryError as error:
        raise StartFailed(
            container=path, step="working directory", reason="it is not a directory"
        ) from error
    if os.getcwd()[:1] != "/":
        raise StartFailed(container=path, step="working directory", reason="it is outside")


def _environment(process: ProcessSpec, who: Identity) -> dict[str, str]:
    environment = {"PATH": _DEFAULT_PATH, "HOME": who.home}
    if process.terminal:
        environment["TERM"] = "xterm"
    for item in process.env:
        name, _, value = item.partition("=")
        environment[name] = value
    return environment


def _find_program(command: str, path: str) -> str:
    """Return the file to execute, searching as execvp(3) does."""
    if "/" in command:
        return command
    denied = False
    for folder in path.split(":"):
        candidate = f"{folder or '.'}/{command}"
        if os.path.isfile(candidate):
            if os.access(candidate, os.X_OK):
                return candidate
            denied = True
    if denied:
        raise CommandNotExecutable(command=command, reason="permission denied")
    raise CommandNotFound(command=command)


def _drop_privileges(process: ProcessSpec, who: Identity, program: bytes | None) -> None:
    keep = _mask(process)
    if process.terminal:
        os.fchown(0, who.uid, 5)
    if not process.no_new_privileges and program is not None:
        # Without no-new-privileges loading a filter takes CAP_SYS_ADMIN, which goes below.
        seccomp.load(program)
    os.setgroups(who.groups)
    if who.uid:
        syscalls.prctl(PR_SET_KEEPCAPS, 1)
    os.setresgid(who.gid, who.gid, who.gid)
    os.setresuid(who.uid, who.uid, who.uid)
    if who.uid:
        syscalls.prctl(PR_SET_KEEPCAPS, 0)
    held = keep if who.uid == 0 else 0
    syscalls.capset(held, held, 0)
    syscalls.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    if process.no_new_privileges:
        syscalls.prctl(PR_SET_NO_NEW_PRIVS, 1)
        if program is not None:
            seccomp.load(program)


def _mask(process: ProcessSpec) -> int:
    return capabilities.mask(map(capabilities.Capability, process.capabilities))


def _execute(program: str, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    try:
        os.execve(program, arguments, environment)  # noqa: S606  (it is what we are for)
    except FileNotFoundError as error:
        raise CommandNotFound(command=arguments[0]) from error
    except (PermissionError, IsADirectoryError) as error:
        raise CommandNotExecutable(command=arguments[0], reason="permission denied") from error
    except OSError as error:
        raise CommandNotExecutable(command=arguments[0], reason=error.strerror or "") from error


def seccomp_program(spec: RuntimeSpec) -> bytes | None:
    """Return the filter that *spec* asks for."""
    if spec.privileged or spec.process.seccomp is SeccompMode.UNCONFINED:
        return None
    return default_program(spec.process.capabilities)


@functools.cache
def default_program(held: tuple[int, ...]) -> bytes:
    """Return the default filter for a process with the capabilities *held*, sorted.

    Compiling takes milliseconds: the launcher does it once, and its shims inherit the result.
    """
    return seccomp.default_program(frozenset(map(capabilities.Capability, held)))
