"""How one engine instance is set up."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class IdPool:
    """Host user and group ids that containers' user namespaces are cut from."""

    first: int = 1_879_048_192
    size: int = 268_435_456


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryMirror:
    """Where references to `registry` are really fetched: `docker.io=http://127.0.0.1:5000`."""

    registry: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfiguration:
    """All an engine needs to know; read from the environment by the caller, never here."""

    home: Path
    """Holds `engine/` (0700: state, layers, containers) and `run/` (sockets)."""
    subnet_pool: tuple[str, ...] = ("10.83.0.0/16",)
    """Networks take /24 subnets from here."""
    id_pool: IdPool = field(default_factory=IdPool)
    mirrors: tuple[RegistryMirror, ...] = ()
    insecure_registries: tuple[str, ...] = ()
    """`host:port` reached over plain HTTP, besides loopback."""
    registry_ca: Mapping[str, str] = field(default_factory=dict)
    """registry → PEM text of the CA that signs it."""

    @property
    def instance(self) -> str:
        """Eight hex digits that mark all this instance makes on the machine."""
        return hashlib.sha256(str(self.home.resolve()).encode()).hexdigest()[:8]

    @property
    def root(self) -> Path:
        """The engine's own folder."""
        return self.home / "engine"

    @property
    def run(self) -> Path:
        """Sockets and lock files."""
        return self.home / "run"
