from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.access import DEFAULT_PROJECT
from accounts.api.base import PageQuery, StrictSerializer
from engine.spec.reference import parse_reference
from hosts.api.reference import HostReferenceSerializer


class ImagesQuery(PageQuery):
    project = serializers.CharField(required=False, help_text="Id of a project.")
    host = serializers.CharField(required=False, help_text="Id or name of a host.")


class ImageQuery(StrictSerializer):
    project = serializers.CharField(
        required=False, help_text="Id; needed where several projects have the image."
    )
    host = serializers.CharField(
        required=False, help_text="Id or name; needed where several hosts have the image."
    )


class RemoveImageQuery(ImageQuery):
    reference = serializers.CharField(
        required=False, help_text="Only take this tag off; the image goes with its last one."
    )
    force = serializers.BooleanField(
        required=False, default=False, help_text="Also with several tags."
    )


class PullSerializer(StrictSerializer):
    """An image to be pulled, with the credentials that the project keeps for its registry."""

    host = serializers.CharField(max_length=63, help_text="Id or name of the host.")
    project = serializers.CharField(max_length=63, required=False, default=DEFAULT_PROJECT)
    reference = serializers.CharField(
        max_length=512, help_text="`[registry/]repository[:tag][@digest]`."
    )

    def validate_reference(self, value: str) -> str:
        parse_reference(value)
        return value


class LayerSerializer(serializers.Serializer[dict[str, Any]]):
    digest = serializers.CharField(help_text="Of the blob as received; empty if it came unpacked.")
    diff_id = serializers.CharField()
    chain_id = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes of the blob as received.")
    unpacked_size = serializers.IntegerField()


class ImageConfigSerializer(serializers.Serializer[dict[str, Any]]):
    entrypoint = serializers.ListField(child=serializers.CharField())
    command = serializers.ListField(child=serializers.CharField())
    env = serializers.ListField(child=serializers.CharField())
    working_dir = serializers.CharField()
    user = serializers.CharField()
    labels = serializers.DictField(child=serializers.CharField())
    exposed_ports = serializers.ListField(child=serializers.CharField())
    stop_signal = serializers.CharField()
    volumes = serializers.ListField(child=serializers.CharField())


class ImageSerializer(serializers.Serializer[dict[str, Any]]):
    """An image that a project has on a host, as the host last told of it."""

    id = serializers.CharField(help_text="Digest of its configuration.")
    host = HostReferenceSerializer()
    project = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    digests = serializers.ListField(child=serializers.CharField())
    size = serializers.IntegerField(help_text="Bytes of all layers, unpacked.")
    created = serializers.CharField(help_text="RFC 3339; empty where the image does not say.")
    architecture = serializers.CharField()
    os = serializers.CharField()
    layers = LayerSerializer(many=True)
    config = ImageConfigSerializer()
    used_by = serializers.ListField(
        child=serializers.CharField(), help_text="Names of the containers made from it."
    )
    version = serializers.IntegerField(help_text="Grows with every change.")
