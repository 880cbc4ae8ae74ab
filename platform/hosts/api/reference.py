from __future__ import annotations

from typing import Any

from rest_framework import serializers


class HostReferenceSerializer(serializers.Serializer[dict[str, Any]]):
    """The host that an object is on."""

    id = serializers.UUIDField()
    name = serializers.CharField()
