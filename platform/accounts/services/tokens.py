"""Tokens: made, used, revoked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from accounts import selectors
from accounts.access import Kind, Verb, require, require_own
from accounts.actor import Actor
from accounts.errors import AccountNotFound, InvalidToken
from accounts.models import Token, User
from accounts.services.authority import known, require_covering_user
from accounts.services.notices import access_changed
from accounts.tokens import SHOWN, digest, new_token
from audit import services as audit

LAST_USED_STEP = dt.timedelta(minutes=1)
"""How exact a token's `last_used_at` is; a write for every request would cost too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token with its secret, which nobody can read again."""

    token: Token
    secret: str = field(repr=False)


def create_token(
    *,
    actor: Actor,
    name: str,
    expires_at: dt.datetime | None = None,
    owner: str | None = None,
    permissions: Collection[str] | None = None,
    projects: Collection[str] | None = None,
) -> NewToken:
    """Make a token for the actor, or for the user named *owner*, who may be a robot.

    *permissions* and *projects* narrow what it may do of what its user may; None is no limit.
    """
    user = _owner(actor, owner)
    limits = None if permissions is None else known(permissions)
    if projects is not None:
        for project in projects:
            selectors.require_project(actor, project)
    secret = new_token()
    with transaction.atomic():
        token = Token.objects.create(
            user=user,
            name=name,
            prefix=secret[:SHOWN],
            hash=digest(secret),
            expires_at=expires_at,
            permissions=limits,
            projects=None if projects is None else sorted(set(projects)),
        )
        audit.record(
            actor=actor,
            verb=Verb.CREATE,
            kind=Kind.TOKEN,
            object_id=str(token.pk),
            object_name=name,
            detail={"owner": user.username},
        )
    return NewToken(token=token, secret=secret)


def revoke_token(*, actor: Actor, token_id: int) -> None:
    """Make a token useless from now on: one of the actor's own, or with the permission any."""
    require_own(actor, Verb.DELETE, Kind.TOKEN)
    with transaction.atomic():
        token = selectors.token(actor=actor, token_id=token_id)
        if token.user_id != actor.user_id:
            require(actor, Verb.DELETE, Kind.TOKEN)
        token.delete()
        audit.record(
            actor=actor,
            verb=Verb.DELETE,
            kind=Kind.TOKEN,
            object_id=str(token_id),
            object_name=token.name,
            detail={"owner": token.user.username},
        )
        access_changed((token.user_id,))


def authenticate_token(*, secret: str) -> Token:
    """Return the live token with this *secret*, its user loaded, and note that it was used."""
    now = timezone.now()
    token = selectors.live_tokens(now).filter(hash=digest(secret)).first()
    if token is None:
        raise InvalidToken
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_STEP:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _owner(actor: Actor, owner: str | None) -> User:
    if owner is None or owner.lower() == actor.username:
        require_own(actor, Verb.CREATE, Kind.TOKEN)
        return selectors.current_user(actor=actor)
    require(actor, Verb.CREATE, Kind.TOKEN)
    user = User.objects.filter(username=owner.lower()).first()
    if user is None:
        raise AccountNotFound(username=owner)
    require_covering_user(actor, Verb.CREATE, Kind.TOKEN, user)
    return user
