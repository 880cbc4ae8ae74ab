"""The launcher: one small program an instance, from which every shim is forked.

It imports everything a shim needs, answers on a socket, and keeps no state: it may die at any time.
"""

from __future__ import annotations

import errno
import json
import os
import select
import signal
import socket
from pathlib import Path
from typing import NoReturn

from engine import cgroups
from engine.linux import capabilities, mounts, syscalls
from engine.linux.syscalls import CLONE_NEWNS, CLONE_NEWUSER, MS_REC, MS_SLAVE, PR_SET_DUMPABLE
from engine.runtime import init, records, shim
from engine.runtime.context import LauncherContext, LauncherReport, UserNamespaces
from engine.runtime.starter import MOST_PORTS, REQUEST_BYTES, Work
from engine.spec import codec
from engine.spec.configuration import EngineConfiguration, IdPool
from engine.spec.runtime import RUNTIME_VERSION, RuntimeSpec
from engine.storage import overlay
from engine.storage.overlay import OverlayWay
from engine.storage.paths import EnginePaths

_BACKLOG = 128
_SHUTDOWN_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_REQUEST_SECONDS = 5.0


def main(arguments: list[str]) -> int:
    """Serve starts for the engine at `arguments[0]`, whose id pool begins at `arguments[1]`.

    A third argument chooses the overlay way (tests run both); without it a probe does.
    """
    home, first_id, *forced = arguments
    configuration = EngineConfiguration(home=Path(home), id_pool=IdPool(first=int(first_id)))
    paths = EnginePaths(configuration)
    report = _probe(paths, int(first_id), OverlayWay(forced[0]) if forced else None)
    records.write(report_path(paths), codec.encode(report), durable=False)
    context = LauncherContext(configuration, cgroups.Hierarchy.detect(), report.overlay)
    listener = _listen(paths.launcher_socket)
    _warm_up()
    _serve(context, listener)
    return 0


def report_path(paths: EnginePaths) -> Path:
    """Return where the launcher says what it found."""
    return paths.run / "launcher.json"


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
    listener.bind(os.fspath(path))
    path.chmod(0o600)
    listener.listen(_BACKLOG)
    return listener


def _warm_up() -> None:
    """Do once what every shim would do first: its result is then memory they share."""
    init.default_program(tuple(sorted(capabilities.DEFAULT)))
    codec.warm(RuntimeSpec)
    # Nothing of the host's memory may be read from inside by ptrace or /proc; children inherit it.
    syscalls.prctl(PR_SET_DUMPABLE, 0)
    shim.freeze()


def _serve(context: LauncherContext, listener: socket.socket) -> NoReturn:
    """Answer starts, each with a shim forked ahead.

    The next one is forked when a start is over, which its closed socket tells: not before, as both
    would want the processors at once.
    """
    spare: socket.socket | None = _fork_shim(context, listener, None)
    busy: socket.socket | None = None
    while True:
        waited = [listener] if busy is None else [listener, busy]
        if busy in select.select(waited, [], [])[0]:
            _close(busy)
            busy = None
            spare = spare or _fork_shim(context, listener, busy)
            continue
        connection, _ = listener.accept()
        work = _receive(connection)
        if work is None:
            connection.close()
            continue
        if spare is None or not _handed_over(spare, work):
            spare = _fork_shim(context, listener, busy)
            _handed_over(spare, work)
        _close(busy)
        busy, spare = spare, None
        work.close()


def _close(end: socket.socket | None) -> None:
    if end is not None:
        end.close()


def _receive(connection: socket.socket) -> Work | None:
    """Return what is asked for; None for somebody who only looked whether the launcher is there."""
    connection.settimeout(_REQUEST_SECONDS)
    try:
        message, ports, _, _ = socket.recv_fds(connection, REQUEST_BYTES, MOST_PORTS)
    except (ConnectionResetError, TimeoutError):
        return None
    connection.settimeout(None)
    return Work(message, connection, ports) if message else None


def _fork_shim(
    context: LauncherContext, listener: socket.socket, busy: socket.socket | None
) -> socket.socket:
    """Fork a shim, and return where it takes its work from.

    It is a grandchild: nobody of ours has to wait for it, and it can wait for its own. The signals
    of a shutdown stay blocked in it, for it must be the last to go.
    """
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def run() -> None:
        listener.close()
        mine.close()
        _close(busy)
        shim.run(context, its)

    signal.pthread_sigmask(signal.SIG_BLOCK, _SHUTDOWN_SIGNALS)
    between = shim.fork(lambda: shim.fork(run))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SHUTDOWN_SIGNALS)
    os.waitpid(between, 0)
    its.close()
    return mine


def _handed_over(spare: socket.socket, work: Work) -> bool:
    """Give *work* to a shim; return whether it took it."""
    try:
        work.send(spare)
    except (BrokenPipeError, ConnectionResetError):
        spare.close()
        return False
    return True


def _probe(paths: EnginePaths, first_id: int, forced: OverlayWay | None) -> LauncherReport:
    """Find out how this kernel takes overlays of idmapped layers, by mounting one each way."""
    refusals: dict[str, str] = {}
    ways = tuple(OverlayWay) if forced is None else (forced,)
    for way in ways:
        reason = _try_way(paths, way, first_id)
        if not reason:
            return LauncherReport(
                version=RUNTIME_VERSION,
                overlay=way,
                user_namespaces=UserNamespaces.AVAILABLE,
                refusals=refusals,
            )
        refusals[way] = reason
    return LauncherReport(
        version=RUNTIME_VERSION,
        overlay=forced or OverlayWay.ATTACHED,
        user_namespaces=UserNamespaces.UNAVAILABLE,
        refusals=refusals,
    )


def _try_way(paths: EnginePaths, way: OverlayWay, first_id: int) -> str:
    """Probe in a child: its mounts go with it. Return the reason against, or an empty string."""
    folder = paths.temporary / f"probe-{way}-{os.getpid()}"
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            reason = _probe_here(folder, way, first_id)
            os.write(writer, json.dumps(reason).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        said = answer.read()
    os.waitpid(pid, 0)
    _remove_probe(folder)
    return json.loads(said) if said else "the probe ended without an answer"


def _probe_here(folder: Path, way: OverlayWay, first_id: int) -> str:
    syscalls.unshare(CLONE_NEWNS)
    mounts.mount(None, "/", None, MS_REC | MS_SLAVE)
    pid, pidfd = syscalls.clone3(CLONE_NEWUSER)
    if pid == 0:
        signal.pause()
        os._exit(0)
    try:
        for kind in ("uid_map", "gid_map"):
            Path(f"/proc/{pid}/{kind}").write_text(f"0 {first_id} 65536")
        userns = os.open(f"/proc/{pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
        return overlay.probe(way, folder, userns_fd=userns, owner=first_id)
    except OSError as error:
        return str(error)
    finally:
        syscalls.pidfd_send_signal(pidfd, signal.SIGKILL)
        os.waitpid(pid, 0)


def _remove_probe(folder: Path) -> None:
    for top, folders, files in os.walk(folder, topdown=False):
        for name in files:
            Path(top, name).unlink()
        for name in folders:
            Path(top, name).rmdir()
    try:
        folder.rmdir()
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
