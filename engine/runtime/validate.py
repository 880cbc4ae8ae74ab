"""What a specification must be before anything is made from it."""

from __future__ import annotations

import re
import signal

from engine import cgroups
from engine.cgroups import Hierarchy
from engine.errors import InvalidValue
from engine.linux import capabilities
from engine.spec.container import ContainerSpec, PortBinding

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}")
_HOSTNAME = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9.-]{0,61}[a-zA-Z0-9])?")
_HIGHEST_PORT = 65535
_SMALLEST_LOG = 4096


def validate(spec: ContainerSpec, hierarchy: Hierarchy) -> None:
    """Raise InvalidValue, MemoryLimitTooLow or LimitAboveHost for the first thing that is wrong."""
    if not _NAME.fullmatch(spec.name):
        raise InvalidValue(
            field="name", value=spec.name, problem="must be letters, digits, `_`, `.`, `-`"
        )
    if spec.hostname and not _HOSTNAME.fullmatch(spec.hostname):
        raise InvalidValue(field="hostname", value=spec.hostname, problem="is no host name")
    _validate_text(spec)
    _validate_ports(spec)
    _validate_log(spec)
    if spec.stop_signal:
        signal_number(spec.stop_signal)
    capabilities.resolve(capabilities.DEFAULT, spec.cap_add, spec.cap_drop)
    cgroups.validate(hierarchy, spec.resources)


def signal_number(name: str) -> int:
    """Return the signal that `TERM`, `SIGTERM` or `15` names; raise InvalidValue."""
    text = name.strip().upper()
    if text.isdecimal() and int(text) in set(signal.valid_signals()):
        return int(text)
    full = text if text.startswith("SIG") else f"SIG{text}"
    found = getattr(signal, full, None)
    if not isinstance(found, signal.Signals):
        raise InvalidValue(field="signal", value=name, problem="is no signal of this machine")
    return int(found)


def _validate_text(spec: ContainerSpec) -> None:
    for item in spec.env:
        name, separator, _ = item.partition("=")
        if not name or not separator:
            raise InvalidValue(field="env", value=item, problem="must be NAME=value")
    if spec.working_dir and not spec.working_dir.startswith("/"):
        raise InvalidValue(
            field="working_dir", value=spec.working_dir, problem="must be an absolute path"
        )
    texts = (
        *spec.env,
        *(spec.command or ()),
        *(spec.entrypoint or ()),
        spec.user,
        spec.working_dir,
    )
    if any("\0" in text for text in texts):
        raise InvalidValue(field="command", value="…", problem="must not hold a NUL byte")


def _validate_ports(spec: ContainerSpec) -> None:
    if spec.ports and spec.network in ("none", "host"):
        raise InvalidValue(
            field="ports",
            value=len(spec.ports),
            problem=f"cannot be published with network `{spec.network}`",
        )
    seen: set[tuple[str, int, str]] = set()
    for port in spec.ports:
        _validate_port(port)
        place = (port.protocol, port.host_port, port.host_address)
        if port.host_port and place in seen:
            raise InvalidValue(field="ports", value=port.host_port, problem="is published twice")
        seen.add(place)


def _validate_port(port: PortBinding) -> None:
    if not 1 <= port.container_port <= _HIGHEST_PORT:
        raise InvalidValue(
            field="container_port", value=port.container_port, problem="must be 1 to 65535"
        )
    if not 0 <= port.host_port <= _HIGHEST_PORT:
        raise InvalidValue(field="host_port", value=port.host_port, problem="must be 0 to 65535")


def _validate_log(spec: ContainerSpec) -> None:
    if spec.log.max_size < _SMALLEST_LOG:
        raise InvalidValue(
            field="log.max_size",
            value=spec.log.max_size,
            problem=f"must be {_SMALLEST_LOG} or more",
        )
    if spec.log.max_files < 1:
        raise InvalidValue(
            field="log.max_files", value=spec.log.max_files, problem="must be 1 or more"
        )
    if spec.stop_timeout < 0:
        raise InvalidValue(
            field="stop_timeout", value=spec.stop_timeout, problem="must not be negative"
        )
