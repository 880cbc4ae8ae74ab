"""Signing in with a password, and out."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth import authenticate
from django.db import transaction
from django.utils import timezone

from accounts.access import Kind, Verb, require_own
from accounts.actor import Actor
from accounts.errors import InvalidCredentials, TooManyAttempts
from accounts.models import Session, SignInFailure, User
from accounts.services.actors import actor_of
from accounts.services.notices import access_changed
from audit import services as audit
from audit.models import Outcome

FAILURE_WINDOW = dt.timedelta(minutes=15)
FAILURES_OF_NAME = 5
"""Failed sign-ins that one address may make for one user name within the window."""
FAILURES_OF_ORIGIN = 30
"""Failed sign-ins that one address may make for any names within the window."""


def sign_in(*, actor: Actor, username: str, password: str) -> User:
    """Return the user whose name and password these are."""
    name = username.lower()[:63]
    count_attempt(name, actor.origin)
    user = authenticate(username=name, password=password)
    if not isinstance(user, User):
        _record(actor, name, Outcome.DENIED)
        raise InvalidCredentials
    with transaction.atomic():
        SignInFailure.objects.filter(username=name, origin=actor.origin).delete()
        _record(actor_of(user=user, origin=actor.origin), name, Outcome.DONE)
    return user


def sign_out(*, actor: Actor) -> None:
    """Forget the actor's session, which the caller ends, and say so in the audit trail."""
    require_own(actor, Verb.SIGN_OUT, Kind.SESSION)
    with transaction.atomic():
        if actor.session_id is not None:
            Session.objects.filter(pk=actor.session_id).delete()
        audit.record(actor=actor, verb=Verb.SIGN_OUT, kind=Kind.SESSION, object_name=actor.username)
        if actor.user_id is not None:
            access_changed((actor.user_id,))


def count_attempt(name: str, origin: str) -> None:
    """Count an attempt before it is judged, so that guesses made at once are all counted."""
    now = timezone.now()
    with transaction.atomic():
        SignInFailure.objects.filter(at__lte=now - FAILURE_WINDOW).delete()
        failures = SignInFailure.objects.filter(origin=origin).order_by("at")
        for found, limit in (
            (failures.filter(username=name), FAILURES_OF_NAME),
            (failures, FAILURES_OF_ORIGIN),
        ):
            times = list(found.values_list("at", flat=True))
            if len(times) >= limit:
                wait = times[-limit] + FAILURE_WINDOW - now
                raise TooManyAttempts(retry_after=int(wait.total_seconds()) + 1)
        SignInFailure.objects.create(username=name, origin=origin, at=now)


def _record(actor: Actor, name: str, outcome: Outcome) -> None:
    audit.record(
        actor=actor, verb=Verb.SIGN_IN, kind=Kind.SESSION, object_name=name, outcome=outcome
    )
