"""People and robots."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password
from django.db import IntegrityError, transaction

from accounts import selectors
from accounts.access import Kind, Verb, require, require_own
from accounts.actor import Actor
from accounts.errors import InvalidCredentials, RobotHasNoPassword, UsernameTaken
from accounts.models import User
from accounts.services.authority import require_admin_left, require_covering_user
from accounts.services.notices import access_changed
from accounts.services.passwords import new_user, set_password
from accounts.services.sessions import end_sessions
from accounts.services.signing_in import count_attempt
from audit import services as audit
from audit.models import Outcome


def create_user(*, actor: Actor, username: str, password: str | None) -> User:
    """Make a person; or without a password a robot, which cannot sign in but has tokens."""
    require(actor, Verb.CREATE, Kind.USER)
    user = new_user(username, password)
    try:
        with transaction.atomic():
            user.save()
            _audit(actor, Verb.CREATE, user)
    except IntegrityError as error:
        raise UsernameTaken(username=user.username) from error
    return user


def update_user(
    *, actor: Actor, user_id: int, password: str | None = None, is_active: bool | None = None
) -> User:
    """Set a password anew, or shut a user out and let them in again; None changes nothing."""
    require(actor, Verb.UPDATE, Kind.USER)
    user = selectors.user(actor=actor, user_id=user_id)
    require_covering_user(actor, Verb.UPDATE, Kind.USER, user)
    if password is not None:
        if user.is_robot:
            raise RobotHasNoPassword(username=user.username)
        set_password(user, password)
    if is_active is not None:
        user.is_active = is_active
    with transaction.atomic():
        user.save(update_fields=["password", "is_active"])
        require_admin_left()
        if password is not None or is_active is False:
            end_sessions(user)
        _audit(actor, Verb.UPDATE, user)
        access_changed((user.pk,))
    return user


def change_password(*, actor: Actor, current: str, new: str) -> User:
    """Give the actor another password; every other browser of theirs is signed out."""
    require_own(actor, Verb.UPDATE, Kind.USER)
    user = selectors.current_user(actor=actor)
    count_attempt(user.username, actor.origin)
    if not check_password(current, user.password):
        _audit(actor, Verb.UPDATE, user, outcome=Outcome.DENIED)
        raise InvalidCredentials
    set_password(user, new)
    with transaction.atomic():
        user.save(update_fields=["password"])
        end_sessions(user, but=actor.session_id)
        _audit(actor, Verb.UPDATE, user)
    return user


def delete_user(*, actor: Actor, user_id: int) -> None:
    """Remove a user with their tokens, sessions and bindings."""
    require(actor, Verb.DELETE, Kind.USER)
    user = selectors.user(actor=actor, user_id=user_id)
    require_covering_user(actor, Verb.DELETE, Kind.USER, user)
    with transaction.atomic():
        end_sessions(user)
        _audit(actor, Verb.DELETE, user)
        user.delete()
        require_admin_left()


def _audit(actor: Actor, verb: Verb, user: User, *, outcome: Outcome = Outcome.DONE) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        kind=Kind.USER,
        object_id=str(user.pk),
        object_name=user.username,
        outcome=outcome,
    )
