from __future__ import annotations

import ssl
from typing import Any

from rest_framework import serializers

from accounts.access import DEFAULT_PROJECT
from accounts.api.base import PageQuery, StrictSerializer
from engine.errors import InvalidReference
from engine.spec.reference import parse_reference
from registries.services import RegistryChange, RegistrySettings


class RegistrySerializer(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField()
    project = serializers.CharField()
    name = serializers.CharField()
    host = serializers.CharField(help_text="As references name it: `docker.io`, `localhost:5000`.")
    username = serializers.CharField()
    has_password = serializers.BooleanField()
    insecure = serializers.BooleanField(help_text="Reached over plain HTTP.")
    ca = serializers.CharField(help_text="PEM text of the authority behind its certificate.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class RegistryQuery(PageQuery):
    project = serializers.CharField(required=False, help_text="Id of a project.")


class RegistryTestSerializer(StrictSerializer):
    host = serializers.CharField(max_length=63, help_text="Id or name of the host that asks it.")


class RegistryChangeSerializer(StrictSerializer):
    """Some settings of a registry; what is left out stays."""

    name = serializers.CharField(max_length=100, required=False)
    host = serializers.CharField(
        max_length=255,
        required=False,
        help_text="Host and port as references name it; no scheme, no path.",
    )
    username = serializers.CharField(max_length=255, required=False, allow_blank=True)
    password = serializers.CharField(
        max_length=4096, required=False, write_only=True, trim_whitespace=False
    )
    insecure = serializers.BooleanField(required=False)
    ca = serializers.CharField(
        max_length=65536, required=False, allow_blank=True, trim_whitespace=False
    )

    def validate_host(self, value: str) -> str:
        """Take what is the registry part of a reference, in the form references have it."""
        try:
            found = parse_reference(f"{value}/name").registry
        except InvalidReference as error:
            raise serializers.ValidationError(error.problem) from error
        if found != value and value not in ("index.docker.io", "registry-1.docker.io"):
            raise serializers.ValidationError("Write a host with an optional port: localhost:5000.")
        return found

    def validate_ca(self, value: str) -> str:
        if value:
            try:
                ssl.create_default_context(cadata=value)
            except ssl.SSLError as error:
                raise serializers.ValidationError("This is no certificate in PEM form.") from error
        return value

    def change(self) -> RegistryChange:
        """Return what is to change."""
        return RegistryChange(**self.validated_data)


class NewRegistrySerializer(RegistryChangeSerializer):
    """A registry; its name is its host where none is given."""

    project = serializers.CharField(max_length=63, required=False, default=DEFAULT_PROJECT)
    host = serializers.CharField(
        max_length=255, help_text="Host and port as references name it; no scheme, no path."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("password") and not attrs.get("username"):
            raise serializers.ValidationError({"username": "A password needs a user name."})
        return attrs

    def settings(self) -> RegistrySettings:
        """Return what was asked for."""
        asked = {name: value for name, value in self.validated_data.items() if name != "project"}
        return RegistrySettings(**{"name": asked["host"], **asked})
