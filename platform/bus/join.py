"""What a machine says to become a host, and what it hears: keys and names, never a private key."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRequest:
    """From the machine to the platform."""

    host_id: str
    """Of the host that it has been so far, empty for none."""
    name: str
    public_key: bytes
    """Raw X25519 key that secrets for this host are to be sealed to."""
    credential: str = field(repr=False)
    """Bearer token with which its agent will dial tunnels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinAnswer:
    """From the platform to the machine."""

    host_id: str
    name: str
    platform_key: bytes
    """Raw Ed25519 public key with which task messages are signed."""
