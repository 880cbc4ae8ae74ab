from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.base import PageQuery
from engine.spec.network import NetworkDriver
from hosts.api.reference import HostReferenceSerializer

DRIVERS = [driver.value for driver in NetworkDriver]


class NetworkQuery(PageQuery):
    project = serializers.CharField(required=False, help_text="Id of a project.")
    host = serializers.CharField(required=False, help_text="Id or name of a host.")


class NetworkSerializer(serializers.Serializer[dict[str, Any]]):
    """A network as its host last told of it."""

    id = serializers.CharField()
    name = serializers.CharField()
    host = HostReferenceSerializer()
    project = serializers.CharField()
    driver = serializers.ChoiceField(choices=DRIVERS)
    subnet = serializers.CharField()
    gateway = serializers.CharField()
    created_at = serializers.DateTimeField()
    version = serializers.IntegerField(help_text="Grows with every change.")
