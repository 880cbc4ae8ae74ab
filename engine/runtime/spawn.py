"""The parent side of a start: namespaces, cgroup, ids and root file system of a container."""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from engine.cgroups import ContainerCgroup
from engine.errors import ErrorRecord, KernelRefused
from engine.linux import syscalls
from engine.linux.processes import start_time
from engine.linux.syscalls import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    CLONE_NEWUTS,
    CLONE_PARENT,
)
from engine.runtime import handover, init, records
from engine.runtime.caller import Caller
from engine.runtime.context import LauncherContext
from engine.runtime.init import GO, MAPPED, ROOT, InitInput
from engine.runtime.rootfs import ETC_FILES
from engine.spec.codec import decode, encode
from engine.spec.runtime import NetworkNamespace, RuntimeSpec, ShimRecord
from engine.storage.overlay import clone_tree, mount_overlay
from engine.storage.paths import ContainerPaths

_IDS = 65536


class InitFailed(Exception):
    """The child ended before its program ran; it said why."""

    def __init__(self, record: ErrorRecord) -> None:
        self.record = record
        super().__init__(record.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A container whose program runs. `outputs` are stdout and stderr, or the terminal alone."""

    pid: int
    started_at: int
    pidfd: int
    outputs: tuple[int, ...]


@dataclass(slots=True)
class _Channels:
    """Both ends of what parent and child talk through."""

    gate: tuple[socket.socket, socket.socket]
    errors: tuple[int, int]
    stdout: tuple[int, int]
    stderr: tuple[int, int]

    def close_child_ends(self) -> None:
        self.gate[1].close()
        for end in (self.errors[1], self.stdout[1], self.stderr[1]):
            os.close(end)


def spawn(
    context: LauncherContext, spec: RuntimeSpec, caller: Caller, shim: socket.socket
) -> Running:
    """Start one container as the child of the caller's parent, the shim; return when it runs.

    Raises InitFailed with the child's own error, CallerGone when nobody waits any more, or an
    engine error; then nothing of the container is left.
    """
    paths = context.paths.container(spec.container_id)
    with ExitStack() as undo:
        cgroup = ContainerCgroup.open(context.hierarchy, context.cgroup_parent, spec.container_id)
        undo.callback(cgroup.remove)
        channels = _open_channels()
        pid, pidfd = _clone(spec, cgroup, channels, str(paths.directory / "rootfs"))
        undo.callback(_end, pidfd)
        handover.announce(shim, pid)
        channels.close_child_ends()
        _map_ids(pid, spec.userns_base)
        _say(channels.gate[0], MAPPED)
        _report_clone(caller, pid, spec)
        _hand_over_root(context, spec, paths, channels.gate[0], pid)
        started_at, outputs = _open_gate(spec, paths, caller, channels, pid)
        undo.pop_all()
    return Running(pid=pid, started_at=started_at, pidfd=pidfd, outputs=outputs)


def _open_channels() -> _Channels:
    return _Channels(
        gate=socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET),
        errors=os.pipe(),
        stdout=os.pipe(),
        stderr=os.pipe(),
    )


def _clone(
    spec: RuntimeSpec, cgroup: ContainerCgroup, channels: _Channels, root: str
) -> tuple[int, int]:
    flags = CLONE_PARENT | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC
    if spec.network is not NetworkNamespace.HOST:
        flags |= CLONE_NEWNET
    if spec.userns_base is not None:
        flags |= CLONE_NEWUSER
    given = InitInput(
        spec=spec,
        root=root,
        cgroup=cgroup,
        gate=channels.gate[1],
        errors=channels.errors[1],
        stdio=None if spec.process.terminal else (channels.stdout[1], channels.stderr[1]),
        seccomp=init.seccomp_program(spec),
    )
    with cgroup.opened() as cgroup_fd:
        pid, pidfd = syscalls.clone3(flags, cgroup=cgroup_fd, exit_signal=0)
        if pid == 0:
            # Whatever happens, this copy of the starter must not go on as a second one.
            try:
                channels.gate[0].close()
                init.run(given)
            finally:
                init.report_crash(given)
                os._exit(127)
    return pid, pidfd


def _map_ids(pid: int, base: int | None) -> None:
    if base is None:
        return
    for kind in ("uid_map", "gid_map"):
        Path(f"/proc/{pid}/{kind}").write_text(f"0 {base} {_IDS}")


def _report_clone(caller: Caller, pid: int, spec: RuntimeSpec) -> None:
    """Let the host side connect the network while the file systems are mounted here."""
    netns = None
    if spec.network is NetworkNamespace.OWN:
        netns = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    caller.cloned(pid, netns)
    if netns is not None:
        os.close(netns)


def _hand_over_root(
    context: LauncherContext,
    spec: RuntimeSpec,
    paths: ContainerPaths,
    gate: socket.socket,
    pid: int,
) -> None:
    """Send the child its root and its ETC_FILES, as detached mounts."""
    userns = None
    if spec.userns_base is not None:
        userns = os.open(f"/proc/{pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    handed: list[int] = []
    try:
        handed.append(
            mount_overlay(
                context.overlay,
                layers=spec.layers,
                writable=paths.writable,
                staging=paths.directory / "staging",
                userns_fd=userns,
                owner=spec.userns_base or 0,
            )
        )
        for name, content in zip(ETC_FILES, _etc_contents(spec), strict=True):
            source = paths.directory / name
            source.write_text(content)
            handed.append(clone_tree(str(source), userns))
        _say(gate, ROOT, handed)
    except OSError as error:
        raise KernelRefused(call="the root file system", reason=str(error)) from error
    finally:
        for fd in handed if userns is None else (*handed, userns):
            os.close(fd)


def _etc_contents(spec: RuntimeSpec) -> tuple[str, ...]:
    return (f"{spec.hostname}\n", spec.hosts, spec.resolv_conf)


def _open_gate(
    spec: RuntimeSpec, paths: ContainerPaths, caller: Caller, channels: _Channels, pid: int
) -> tuple[int, tuple[int, ...]]:
    """Let the child pass its last gate; return when that was, and its output's descriptors."""
    gate = channels.gate[0]
    outputs: tuple[int, ...] = (channels.stdout[0], channels.stderr[0])
    if spec.process.terminal:
        outputs = _receive_terminal(gate, outputs)
    caller.await_go()
    started_at = _record(paths, spec, pid)
    _say(gate, GO)
    gate.close()
    report = b""
    while part := os.read(channels.errors[0], 65536):
        report += part
    os.close(channels.errors[0])
    if report:
        raise InitFailed(decode(ErrorRecord, report))
    return started_at, outputs


def _say(gate: socket.socket, word: bytes, fds: Sequence[int] = ()) -> None:
    try:
        socket.send_fds(gate, [word], fds)
    except (BrokenPipeError, ConnectionResetError):
        # The child failed and closed its end; its error pipe, read at the end, tells why.
        return


def _receive_terminal(gate: socket.socket, unused: tuple[int, ...]) -> tuple[int, ...]:
    try:
        _, fds, _, _ = socket.recv_fds(gate, 16, 1)
    except ConnectionResetError:
        return unused
    if not fds:
        return unused
    for fd in unused:
        os.close(fd)
    return tuple(fds)


def _record(paths: ContainerPaths, spec: RuntimeSpec, pid: int) -> int:
    """Say who runs the container before it runs: a caller that dies can then be made up for."""
    record = ShimRecord(
        generation=spec.generation,
        boot_id=records.boot_id(),
        shim_pid=os.getppid(),
        shim_start=start_time(os.getppid()),
        init_pid=pid,
        init_start=start_time(pid),
        started_at=time.time_ns(),
    )
    records.write(paths.shim, encode(record), durable=False)
    return record.started_at


def _end(pidfd: int) -> None:
    """Kill the child and wait until it is dead; its parent, the shim, buries it."""
    with suppress(ProcessLookupError):
        syscalls.pidfd_send_signal(pidfd, signal.SIGKILL)
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    poll.poll()
    os.close(pidfd)
