from __future__ import annotations

import datetime as dt

from django.utils import timezone
from rest_framework import serializers

from accounts.api.base import StrictSerializer
from accounts.models import USERNAME_PATTERN, Token, User


class UserSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "username", "is_robot", "is_active", "created_at", "last_login")
        read_only_fields = fields


class SetupStatusSerializer(serializers.Serializer[dict[str, bool]]):
    required = serializers.BooleanField(  # type: ignore[assignment]  # a field of that name, not the option
        help_text="Whether the first admin is still to be made, by the link that `up` prints."
    )


class SetupSerializer(StrictSerializer):
    token = serializers.CharField(max_length=200)
    username = serializers.RegexField(
        USERNAME_PATTERN,
        max_length=63,
        error_messages={"invalid": "Use lower-case letters, digits, '.', '_' and '-'."},
    )
    password = serializers.CharField(max_length=1024, trim_whitespace=False, write_only=True)


class SignInSerializer(StrictSerializer):
    username = serializers.CharField(max_length=255)
    password = serializers.CharField(max_length=1024, trim_whitespace=False, write_only=True)


class SessionSerializer(serializers.Serializer[dict[str, object]]):
    user = UserSerializer(allow_null=True, help_text="Null for a request without a session.")


class TokenSerializer(serializers.ModelSerializer[Token]):
    class Meta:
        model = Token
        fields = ("id", "name", "prefix", "created_at", "expires_at", "last_used_at")
        read_only_fields = fields


class NewTokenSerializer(StrictSerializer):
    name = serializers.CharField(max_length=100)
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Null for a token without an end."
    )

    def validate_expires_at(self, value: dt.datetime | None) -> dt.datetime | None:
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError("This is in the past.")
        return value


class IssuedTokenSerializer(serializers.ModelSerializer[Token]):
    token = serializers.CharField(read_only=True, help_text="Shown this once; we keep a hash.")

    class Meta:
        model = Token
        fields = ("id", "name", "prefix", "created_at", "expires_at", "last_used_at", "token")
        read_only_fields = fields
