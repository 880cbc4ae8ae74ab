"""The parent side of a start: namespaces, cgroups, ids and the root file system of one container."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from engine import cgroups
from engine.cgroups import ContainerCgroup
from engine.errors import ErrorRecord, KernelRefused
from engine.linux import mounts, syscalls
from engine.linux.devices import ALL_DEVICES, DEFAULT_DEVICES
from engine.linux.processes import start_time
from engine.linux.syscalls import (
    AT_FDCWD,
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    CLONE_NEWUTS,
    MOVE_MOUNT_F_EMPTY_PATH,
    MOVE_MOUNT_T_EMPTY_PATH,
    MS_REC,
    MS_SLAVE,
    RESOLVE_IN_ROOT,
    RESOLVE_NO_MAGICLINKS,
)
from engine.runtime import init, records
from engine.runtime.caller import Caller
from engine.runtime.context import LauncherContext
from engine.runtime.init import InitInput
from engine.spec.codec import decode, encode
from engine.spec.runtime import NetworkNamespace, RuntimeSpec, ShimRecord
from engine.storage.overlay import acting_as, clone_tree, mount_overlay
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
    pidfd: int
    cgroup: ContainerCgroup
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


def spawn(context: LauncherContext, spec: RuntimeSpec, caller: Caller) -> Running:
    """Start one container and return once its program runs.

    Raises InitFailed with the child's own error, CallerGone when nobody waits any more, or an
    engine error; then nothing of the container is left.
    """
    paths = context.paths.container(spec.container_id)
    with ExitStack() as undo:
        cgroup = cgroups.create(
            context.hierarchy,
            context.cgroup_parent,
            spec.container_id,
            spec.resources,
            ALL_DEVICES if spec.privileged else DEFAULT_DEVICES,
        )
        undo.callback(cgroup.remove)
        # The overlay is assembled here, out of the host's sight, and kept for the next run.
        syscalls.unshare(CLONE_NEWNS)
        mounts.mount(None, "/", None, MS_REC | MS_SLAVE)
        channels = _open_channels()
        pid, pidfd = _clone(spec, cgroup, channels, str(paths.directory / "rootfs"))
        undo.callback(_end, pid, pidfd)
        channels.close_child_ends()
        _map_ids(pid, spec.userns_base)
        cgroup.adopt(pid)
        _report_clone(caller, pid, spec)
        _mount_root(context, spec, paths, pid)
        outputs = _open_gate(spec, paths, caller, channels, pid)
        undo.pop_all()
    return Running(pid=pid, pidfd=pidfd, cgroup=cgroup, outputs=outputs)


def _open_channels() -> _Channels:
    channels = _Channels(
        gate=socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET),
        errors=os.pipe(),
        stdout=os.pipe(),
        stderr=os.pipe(),
    )
    return channels


def _clone(
    spec: RuntimeSpec, cgroup: ContainerCgroup, channels: _Channels, root: str
) -> tuple[int, int]:
    flags = CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC
    if spec.network is not NetworkNamespace.HOST:
        flags |= CLONE_NEWNET
    if spec.userns_base is not None:
        flags |= CLONE_NEWUSER
    given = InitInput(
        spec=spec,
        root=root,
        cgroup_mounts=cgroup.mounts(),
        gate=channels.gate[1],
        errors=channels.errors[1],
        stdio=None if spec.process.terminal else (channels.stdout[1], channels.stderr[1]),
        seccomp=init.seccomp_program(spec),
    )
    with cgroup.entered() as cgroup_fd:
        pid, pidfd = syscalls.clone3(flags, cgroup=cgroup_fd)
        if pid == 0:
            # Whatever happens, this copy of the shim must not go on as a second shim.
            try:
                channels.gate[0].close()
                init.run(given)
            finally:
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


def _mount_root(
    context: LauncherContext, spec: RuntimeSpec, paths: ContainerPaths, pid: int
) -> None:
    userns = None
    if spec.userns_base is not None:
        userns = os.open(f"/proc/{pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    owner = spec.userns_base or 0
    root = paths.directory / "rootfs"
    try:
        overlay = mount_overlay(
            context.overlay,
            layers=spec.layers,
            writable=paths.writable,
            staging=paths.directory / "staging",
            userns_fd=userns,
            owner=owner,
        )
        mounts.move_mount(overlay, "", AT_FDCWD, str(root), MOVE_MOUNT_F_EMPTY_PATH)
        os.close(overlay)
        _mount_etc(spec, paths, root, userns, owner)
    except OSError as error:
        raise KernelRefused(call="the root file system", reason=str(error)) from error
    finally:
        if userns is not None:
            os.close(userns)


def _mount_etc(
    spec: RuntimeSpec, paths: ContainerPaths, root: Path, userns: int | None, owner: int
) -> None:
    contents = {
        "hostname": f"{spec.hostname}\n",
        "hosts": spec.hosts,
        "resolv.conf": spec.resolv_conf,
    }
    root_fd = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    for name, content in contents.items():
        source = paths.directory / name
        source.write_text(content)
        target = _open_etc(root_fd, name, owner)
        clone = clone_tree(str(source), userns)
        mounts.move_mount(
            clone, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH
        )
        os.close(clone)
        os.close(target)
    os.close(root_fd)


def _open_etc(root_fd: int, name: str, owner: int) -> int:
    """Return /etc/*name* of the container, made where the image has none."""
    resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS
    flags = os.O_PATH | os.O_CLOEXEC
    try:
        return syscalls.openat2(root_fd, f"etc/{name}", flags, resolve=resolve)
    except FileNotFoundError:
        pass
    with acting_as(owner):
        try:
            folder = syscalls.openat2(root_fd, "etc", flags | os.O_DIRECTORY, resolve=resolve)
        except FileNotFoundError:
            os.mkdir("etc", 0o755, dir_fd=root_fd)
            folder = syscalls.openat2(root_fd, "etc", flags | os.O_DIRECTORY, resolve=resolve)
        made = os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_WRONLY
        os.close(os.open(name, made, 0o644, dir_fd=folder))
        os.close(folder)
    return syscalls.openat2(root_fd, f"etc/{name}", flags, resolve=resolve)


def _open_gate(
    spec: RuntimeSpec, paths: ContainerPaths, caller: Caller, channels: _Channels, pid: int
) -> tuple[int, ...]:
    """Let the child pass its two gates; return the descriptors of its output."""
    gate = channels.gate[0]
    outputs: tuple[int, ...] = (channels.stdout[0], channels.stderr[0])
    # A child that failed has closed its end: its error pipe tells why, just below.
    if _say(gate, b"ready"):
        if spec.process.terminal:
            outputs = _receive_terminal(gate, outputs)
        caller.await_go()
        _record(paths, spec, pid)
        _say(gate, b"go")
    gate.close()
    report = b""
    while part := os.read(channels.errors[0], 65536):
        report += part
    os.close(channels.errors[0])
    if report:
        raise InitFailed(decode(ErrorRecord, report))
    return outputs


def _say(gate: socket.socket, word: bytes) -> bool:
    try:
        gate.send(word)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def _receive_terminal(gate: socket.socket, unused: tuple[int, ...]) -> tuple[int, ...]:
    _, fds, _, _ = socket.recv_fds(gate, 16, 1)
    if not fds:
        return unused
    for fd in unused:
        os.close(fd)
    return tuple(fds)


def _record(paths: ContainerPaths, spec: RuntimeSpec, pid: int) -> None:
    """Say who runs the container before it runs: from here on a caller that died can be made up for."""
    record = ShimRecord(
        generation=spec.generation,
        boot_id=records.boot_id(),
        shim_pid=os.getpid(),
        shim_start=start_time(os.getpid()),
        init_pid=pid,
        init_start=start_time(pid),
        started_at=time.time_ns(),
    )
    records.write(paths.shim, encode(record), durable=False)


def _end(pid: int, pidfd: int) -> None:
    try:
        syscalls.pidfd_send_signal(pidfd, signal.SIGKILL)
    except ProcessLookupError:
        pass
    os.waitpid(pid, 0)
    os.close(pidfd)
