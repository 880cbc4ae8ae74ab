"""The first admin, and admins made on the console."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.access import Kind, Verb, require
from accounts.actor import Actor
from accounts.errors import InvalidSetupToken, SetupDone, UsernameTaken
from accounts.models import Binding, SetupToken, User
from accounts.permissions import ADMIN
from accounts.services.actors import actor_of
from accounts.services.passwords import new_user
from accounts.tokens import digest
from audit import services as audit

SETUP_LIFETIME = dt.timedelta(hours=24)


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
    user = new_user(username, password)
    with transaction.atomic():
        if not fitting.update(used_at=now):
            raise InvalidSetupToken
        if User.objects.exists():
            raise SetupDone
        _save_admin(user)
        audit.record(
            actor=actor_of(user=user, origin=actor.origin),
            verb=Verb.SET_UP,
            kind=Kind.USER,
            object_id=str(user.pk),
            object_name=user.username,
        )
    return user


def create_admin(*, actor: Actor, username: str, password: str) -> User:
    """Make another admin."""
    require(actor, Verb.CREATE, Kind.USER)
    require(actor, Verb.CREATE, Kind.BINDING)
    user = new_user(username, password)
    try:
        with transaction.atomic():
            _save_admin(user)
            audit.record(
                actor=actor,
                verb=Verb.CREATE,
                kind=Kind.USER,
                object_id=str(user.pk),
                object_name=user.username,
                detail={"role": ADMIN},
            )
    except IntegrityError as error:
        raise UsernameTaken(username=user.username) from error
    return user


def _save_admin(user: User) -> None:
    user.save()
    Binding.objects.create(role_id=ADMIN, user=user)
