"""Tokens, sessions and invitations, without what could be used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.sessions.models import Session as StoredSession
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.access import Kind, Verb, may, require, require_own
from accounts.actor import Actor
from accounts.errors import SessionNotFound, TokenNotFound
from accounts.models import Invitation, Session, Token

Row = dict[str, Any]

_TOKEN_COLUMNS = (
    "id",
    "name",
    "prefix",
    "permissions",
    "projects",
    "created_at",
    "expires_at",
    "last_used_at",
)
_SESSION_COLUMNS = ("id", "origin", "agent", "created_at", "last_used_at")
_INVITATION_COLUMNS = (
    "id",
    "username",
    "role_id",
    "project_id",
    "created_by",
    "created_at",
    "expires_at",
)


def tokens(*, actor: Actor, owner: str | None = None) -> QuerySet[Token, Row]:
    """Return the rows of the actor's own tokens, or of all that *owner* has, newest first."""
    if owner is None or owner.lower() == actor.username:
        require_own(actor, Verb.VIEW, Kind.TOKEN)
        found = Token.objects.filter(_own(actor))
    else:
        require(actor, Verb.VIEW, Kind.TOKEN)
        found = Token.objects.filter(user__username=owner.lower())
    rows: QuerySet[Token, Row] = found.values(*_TOKEN_COLUMNS, owner=F("user__username"))
    return rows


def token(*, actor: Actor, token_id: int) -> Token:
    """Return one token that the actor may see, its user loaded, or raise TokenNotFound."""
    require_own(actor, Verb.VIEW, Kind.TOKEN)
    seen = Q() if may(actor, Verb.VIEW, Kind.TOKEN) else _own(actor)
    found = Token.objects.select_related("user").filter(seen, pk=token_id).first()
    if found is None:
        raise TokenNotFound(token=str(token_id))
    return found


def live_tokens(now: dt.datetime) -> QuerySet[Token]:
    """Return the tokens that are good for something at *now*, their users loaded."""
    alive = Q(expires_at=None) | Q(expires_at__gt=now)
    return Token.objects.select_related("user").filter(alive, user__is_active=True)


def sessions(*, actor: Actor, user: str | None = None) -> QuerySet[Session, Row]:
    """Return the rows of the browsers in which the actor, or *user*, is signed in."""
    live = live_sessions(timezone.now())
    if user is None or user.lower() == actor.username:
        require_own(actor, Verb.VIEW, Kind.SESSION)
        found = live.filter(_own(actor))
    else:
        require(actor, Verb.VIEW, Kind.SESSION)
        found = live.filter(user__username=user.lower())
    rows: QuerySet[Session, Row] = found.select_related(None).values(
        *_SESSION_COLUMNS, username=F("user__username")
    )
    return rows


def session_documents(rows: Iterable[Row], *, actor: Actor) -> list[Row]:
    """Return rows of sessions as clients see them."""
    return [{**row, "is_current": row["id"] == actor.session_id} for row in rows]


def session(*, actor: Actor, session_id: int) -> Session:
    """Return one session that the actor may see, its user loaded, or raise SessionNotFound."""
    require_own(actor, Verb.VIEW, Kind.SESSION)
    seen = Q() if may(actor, Verb.VIEW, Kind.SESSION) else _own(actor)
    found = live_sessions(timezone.now()).filter(seen, pk=session_id).first()
    if found is None:
        raise SessionNotFound(session=str(session_id))
    return found


def live_sessions(now: dt.datetime) -> QuerySet[Session]:
    """Return the sessions whose cookie is worth something at *now*, their users loaded."""
    stored = StoredSession.objects.filter(expire_date__gt=now).values("session_key")
    return Session.objects.select_related("user").filter(key__in=stored, user__is_active=True)


def invitations(*, actor: Actor) -> QuerySet[Invitation, Row]:
    """Return the rows of the invitations that are open, newest first."""
    require(actor, Verb.VIEW, Kind.INVITATION)
    found = Invitation.objects.filter(expires_at__gt=timezone.now())
    rows: QuerySet[Invitation, Row] = found.values(*_INVITATION_COLUMNS, team_name=F("team__name"))
    return rows


def invitation_documents(rows: Iterable[Row]) -> list[Row]:
    """Return rows of invitations as clients see them."""
    return [
        {
            **{name: row[name] for name in _INVITATION_COLUMNS if not name.endswith("_id")},
            "role": row["role_id"],
            "project": row["project_id"],
            "team": row["team_name"],
        }
        for row in rows
    ]


def _own(actor: Actor) -> Q:
    # A program of ours has nothing of its own.
    return Q(pk__in=()) if actor.user_id is None else Q(user_id=actor.user_id)
