from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.access import DEFAULT_PROJECT
from accounts.api.base import PageQuery, StrictSerializer
from containers.api.validators import (
    absolute_path,
    capability,
    container_name,
    distinct_ports,
    environment_entry,
    host_name,
    signal_name,
)
from engine.errors import MemoryLimitTooLow
from engine.spec import codec
from engine.spec.container import (
    MINIMUM_MEMORY,
    ContainerSpec,
    ContainerState,
    LogOptions,
    Protocol,
    SeccompMode,
    UserNamespaceMode,
)
from engine.spec.reference import parse_reference
from hosts.api.reference import HostReferenceSerializer

STATES = [state.value for state in ContainerState]
PROTOCOLS = [protocol.value for protocol in Protocol]
SECCOMP_MODES = [mode.value for mode in SeccompMode]
USERNS_MODES = [mode.value for mode in UserNamespaceMode]
_ARGUMENT_LIMIT = 128 * 1024
"""Bytes; the kernel's own limit for one argument or variable of a program (MAX_ARG_STRLEN)."""
_DEFAULT_LOG = LogOptions()
_PLACE = ("host", "project", "start")


class ResourcesSerializer(StrictSerializer):
    """Limits; null is none."""

    memory = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=2**62,
        help_text=f"Bytes, at least {MINIMUM_MEMORY}.",
    )
    cpus = serializers.FloatField(
        required=False,
        allow_null=True,
        default=None,
        min_value=0.01,
        max_value=8192,
        help_text="Processors' worth of time; 0.5 is half of one.",
    )
    cpu_shares = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=2, max_value=262144
    )
    pids = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=4194304
    )

    def validate_memory(self, value: int | None) -> int | None:
        if value is not None and value < MINIMUM_MEMORY:
            raise MemoryLimitTooLow(limit=value, minimum=MINIMUM_MEMORY)
        return value


class PortBindingSerializer(StrictSerializer):
    container_port = serializers.IntegerField(min_value=1, max_value=65535)
    host_port = serializers.IntegerField(
        min_value=0, max_value=65535, required=False, default=0, help_text="0 takes a free one."
    )
    host_address = serializers.IPAddressField(required=False, default="0.0.0.0")  # noqa: S104
    protocol = serializers.ChoiceField(
        choices=PROTOCOLS, required=False, default=Protocol.TCP.value
    )


class LogOptionsSerializer(StrictSerializer):
    """A log file is rotated when it passes `max_size` bytes; `max_files` are kept."""

    max_size = serializers.IntegerField(
        min_value=4096, max_value=2**40, required=False, default=_DEFAULT_LOG.max_size
    )
    max_files = serializers.IntegerField(
        min_value=1, max_value=1000, required=False, default=_DEFAULT_LOG.max_files
    )


class _Text(serializers.CharField):
    """Text for a program: taken as it is, empty too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            allow_blank=True, trim_whitespace=False, max_length=_ARGUMENT_LIMIT, **options
        )


class ContainerSpecSerializer(StrictSerializer):
    """What is asked of a container. Empty or null: the image's own value, then the default."""

    name = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=128, validators=[container_name]
    )
    image = serializers.CharField(max_length=512)
    entrypoint = serializers.ListField(
        child=_Text(), required=False, allow_null=True, default=None, max_length=1000
    )
    command = serializers.ListField(
        child=_Text(), required=False, allow_null=True, default=None, max_length=10000
    )
    env = serializers.ListField(
        child=_Text(validators=[environment_entry]), required=False, default=list, max_length=10000
    )
    working_dir = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=4095,
        validators=[absolute_path],
    )
    user = serializers.CharField(required=False, default="", allow_blank=True, max_length=255)
    hostname = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=63, validators=[host_name]
    )
    labels = serializers.DictField(child=_Text(), required=False, default=dict)
    tty = serializers.BooleanField(required=False, default=False)
    resources = ResourcesSerializer(required=False, default=dict)
    network = serializers.CharField(
        required=False,
        default="bridge",
        max_length=255,
        help_text="`bridge` (the project's default network), `none`, `host`, or a network's name.",
    )
    ports = PortBindingSerializer(many=True, required=False, default=list)
    cap_add = serializers.ListField(
        child=serializers.CharField(validators=[capability]), required=False, default=list
    )
    cap_drop = serializers.ListField(
        child=serializers.CharField(validators=[capability]), required=False, default=list
    )
    privileged = serializers.BooleanField(required=False, default=False)
    no_new_privileges = serializers.BooleanField(required=False, default=False)
    seccomp = serializers.ChoiceField(
        choices=SECCOMP_MODES, required=False, default=SeccompMode.DEFAULT.value
    )
    userns = serializers.ChoiceField(
        choices=USERNS_MODES, required=False, default=UserNamespaceMode.AUTO.value
    )
    readonly_rootfs = serializers.BooleanField(required=False, default=False)
    stop_signal = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=16, validators=[signal_name]
    )
    stop_timeout = serializers.IntegerField(
        min_value=0, max_value=86400, required=False, default=10, help_text="Seconds before KILL."
    )
    log = LogOptionsSerializer(required=False, default=dict)

    def validate_image(self, value: str) -> str:
        """Take a reference, or the id of an image that the host has."""
        if not value.startswith("sha256:"):
            parse_reference(value)
        return value

    def validate_ports(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        distinct_ports(value)
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["ports"] and attrs["network"] in ("none", "host"):
            raise serializers.ValidationError(
                {"ports": f"Network {attrs['network']!r} publishes no ports."}
            )
        return attrs


class NewContainerSerializer(ContainerSpecSerializer):
    """A container to be made on a host; without a name it is given one."""

    host = serializers.CharField(max_length=63, help_text="Id or name of the host.")
    project = serializers.CharField(max_length=63, required=False, default=DEFAULT_PROJECT)
    start = serializers.BooleanField(required=False, default=False)

    def spec(self) -> ContainerSpec:
        """Return the specification that was asked for."""
        asked = {n: value for n, value in self.validated_data.items() if n not in _PLACE}
        return codec.from_plain(ContainerSpec, asked)

    def place(self) -> dict[str, Any]:
        """Return where it is to be made, and whether to start it."""
        return {name: self.validated_data[name] for name in _PLACE}


class ContainerQuery(PageQuery):
    project = serializers.CharField(required=False, help_text="Id of a project.")
    host = serializers.CharField(required=False, help_text="Id or name of a host.")
    state = serializers.MultipleChoiceField(choices=STATES, required=False)
    name = serializers.CharField(required=False, help_text="Any part of the name.")


class NothingSerializer(StrictSerializer):
    """A body without anything in it."""


class StopSerializer(StrictSerializer):
    timeout = serializers.IntegerField(
        min_value=0,
        max_value=86400,
        required=False,
        allow_null=True,
        default=None,
        help_text="Seconds before KILL; null is the container's own.",
    )


class KillSerializer(StrictSerializer):
    signal = serializers.CharField(
        max_length=16,
        required=False,
        default="KILL",
        validators=[signal_name],
        help_text="Name, with or without SIG, or number.",
    )


class RemoveQuery(StrictSerializer):
    force = serializers.BooleanField(
        required=False, default=False, help_text="Kill it first if it runs."
    )


class EndpointSerializer(serializers.Serializer[dict[str, Any]]):
    network = serializers.CharField()
    address = serializers.CharField()
    gateway = serializers.CharField()
    mac = serializers.CharField()


class ContainerSerializer(serializers.Serializer[dict[str, Any]]):
    """A container as its host last told of it."""

    id = serializers.CharField()
    name = serializers.CharField()
    image = serializers.CharField()
    image_id = serializers.CharField()
    host = HostReferenceSerializer()
    project = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    exit_code = serializers.IntegerField(allow_null=True)
    oom_killed = serializers.BooleanField()
    error = serializers.CharField(help_text="Why the last start failed; empty if it did not.")
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    ports = PortBindingSerializer(many=True, help_text="As bound, with real host ports.")
    endpoints = EndpointSerializer(many=True)
    spec = ContainerSpecSerializer()
    version = serializers.IntegerField(help_text="Grows with every change.")
