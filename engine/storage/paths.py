"""Where an engine keeps its things under `BERTH_HOME`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.spec.configuration import EngineConfiguration


@dataclass(frozen=True, slots=True)
class ContainerPaths:
    """One container's folder."""

    directory: Path

    @property
    def spec(self) -> Path:
        """What the shim runs; written and synced before the first start."""
        return self.directory / "spec.json"

    @property
    def shim(self) -> Path:
        """Who runs it: pids and start times."""
        return self.directory / "shim.json"

    @property
    def exit(self) -> Path:
        """How it ended; synced before anyone is told."""
        return self.directory / "exit.json"

    @property
    def log(self) -> Path:
        """JSON lines; rotated files carry `.1`, `.2`, …"""
        return self.directory / "log"

    @property
    def writable(self) -> Path:
        """Holds `upper` and `work` of the overlay."""
        return self.directory / "writable"


@dataclass(frozen=True, slots=True)
class EnginePaths:
    """The engine's folders and sockets."""

    configuration: EngineConfiguration

    @property
    def root(self) -> Path:
        return self.configuration.root

    @property
    def run(self) -> Path:
        return self.configuration.run

    @property
    def state(self) -> Path:
        return self.root / "state.db"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs" / "sha256"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def temporary(self) -> Path:
        return self.root / "tmp"

    @property
    def containers(self) -> Path:
        return self.root / "containers"

    @property
    def launcher_socket(self) -> Path:
        return self.run / "launcher.sock"

    @property
    def events_socket(self) -> Path:
        """Datagrams: a shim sends its container's id when something was recorded."""
        return self.run / "events.sock"

    def container(self, container_id: str) -> ContainerPaths:
        return ContainerPaths(self.containers / container_id)

    def create(self) -> None:
        """Make the folders with their modes; a no-op where they are."""
        self.configuration.home.mkdir(parents=True, exist_ok=True)
        self.configuration.home.chmod(0o711)
        self.run.mkdir(mode=0o755, exist_ok=True)
        self.root.mkdir(mode=0o700, exist_ok=True)
        for folder in (self.blobs, self.snapshots, self.temporary, self.containers):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
