"""New people and their passwords."""

from __future__ import annotations

import re

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.errors import WeakPassword
from accounts.models import USERNAME_PATTERN, User
from engine.errors import InvalidValue


def new_user(username: str, password: str | None) -> User:
    """Return a user, not saved yet; without a password it is a robot. Slow, as hashing is."""
    user = User(username=valid_username(username), is_robot=password is None)
    set_password(user, password)
    return user


def valid_username(username: str) -> str:
    """Return *username* in lower case, or raise InvalidValue."""
    lowered = username.lower()
    if re.fullmatch(USERNAME_PATTERN, lowered) is None:
        raise InvalidValue(
            field="username", value=username, problem="may hold a-z, 0-9, '.', '_' and '-' alone"
        )
    return lowered


def set_password(user: User, password: str | None) -> None:
    """Give *user* this password, or none that works; they are not saved."""
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(problem=" ".join(error.messages)) from error
    user.set_password(password)
