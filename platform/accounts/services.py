"""Everything that changes people, sessions and tokens."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from dataclasses import dataclass, field

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import selectors
from accounts.access import Kind, Verb, require, require_own
from accounts.actor import Actor
from accounts.errors import (
    AccountNotFound,
    InvalidCredentials,
    InvalidSetupToken,
    InvalidToken,
    SetupDone,
    TokenNotFound,
    TooManyAttempts,
    UsernameTaken,
    WeakPassword,
)
from accounts.models import USERNAME_PATTERN, Binding, SetupToken, SignInFailure, Token, User
from accounts.permissions import ADMIN
from accounts.tokens import SHOWN, digest, new_token
from audit import services as audit
from audit.models import Outcome
from engine.errors import InvalidValue

SETUP_LIFETIME = dt.timedelta(hours=24)
FAILURE_WINDOW = dt.timedelta(minutes=15)
FAILURES_OF_NAME = 5
"""Failed sign-ins that one address may make for one user name within the window."""
FAILURES_OF_ORIGIN = 30
"""Failed sign-ins that one address may make for any names within the window."""
LAST_USED_STEP = dt.timedelta(minutes=1)
"""How exact a token's `last_used_at` is; a write for every request would cost too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token with its secret, which nobody can read again."""

    token: Token
    secret: str = field(repr=False)


def issue_setup_token() -> str:
    """Return the secret of a new setup link; links made before stop working."""
    if User.objects.exists():
        raise SetupDone
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        SetupToken.objects.filter(used_at=None).delete()
        SetupToken.objects.create(hash=digest(secret), expires_at=timezone.now() + SETUP_LIFETIME)
    return secret


def complete_setup(*, actor: Actor, token: str, username: str, password: str) -> User:
    """Make the first admin; the setup token works once, and only while there is no user."""
    if User.objects.exists():
        raise SetupDone
    now = timezone.now()
    fitting = SetupToken.objects.filter(hash=digest(token), used_at=None, expires_at__gt=now)
    if not fitting.exists():
        raise InvalidSetupToken
    user = _new_user(username, password)
    with transaction.atomic():
        if not fitting.update(used_at=now):
            raise InvalidSetupToken
        if User.objects.exists():
            raise SetupDone
        _save_admin(user)
        audit.record(
            actor=_as_actor(user, actor.origin),
            verb=Verb.SET_UP,
            kind=Kind.USER,
            object_id=str(user.pk),
            object_name=user.username,
        )
    return user


def create_admin(*, actor: Actor, username: str, password: str) -> User:
    """Make another admin."""
    require(actor, Verb.CREATE, Kind.USER)
    user = _new_user(username, password)
    try:
        with transaction.atomic():
            _save_admin(user)
            audit.record(
                actor=actor,
                verb=Verb.CREATE,
                kind=Kind.USER,
                object_id=str(user.pk),
                object_name=user.username,
            )
    except IntegrityError as error:
        raise UsernameTaken(username=user.username) from error
    return user


def sign_in(*, actor: Actor, username: str, password: str) -> User:
    """Return the user whose name and password these are."""
    name = username.lower()[:63]
    _count_attempt(name, actor.origin)
    user = authenticate(username=name, password=password)
    if not isinstance(user, User):
        _record_sign_in(actor, name, Outcome.DENIED)
        raise InvalidCredentials
    with transaction.atomic():
        SignInFailure.objects.filter(username=name, origin=actor.origin).delete()
        _record_sign_in(_as_actor(user, actor.origin), name, Outcome.DONE)
    return user


def sign_out(*, actor: Actor) -> None:
    """Tell the audit trail that a session ends."""
    require_own(actor, Verb.SIGN_OUT, Kind.SESSION)
    audit.record(actor=actor, verb=Verb.SIGN_OUT, kind=Kind.SESSION, object_name=actor.username)


def create_token(
    *,
    actor: Actor,
    name: str,
    expires_at: dt.datetime | None = None,
    owner: str | None = None,
) -> NewToken:
    """Make a token for the actor, or as an admin for the user named *owner*."""
    user = _owner(actor, owner)
    secret = new_token()
    with transaction.atomic():
        token = Token.objects.create(
            user=user,
            name=name,
            prefix=secret[:SHOWN],
            hash=digest(secret),
            expires_at=expires_at,
        )
        audit.record(
            actor=actor,
            verb=Verb.CREATE,
            kind=Kind.TOKEN,
            object_id=str(token.pk),
            object_name=name,
        )
    return NewToken(token=token, secret=secret)


def revoke_token(*, actor: Actor, token_id: int) -> None:
    """Make one of the actor's own tokens useless from the next request on."""
    require_own(actor, Verb.DELETE, Kind.TOKEN)
    with transaction.atomic():
        token = selectors.own_tokens(actor).filter(pk=token_id).first()
        if token is None:
            raise TokenNotFound(token=str(token_id))
        token.delete()
        audit.record(
            actor=actor,
            verb=Verb.DELETE,
            kind=Kind.TOKEN,
            object_id=str(token_id),
            object_name=token.name,
        )


def authenticate_token(*, secret: str) -> Token:
    """Return the live token with this *secret*, its user loaded, and note that it was used."""
    now = timezone.now()
    alive = Q(expires_at=None) | Q(expires_at__gt=now)
    token = (
        Token.objects.select_related("user")
        .filter(alive, hash=digest(secret), user__is_active=True)
        .first()
    )
    if token is None:
        raise InvalidToken
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_STEP:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def actor_of(*, user: User, token: Token | None = None, origin: str = "") -> Actor:
    """Return the actor that *user* is when they come from *origin*, with a *token* or a session."""
    return _as_actor(user, origin, token)


def _as_actor(user: User, origin: str, token: Token | None = None) -> Actor:
    return Actor(
        user_id=user.pk,
        token_id=None if token is None else token.pk,
        username=user.username,
        grants=selectors.grants_of(user, token),
        is_limited=token is not None and not (token.permissions is None and token.projects is None),
        origin=origin,
    )


def _save_admin(user: User) -> None:
    user.save()
    Binding.objects.create(role_id=ADMIN, user=user)


def _new_user(username: str, password: str) -> User:
    user = User(username=username.lower())
    if re.fullmatch(USERNAME_PATTERN, user.username) is None:
        raise InvalidValue(
            field="username", value=username, problem="may hold a-z, 0-9, '.', '_' and '-' alone"
        )
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(problem=" ".join(error.messages)) from error
    user.set_password(password)  # slow by design: before the transaction, not in it
    return user


def _owner(actor: Actor, owner: str | None) -> User:
    if owner is None or owner == actor.username:
        require_own(actor, Verb.CREATE, Kind.TOKEN)
        return selectors.current_user(actor=actor)
    require(actor, Verb.CREATE, Kind.TOKEN)
    user = User.objects.filter(username=owner.lower()).first()
    if user is None:
        raise AccountNotFound(username=owner)
    return user


def _count_attempt(name: str, origin: str) -> None:
    """Count this attempt before it is judged, so that guesses made at once are all counted."""
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


def _record_sign_in(actor: Actor, name: str, outcome: Outcome) -> None:
    audit.record(
        actor=actor, verb=Verb.SIGN_IN, kind=Kind.SESSION, object_name=name, outcome=outcome
    )
