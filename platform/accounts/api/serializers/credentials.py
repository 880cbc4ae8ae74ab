from __future__ import annotations

import datetime as dt

from rest_framework import serializers

from accounts.api.base import PageQuery, StrictSerializer
from accounts.api.serializers.fields import (
    PasswordField,
    PermissionsField,
    UsernameField,
    in_the_future,
)
from accounts.api.serializers.people import UserSerializer
from accounts.models import Invitation


class SetupStatusSerializer(serializers.Serializer[dict[str, bool]]):
    required = serializers.BooleanField(  # type: ignore[assignment]  # a field of that name, not the option
        help_text="Whether the first admin is still to be made, by the link that `up` prints."
    )


class SetupSerializer(StrictSerializer):
    token = serializers.CharField(max_length=200)
    username = UsernameField()
    password = PasswordField()


class SignInSerializer(StrictSerializer):
    username = serializers.CharField(max_length=255)
    password = PasswordField()


class SessionSerializer(serializers.Serializer[dict[str, object]]):
    user = UserSerializer(allow_null=True, help_text="Null for a request without a session.")


class SessionsQuery(PageQuery):
    user = serializers.CharField(required=False, help_text="User name; yourself without.")


class BrowserSerializer(serializers.Serializer[None]):
    """A browser in which someone is signed in."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    origin = serializers.CharField(help_text="Address it last came from.")
    agent = serializers.CharField(help_text="What the browser calls itself.")
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    is_current = serializers.BooleanField(help_text="Whether this is the one that asks.")


class TokensQuery(PageQuery):
    owner = serializers.CharField(required=False, help_text="User name; yourself without.")


class TokenSerializer(serializers.Serializer[None]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    owner = serializers.CharField(help_text="User name.")
    prefix = serializers.CharField(help_text="The first characters, to know it again by.")
    permissions = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="All that it may do of what its owner may; null is no limit.",
    )
    projects = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="Ids of all the projects it works in; null is no limit.",
    )
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class IssuedTokenSerializer(TokenSerializer):
    token = serializers.CharField(help_text="Shown this once; we keep a hash.")


class NewTokenSerializer(StrictSerializer):
    name = serializers.CharField(max_length=100)
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Null for a token without an end."
    )
    owner = serializers.CharField(
        max_length=63,
        required=False,
        allow_null=True,
        default=None,
        help_text="User name of whom it stands for, such as a robot; null is yourself.",
    )
    permissions = PermissionsField(
        required=False, allow_null=True, default=None, help_text="Null for no limit."
    )
    projects = serializers.ListField(
        child=serializers.CharField(max_length=63),
        required=False,
        allow_null=True,
        default=None,
        help_text="Ids; null for no limit.",
    )

    def validate_expires_at(self, value: dt.datetime | None) -> dt.datetime | None:
        return in_the_future(value)


class InvitationSerializer(serializers.Serializer[None]):
    id = serializers.IntegerField()
    username = serializers.CharField(help_text="Of the user that it makes.")
    role = serializers.CharField(allow_null=True)
    project = serializers.CharField(allow_null=True, help_text="Where the role holds; or null.")
    team = serializers.CharField(allow_null=True)
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class IssuedInvitationSerializer(InvitationSerializer):
    url = serializers.CharField(help_text="The link; shown this once, we keep a hash.")


class NewInvitationSerializer(StrictSerializer):
    username = UsernameField()
    role = serializers.CharField(max_length=63, required=False)
    project = serializers.CharField(
        max_length=63, required=False, help_text="Where the role holds; without it, everywhere."
    )
    team = serializers.CharField(max_length=63, required=False)
    days = serializers.IntegerField(
        min_value=1, max_value=30, default=7, help_text="Until it expires."
    )


class InvitationQuery(StrictSerializer):
    token = serializers.CharField(max_length=200)


class InviteeSerializer(serializers.ModelSerializer[Invitation]):
    class Meta:
        model = Invitation
        fields = ("username", "created_by", "expires_at")
        read_only_fields = fields


class AcceptInvitationSerializer(StrictSerializer):
    token = serializers.CharField(max_length=200)
    password = PasswordField()
