"""Fields that several forms of ours have."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from accounts.models import NAME_PATTERN, USERNAME_PATTERN
from accounts.permissions import ALL


class UsernameField(serializers.RegexField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            USERNAME_PATTERN,
            max_length=63,
            error_messages={"invalid": "Use lower-case letters, digits, '.', '_' and '-'."},
            **options,
        )


class NameField(serializers.RegexField):
    """The name of a team or a role."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            NAME_PATTERN,
            max_length=63,
            error_messages={"invalid": "Use lower-case letters, digits, '_' and '-'."},
            **options,
        )


class PasswordField(serializers.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=1024, trim_whitespace=False, write_only=True, **options)


class PermissionsField(serializers.ListField):
    """Names of permissions, as `/permissions` lists them."""

    def __init__(self, **options: Any) -> None:
        child = serializers.CharField(max_length=64)
        super().__init__(child=child, max_length=len(ALL), **options)


def in_the_future(value: dt.datetime | None) -> dt.datetime | None:
    """Return *value*, or refuse a moment that is over."""
    if value is not None and value <= timezone.now():
        raise serializers.ValidationError("This is in the past.")
    return value
