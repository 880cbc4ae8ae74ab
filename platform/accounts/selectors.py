"""Everything that reads people and tokens."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.access import Kind, Verb, require
from accounts.actor import Actor
from accounts.errors import SignInRequired
from accounts.models import Token, User

_TOKEN_COLUMNS = ("id", "name", "prefix", "created_at", "expires_at", "last_used_at")


def setup_required() -> bool:
    """Whether the first admin is still to be made; known to everyone."""
    return not User.objects.exists()


def current_user(*, actor: Actor) -> User:
    """Return the actor's own account."""
    require(actor, Verb.VIEW, Kind.USER)
    user = None if actor.user_id is None else User.objects.filter(pk=actor.user_id).first()
    if user is None:
        raise SignInRequired
    return user


def tokens(*, actor: Actor) -> QuerySet[Token, dict[str, Any]]:
    """Return the actor's own tokens, newest first, without what could be used."""
    require(actor, Verb.VIEW, Kind.TOKEN)
    rows: QuerySet[Token, dict[str, Any]] = own_tokens(actor).values(*_TOKEN_COLUMNS)
    return rows


def own_tokens(actor: Actor) -> QuerySet[Token]:
    """Return the tokens that stand for the actor; a program of ours has none."""
    if actor.user_id is None:
        return Token.objects.none()
    return Token.objects.filter(user_id=actor.user_id)
