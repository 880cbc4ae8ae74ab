"""Who asks: the first argument of every service and selector."""

from __future__ import annotations

from dataclasses import dataclass, field

from accounts.grants import EVERYTHING, NOTHING, Grants


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person, a token of theirs, a program of ours, or nobody; `origin` is their address."""

    user_id: int | None
    username: str
    grants: Grants = field(default=NOTHING, repr=False)
    token_id: int | None = None
    session_id: int | None = None
    is_limited: bool = False
    """Whether a token's own limits narrow what its user may do."""
    origin: str = ""

    @property
    def is_authenticated(self) -> bool:
        """Whether the platform knows who this is."""
        return bool(self.username)


def anonymous(origin: str = "") -> Actor:
    """Return the actor of a request that carries no credentials."""
    return Actor(user_id=None, username="", origin=origin)


def program(name: str) -> Actor:
    """Return the actor of a command on the console or a scheduled job of ours.

    The parentheses keep its name apart from every user's.
    """
    return Actor(user_id=None, username=f"({name})", grants=EVERYTHING)
