"""Everything that reads people and tokens."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.access import Kind, Verb, require
from accounts.actor import Actor
from accounts.models import Token, User


def setup_required() -> bool:
    """Whether the first admin is still to be made; known to everyone."""
    return not User.objects.exists()


def current_user(*, actor: Actor) -> User:
    """Return the actor's own account."""
    require(actor, Verb.VIEW, Kind.USER)
    return User.objects.get(pk=actor.user_id)


def tokens(*, actor: Actor) -> QuerySet[Token, dict[str, object]]:
    """Return the actor's own tokens, newest first, without what could be used."""
    require(actor, Verb.VIEW, Kind.TOKEN)
    return Token.objects.filter(user_id=actor.user_id).values(
        "id", "name", "prefix", "created_at", "expires_at", "last_used_at"
    )
