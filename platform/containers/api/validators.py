"""What a container may be asked to be, as far as it can be told without its host."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import serializers

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_HOST_NAME = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?")
_SIGNAL_NUMBERS = range(1, 65)
_REALTIME = re.compile(r"(RTMIN\+|RTMAX-)\d{1,2}")
_CAPABILITY = re.compile(r"[A-Z][A-Z_]{1,40}")


def container_name(value: str) -> None:
    """Refuse what other tools, DNS and paths could not take as a name."""
    if value and _NAME.fullmatch(value) is None:
        raise serializers.ValidationError(
            "Begin with a letter or digit; go on with letters, digits, '_', '.' and '-'."
        )


def host_name(value: str) -> None:
    """Refuse what is no host name."""
    if value and _HOST_NAME.fullmatch(value) is None:
        raise serializers.ValidationError("Use letters, digits, and '.' and '-' between them.")


def environment_entry(value: str) -> None:
    """Refuse what is no NAME=VALUE."""
    name, equals, _ = value.partition("=")
    if not equals or not name:
        raise serializers.ValidationError("Write NAME=VALUE.")


def absolute_path(value: str) -> None:
    """Refuse a path that depends on where one stands."""
    if value and not value.startswith("/"):
        raise serializers.ValidationError("Write an absolute path.")


def signal_name(value: str) -> None:
    """Refuse what is neither a signal's name, with or without SIG, nor its number."""
    name = value.upper().removeprefix("SIG")
    known = (
        int(value) in _SIGNAL_NUMBERS
        if value.isdecimal()
        else f"SIG{name}" in signal.Signals.__members__ or _REALTIME.fullmatch(name) is not None
    )
    if value and not known:
        raise serializers.ValidationError("There is no such signal.")


def capability(value: str) -> None:
    """Refuse what cannot be a capability's name; which there are, the host knows."""
    if _CAPABILITY.fullmatch(value.upper()) is None:
        raise serializers.ValidationError("Write a capability such as NET_ADMIN, or ALL.")


def distinct_ports(ports: Sequence[Mapping[str, Any]]) -> None:
    """Refuse two ports that would be bound at the same place of the host."""
    seen: set[tuple[Any, ...]] = set()
    for port in ports:
        place = (port["protocol"], port["host_address"], port["host_port"])
        if port["host_port"] and place in seen:
            raise serializers.ValidationError(
                f"Port {port['host_port']}/{port['protocol']} is published twice."
            )
        seen.add(place)
