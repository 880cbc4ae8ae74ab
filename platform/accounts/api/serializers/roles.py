from __future__ import annotations

from rest_framework import serializers

from accounts.api.base import PageQuery, StrictSerializer
from accounts.api.serializers.fields import NameField, PermissionsField

SUBJECTS = ["user", "team", "token"]
SCOPES = ["everything", "project", "host"]


class PermissionSerializer(serializers.Serializer[None]):
    name = serializers.CharField(help_text="`verb:kind`.")
    verb = serializers.CharField()
    kind = serializers.CharField()


class RoleSerializer(serializers.Serializer[None]):
    name = serializers.CharField()
    description = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())
    built_in = serializers.BooleanField(help_text="Built-in roles cannot be changed or removed.")
    created_at = serializers.DateTimeField()


class NewRoleSerializer(StrictSerializer):
    name = NameField()
    description = serializers.CharField(
        max_length=255, required=False, allow_blank=True, default=""
    )
    permissions = PermissionsField()


class RoleChangeSerializer(StrictSerializer):
    description = serializers.CharField(max_length=255, required=False, allow_blank=True)
    permissions = PermissionsField(required=False)


class BindingSubjectSerializer(serializers.Serializer[None]):
    kind = serializers.ChoiceField(choices=SUBJECTS)
    id = serializers.CharField()
    name = serializers.CharField()


class BindingScopeSerializer(serializers.Serializer[None]):
    kind = serializers.ChoiceField(choices=SCOPES)
    id = serializers.CharField(help_text="Of the project or host; empty for everything.")
    name = serializers.CharField()


class BindingSerializer(serializers.Serializer[None]):
    id = serializers.IntegerField()
    role = serializers.CharField()
    subject = BindingSubjectSerializer()
    scope = BindingScopeSerializer()
    created_at = serializers.DateTimeField()


class BindingsQuery(PageQuery):
    user = serializers.CharField(required=False, help_text="User name.")
    team = serializers.CharField(required=False, help_text="Name of a team.")
    role = serializers.CharField(required=False, help_text="Name of a role.")
    project = serializers.CharField(required=False, help_text="Id of a project.")
    host = serializers.CharField(required=False, help_text="Id or name of a host.")


class NewBindingSerializer(StrictSerializer):
    """One of user, team and token; project or host, or neither for everything."""

    role = serializers.CharField(max_length=63)
    user = serializers.CharField(max_length=63, required=False, help_text="User name.")
    team = serializers.CharField(max_length=63, required=False, help_text="Name of a team.")
    token = serializers.IntegerField(required=False, help_text="Id of a token.")
    project = serializers.CharField(max_length=63, required=False, help_text="Id of a project.")
    host = serializers.CharField(max_length=63, required=False, help_text="Id or name of a host.")
