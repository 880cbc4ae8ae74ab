"""Who asks: the first argument of every service and selector."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A signed-in person, a token of theirs, or nobody; `origin` is the address they come from."""

    user_id: int | None
    username: str
    is_admin: bool
    token_id: int | None = None
    origin: str = ""

    @property
    def is_authenticated(self) -> bool:
        """Whether the platform knows who this is."""
        return self.user_id is not None


def anonymous(origin: str) -> Actor:
    """Return the actor of a request that carries no credentials."""
    return Actor(user_id=None, username="", is_admin=False, origin=origin)
