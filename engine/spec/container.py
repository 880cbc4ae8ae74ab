"""What a user asks of a container, and what the engine says of one."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

MINIMUM_MEMORY = 6 * 1024 * 1024
"""Bytes; Docker's own floor, below which no program can be set up in the cgroup."""


class Protocol(enum.StrEnum):
    TCP = "tcp"
    UDP = "udp"


class UserNamespaceMode(enum.StrEnum):
    """`auto`: own ids, or the host's where the container needs them; `host`: always the host's."""

    AUTO = "auto"
    HOST = "host"


class SeccompMode(enum.StrEnum):
    DEFAULT = "default"
    UNCONFINED = "unconfined"


class ContainerState(enum.StrEnum):
    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    RESTARTING = "restarting"
    EXITED = "exited"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """cgroup limits; None is no limit."""

    memory: int | None = None
    """Bytes."""
    cpus: float | None = None
    """Processors' worth of time; 0.5 is half of one."""
    cpu_shares: int | None = None
    """cgroup v1 shares, 2 to 262144; converted to a weight on v2."""
    pids: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortBinding:
    """One published port. `host_port` 0 takes a free one from the kernel."""

    container_port: int
    host_port: int = 0
    host_address: str = "0.0.0.0"  # noqa: S104  (Docker's default: every address)
    protocol: Protocol = Protocol.TCP


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """JSON lines in files; rotated when one passes `max_size` bytes, keeping `max_files`."""

    max_size: int = 10 * 1024 * 1024
    max_files: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """What was asked for. Empty or None: the image's own value, then the default."""

    name: str
    image: str
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    env: tuple[str, ...] = ()
    working_dir: str = ""
    user: str = ""
    hostname: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    tty: bool = False
    resources: Resources = field(default_factory=Resources)
    network: str = "bridge"
    """`bridge` (the space's default network), `none`, `host`, or a network's name."""
    ports: tuple[PortBinding, ...] = ()
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    privileged: bool = False
    no_new_privileges: bool = False
    seccomp: SeccompMode = SeccompMode.DEFAULT
    userns: UserNamespaceMode = UserNamespaceMode.AUTO
    readonly_rootfs: bool = False
    stop_signal: str = ""
    stop_timeout: int = 10
    """Seconds between the stop signal and KILL."""
    log: LogOptions = field(default_factory=LogOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointStatus:
    """A container's place on a network."""

    network: str
    address: str
    gateway: str
    mac: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A container as the engine knows it; the payload of every container event.

    Times are nanoseconds since the epoch, 0 for never. `version` is the outbox sequence number of
    its last change.
    """

    id: str
    space: str
    spec: ContainerSpec
    image_id: str
    state: ContainerState
    created_at: int
    started_at: int = 0
    finished_at: int = 0
    exit_code: int | None = None
    oom_killed: bool = False
    error: str = ""
    """Why the last start failed; empty when it did not."""
    pid: int = 0
    """Of the container's first process, on the host; 0 when it does not run."""
    path: str = ""
    arguments: tuple[str, ...] = ()
    userns_base: int | None = None
    """First host uid of its range; None where it shares the host's user namespace."""
    endpoints: tuple[EndpointStatus, ...] = ()
    ports: tuple[PortBinding, ...] = ()
    """As bound, with real host ports."""
    version: int = 0
