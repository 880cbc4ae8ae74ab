from __future__ import annotations

import ipaddress
from typing import Any

from rest_framework import serializers

from accounts.api.base import StrictSerializer
from engine.errors import InvalidReference
from engine.spec import codec
from engine.spec.container import MINIMUM_MEMORY
from engine.spec.reference import parse_reference
from projects.models import ID_PATTERN, Project
from projects.policy import Policy, PortRange, capability_name

_DEFAULT_PORTS = PortRange()


class ProjectSerializer(serializers.ModelSerializer[Project]):
    class Meta:
        model = Project
        fields = ("id", "name", "created_at")
        read_only_fields = fields


class NewProjectSerializer(StrictSerializer):
    """A project; its name is its id where none is given."""

    id = serializers.RegexField(
        ID_PATTERN,
        max_length=63,
        help_text="Never changes; it is the project's space on every host.",
        error_messages={"invalid": "Use lower-case letters, digits and '-'."},
    )
    name = serializers.CharField(max_length=100, required=False)


class ProjectChangeSerializer(StrictSerializer):
    name = serializers.CharField(max_length=100)


class PortRangeSerializer(StrictSerializer):
    """Both ends belong to it."""

    first = serializers.IntegerField(
        min_value=1, max_value=65535, required=False, default=_DEFAULT_PORTS.first
    )
    last = serializers.IntegerField(
        min_value=1, max_value=65535, required=False, default=_DEFAULT_PORTS.last
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["first"] > attrs["last"]:
            raise serializers.ValidationError({"first": "This is greater than the last one."})
        return attrs


class PolicySerializer(StrictSerializer):
    """What containers of a project may ask for; what is left out has its safe default."""

    privileged = serializers.BooleanField(required=False, default=False)
    host_network = serializers.BooleanField(required=False, default=False)
    host_user_namespace = serializers.BooleanField(required=False, default=False)
    unconfined_seccomp = serializers.BooleanField(required=False, default=False)
    capabilities = serializers.ListField(
        child=serializers.RegexField(
            r"^[A-Za-z][A-Za-z_]{1,40}$", error_messages={"invalid": "Write NET_ADMIN, or ALL."}
        ),
        required=False,
        default=list,
        max_length=50,
        help_text="Those that may be added to the default ones; ALL stands for every one.",
    )
    ports = PortRangeSerializer(
        required=False,
        default=lambda: codec.to_plain(_DEFAULT_PORTS),
        help_text="Ports of hosts that may be published.",
    )
    host_addresses = serializers.ListField(
        child=serializers.CharField(max_length=49),
        required=False,
        allow_null=True,
        default=None,
        max_length=100,
        help_text="Addresses or subnets to publish on; null is any.",
    )
    registries = serializers.ListField(
        child=serializers.CharField(max_length=255),
        required=False,
        allow_null=True,
        default=None,
        max_length=100,
        help_text="Registries that images may come from, as references name them; null is any.",
    )
    hosts = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        allow_null=True,
        default=None,
        max_length=1000,
        help_text="Ids of the hosts that the project may use; null is any.",
    )
    max_memory = serializers.IntegerField(
        min_value=MINIMUM_MEMORY,
        max_value=2**62,
        required=False,
        allow_null=True,
        default=None,
        help_text="Bytes; every container must then set a limit, no higher. Null requires none.",
    )
    max_pids = serializers.IntegerField(
        min_value=1,
        max_value=4194304,
        required=False,
        allow_null=True,
        default=None,
        help_text="As max_memory, for processes.",
    )
    no_new_privileges = serializers.BooleanField(
        required=False, default=False, help_text="Whether every container must set it."
    )

    def validate_capabilities(self, value: list[str]) -> list[str]:
        return sorted({capability_name(name) for name in value})

    def validate_host_addresses(self, value: list[str] | None) -> list[str] | None:
        try:
            return None if value is None else [_address(entry) for entry in value]
        except ValueError as error:
            raise serializers.ValidationError(f"This is no address or subnet: {error}.") from error

    def validate_registries(self, value: list[str] | None) -> list[str] | None:
        return None if value is None else [_registry(entry) for entry in value]

    def validate_hosts(self, value: list[Any] | None) -> list[str] | None:
        return None if value is None else [str(host) for host in value]

    def policy(self) -> Policy:
        """Return the policy that was asked for."""
        return codec.from_plain(Policy, dict(self.validated_data))


def _address(text: str) -> str:
    network = ipaddress.ip_network(text)
    return str(network if network.num_addresses > 1 else network.network_address)


def _registry(text: str) -> str:
    try:
        found = parse_reference(f"{text}/name").registry
    except InvalidReference as error:
        raise serializers.ValidationError(f"{text}: {error.problem}.") from error
    if found != text and text not in ("index.docker.io", "registry-1.docker.io"):
        raise serializers.ValidationError(f"{text}: write a host with an optional port.")
    return found
