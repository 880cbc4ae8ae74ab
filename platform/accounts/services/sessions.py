"""Browsers that are signed in: noticed when they come, and shut out."""

from __future__ import annotations

import datetime as dt

from django.contrib.sessions.models import Session as StoredSession
from django.db import transaction
from django.utils import timezone

from accounts import selectors
from accounts.access import Kind, Verb, require
from accounts.actor import Actor
from accounts.models import Session, User
from accounts.services.notices import access_changed
from audit import services as audit

LAST_USED_STEP = dt.timedelta(minutes=1)
"""How exact `last_used_at` is; a write for every request would cost too much."""


def note_session(*, user: User, key: str, origin: str, agent: str) -> Session:
    """Return *user*'s session with this *key* of Django's, and note that it was used."""
    now = timezone.now()
    session = Session.objects.filter(key=key).first()
    if session is None:
        _forget_ended(user)
        fresh = {"user": user, "origin": origin, "agent": agent[:255], "last_used_at": now}
        session, _ = Session.objects.get_or_create(key=key, defaults=fresh)
    elif now - session.last_used_at > LAST_USED_STEP:
        Session.objects.filter(pk=session.pk).update(last_used_at=now, origin=origin)
    return session


def revoke_session(*, actor: Actor, session_id: int) -> None:
    """Sign a browser out: one of the actor's own, or as the permission has it anyone's."""
    with transaction.atomic():
        session = selectors.session(actor=actor, session_id=session_id)
        if session.user_id != actor.user_id:
            require(actor, Verb.DELETE, Kind.SESSION)
        end_sessions(session.user, only=session.pk)
        audit.record(
            actor=actor,
            verb=Verb.DELETE,
            kind=Kind.SESSION,
            object_id=str(session_id),
            object_name=session.user.username,
        )


def end_sessions(user: User, *, only: int | None = None, but: int | None = None) -> None:
    """End *user*'s sessions: *only* one of them, or all *but* one; within a transaction."""
    ending = Session.objects.filter(user=user)
    if only is not None:
        ending = ending.filter(pk=only)
    if but is not None:
        ending = ending.exclude(pk=but)
    keys = list(ending.values_list("key", flat=True))
    StoredSession.objects.filter(session_key__in=keys).delete()
    ending.delete()
    access_changed((user.pk,))


def _forget_ended(user: User) -> None:
    stored = StoredSession.objects.values("session_key")
    Session.objects.filter(user=user).exclude(key__in=stored).delete()
