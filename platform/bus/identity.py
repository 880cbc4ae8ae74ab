"""What a host keeps from its join: who it is, how to reach the platform, and its keys."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bus.errors import SettingMissing
from engine.spec import codec


@dataclass(frozen=True, slots=True, kw_only=True)
class HostIdentity:
    """`$BERTH_HOME/engine/host.json`, 0600."""

    host_id: str
    name: str
    redis_url: str
    platform_url: str
    """Where the agent dials tunnels: `http://…`, or `unix:///…` beside the web process."""
    platform_key: bytes
    """Raw Ed25519 public key; what it has not signed is refused."""
    private_key: bytes = field(repr=False)
    """Raw X25519 key that opens sealed values."""
    credential: str = field(repr=False)
    """Bearer token of the host at the tunnel endpoint."""

    def verifying_key(self) -> Ed25519PublicKey:
        """Return the platform's key in usable form."""
        return Ed25519PublicKey.from_public_bytes(self.platform_key)


def identity_path(home: Path) -> Path:
    """Return where a host keeps its identity."""
    return home / "engine" / "host.json"


def load(home: Path) -> HostIdentity:
    """Return the identity of the host whose state is in *home*, or raise SettingMissing."""
    path = identity_path(home)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise SettingMissing(
            what="this host's identity", path=str(path), remedy="join the host first (manage.py up)"
        ) from error
    return codec.decode(HostIdentity, data)


def save(home: Path, identity: HostIdentity) -> None:
    """Write *identity* durably, readable by its owner alone."""
    path = identity_path(home)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(codec.encode(identity))
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
