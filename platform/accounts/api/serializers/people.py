from __future__ import annotations

from rest_framework import serializers

from accounts.api.base import PageQuery, StrictSerializer
from accounts.api.serializers.fields import NameField, PasswordField, UsernameField
from accounts.models import User

_USER = ("id", "username", "is_robot", "is_active", "created_at", "last_login")


class UserSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = _USER
        read_only_fields = fields


class GrantsSerializer(serializers.Serializer[None]):
    """Permissions by where they hold."""

    everywhere = serializers.ListField(child=serializers.CharField())
    projects = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), help_text="By project id."
    )
    hosts = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), help_text="By host id."
    )


class MeSerializer(serializers.ModelSerializer[User]):
    grants = GrantsSerializer(help_text="What you may do, with the token or session you came by.")

    class Meta:
        model = User
        fields = (*_USER, "grants")
        read_only_fields = fields


class UsersQuery(PageQuery):
    text = serializers.CharField(required=False, help_text="Any part of the name.")


class NewUserSerializer(StrictSerializer):
    username = UsernameField()
    password = PasswordField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Null makes a robot: it cannot sign in, it has tokens alone.",
    )


class UserChangeSerializer(StrictSerializer):
    password = PasswordField(required=False)
    is_active = serializers.BooleanField(required=False)


class PasswordChangeSerializer(StrictSerializer):
    current = PasswordField()
    new = PasswordField()


class TeamMemberSerializer(serializers.Serializer[None]):
    id = serializers.IntegerField()
    username = serializers.CharField()


class TeamSerializer(serializers.Serializer[None]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    created_at = serializers.DateTimeField()
    members = TeamMemberSerializer(many=True)


class NewTeamSerializer(StrictSerializer):
    name = NameField()
    description = serializers.CharField(
        max_length=255, required=False, allow_blank=True, default=""
    )


class TeamChangeSerializer(StrictSerializer):
    description = serializers.CharField(max_length=255, allow_blank=True)
