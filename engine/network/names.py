"""The name server as the engine sees it: running, and knowing every network."""

from __future__ import annotations

import dataclasses
import os
import socket
from pathlib import Path

from engine import cgroups
from engine.errors import ProgramNotStarted
from engine.linux import daemon
from engine.linux.daemon import DaemonProgram
from engine.spec.configuration import EngineConfiguration

_RELOAD = b"reload"
_REPLY_SECONDS = 5.0
_REPLY_BYTES = 65536


class NameServer:
    """The one name server of an instance."""

    def __init__(self, configuration: EngineConfiguration) -> None:
        run = configuration.run
        path = run / "dns.sock"
        self.program = DaemonProgram(
            name="dns",
            module="engine.network.dns.server",
            arguments=(os.fspath(configuration.root / "state.db"), os.fspath(path)),
            run=run,
            socket=path,
            log=run / "dns.log",
        )
        self._cgroup_parent = f"berth-{configuration.instance}"

    def ensure(self) -> None:
        """Return once it answers; some microseconds where it does already."""
        if daemon.answers(self.program):
            return
        # Beside launcher and shims: it must outlive the worker that starts it.
        cgroup = cgroups.ensure(cgroups.Hierarchy.detect(), self._cgroup_parent, "shims")
        folders = tuple(Path(folder) for folder in cgroup.folders())
        daemon.ensure(dataclasses.replace(self.program, cgroups=folders))

    def reload(self) -> None:
        """Have it listen on the gateways of today's networks; raise where one cannot be had."""
        self.ensure()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC) as asking:
            asking.settimeout(_REPLY_SECONDS)
            asking.connect(os.fspath(self.program.socket))
            asking.send(_RELOAD)
            refused = asking.recv(_REPLY_BYTES).decode().strip()
        if refused:
            reason = (
                f"port 53 is taken: {refused}; end the name server that listens on every address"
            )
            raise ProgramNotStarted(program="the name server of containers", reason=reason)

    def forget(self) -> None:
        """Have a running one stop listening for networks that are gone."""
        if daemon.answers(self.program):
            self.reload()

    def stop(self) -> None:
        """End it."""
        daemon.stop(self.program)
