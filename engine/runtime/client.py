"""The engine's end of a start: asking the launcher, which forks a shim that answers."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine import cgroups
from engine.cgroups import Hierarchy
from engine.errors import ErrorRecord, LauncherUnavailable, ProgramNotStarted
from engine.linux.daemon import DaemonProgram, answers, ensure
from engine.linux.daemon import stop as stop_program
from engine.runtime.caller import GO
from engine.runtime.context import LauncherReport, cgroup_parent
from engine.spec.codec import decode, encode
from engine.spec.configuration import EngineConfiguration
from engine.spec.runtime import LauncherRequest, ShimAnswer
from engine.storage.overlay import OverlayWay
from engine.storage.paths import EnginePaths

_ANSWER_BYTES = 256 * 1024
_ANSWER_SECONDS = 60.0


class StartRefused(Exception):
    """The shim could not start the container; its error, as it travelled."""

    def __init__(self, record: ErrorRecord) -> None:
        self.record = record
        super().__init__(record.message)


class Launcher:
    """The launcher of one instance, started when it does not answer."""

    def __init__(
        self, configuration: EngineConfiguration, overlay: OverlayWay | None = None
    ) -> None:
        self._paths = EnginePaths(configuration)
        self._configuration = configuration
        self._overlay = overlay

    def ensure(self) -> None:
        """Return once the launcher answers; raise LauncherUnavailable if it cannot be started."""
        try:
            ensure(self._program())
        except (ProgramNotStarted, OSError) as error:
            raise self._unavailable(str(error)) from error

    def answers(self) -> bool:
        """Say whether it runs, without starting it."""
        return answers(self._program())

    def stop(self) -> None:
        """End the launcher; shims and containers go on."""
        stop_program(self._program())

    def report(self) -> LauncherReport:
        """Return what the launcher found this kernel able to do."""
        path = self._paths.run / "launcher.json"
        if not path.exists():
            self.ensure()
        return decode(LauncherReport, path.read_bytes())

    @contextmanager
    def starting(self, container_id: str, ports: list[int]) -> Iterator[Start]:
        """Ask for a start; leaving the block before `go` undoes it."""
        connection = self._asked(container_id, ports)
        try:
            yield Start(connection, self._paths)
        finally:
            connection.close()

    def _asked(self, container_id: str, ports: list[int]) -> socket.socket:
        """Ask for the start, the next launcher if this one dies; return the connection."""
        request = [encode(LauncherRequest(container_id=container_id))]
        connection = self._connect()
        try:
            socket.send_fds(connection, request, ports)
        except (BrokenPipeError, ConnectionResetError):
            # It died between taking the connection and reading from it: nothing was started.
            connection.close()
            connection = self._connect()
            socket.send_fds(connection, request, ports)
        return connection

    def _connect(self) -> socket.socket:
        try:
            return self._connected()
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ECONNREFUSED):
                raise self._unavailable(error.strerror or str(error)) from error
        self.ensure()
        try:
            return self._connected()
        except OSError as error:
            raise self._unavailable(error.strerror or str(error)) from error

    def _connected(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
        try:
            connection.settimeout(_ANSWER_SECONDS)
            connection.connect(os.fspath(self._paths.launcher_socket))
        except OSError:
            connection.close()
            raise
        return connection

    def _program(self) -> DaemonProgram:
        arguments = [str(self._configuration.home), str(self._configuration.id_pool.first)]
        if self._overlay is not None:
            arguments.append(self._overlay)
        return DaemonProgram(
            name="launcher",
            module="engine.runtime.launcher",
            arguments=tuple(arguments),
            run=self._paths.run,
            socket=self._paths.launcher_socket,
            cgroups=_program_cgroups(self._configuration),
            log=self._paths.run / "launcher.log",
        )

    def _unavailable(self, reason: str) -> LauncherUnavailable:
        return LauncherUnavailable(socket=str(self._paths.launcher_socket), reason=reason)


class Start:
    """One start under way."""

    def __init__(self, connection: socket.socket, paths: EnginePaths) -> None:
        self._connection = connection
        self._paths = paths

    def await_clone(self) -> int | None:
        """Return the network namespace to connect, for the caller to close; None for none."""
        answer, fds = self._receive()
        if answer.step == "failed":
            raise StartRefused(_record(answer))
        return fds[0] if fds else None

    def go(self) -> ShimAnswer:
        """Let the program run; return its pid and start once it does, or raise StartRefused."""
        # Should it have failed meanwhile: its answer is still there to be read.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._connection.send(GO)
        answer, _ = self._receive()
        if answer.step == "failed":
            raise StartRefused(_record(answer))
        return answer

    def _receive(self) -> tuple[ShimAnswer, list[int]]:
        try:
            message, fds, _, _ = socket.recv_fds(self._connection, _ANSWER_BYTES, 1)
        except OSError as error:
            raise self._lost(error.strerror or str(error)) from error
        if not message:
            raise self._lost("the shim went away while it started the container")
        return decode(ShimAnswer, message), list(fds)

    def _lost(self, reason: str) -> LauncherUnavailable:
        return LauncherUnavailable(socket=str(self._paths.launcher_socket), reason=reason)


def _program_cgroups(configuration: EngineConfiguration) -> tuple[Path, ...]:
    """Return the cgroup folders of the instance's own programs: nobody else's limits are theirs."""
    cgroup = cgroups.ensure(Hierarchy.detect(), cgroup_parent(configuration), "shims")
    return tuple(Path(folder) for folder in cgroup.folders())


def _record(answer: ShimAnswer) -> ErrorRecord:
    return ErrorRecord(
        code=answer.error_code, message=answer.error_message, detail=answer.error_detail
    )
