"""What a shim runs: everything resolved, nothing left to look up outside the container.

Close to the OCI runtime specification's config.json; written to a container's spec.json.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from engine.spec.container import LogOptions, PortBinding, Resources, SeccompMode

RUNTIME_VERSION = 1
"""Of RuntimeSpec, ShimRecord, ExitRecord and the launcher's messages."""

MASKED_PATHS = (
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
)
READONLY_PATHS = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")


class NetworkNamespace(enum.StrEnum):
    """`own` is a new one that the host side connects, `none` a new one with only loopback."""

    OWN = "own"
    NONE = "none"
    HOST = "host"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSpec:
    """The first process. `user` is `name|uid[:group|gid]`, looked up in the container."""

    arguments: tuple[str, ...]
    env: tuple[str, ...]
    working_dir: str
    user: str
    terminal: bool
    capabilities: tuple[int, ...]
    no_new_privileges: bool
    seccomp: SeccompMode


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeSpec:
    """One run of one container."""

    version: int = RUNTIME_VERSION
    container_id: str
    generation: int
    """Counts a container's starts; an exit record tells of this one only."""
    process: ProcessSpec
    hostname: str
    network: NetworkNamespace
    userns_base: int | None
    """First host id of its 65,536; None keeps the host's user namespace."""
    layers: tuple[str, ...]
    """Lower directories, topmost first."""
    readonly_rootfs: bool
    privileged: bool
    resources: Resources
    log: LogOptions
    ports: tuple[PortBinding, ...] = ()
    """As bound; the shim holds their sockets."""
    hosts: str
    resolv_conf: str
    masked_paths: tuple[str, ...] = MASKED_PATHS
    readonly_paths: tuple[str, ...] = READONLY_PATHS


@dataclass(frozen=True, slots=True, kw_only=True)
class ShimRecord:
    """Who runs a container; a pid means something only with its start time, in one boot."""

    version: int = RUNTIME_VERSION
    generation: int
    boot_id: str
    shim_pid: int
    shim_start: int
    """Clock ticks since boot: proc(5), /proc/pid/stat field 22."""
    init_pid: int
    init_start: int
    started_at: int
    """Nanoseconds since the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRecord:
    """How a run ended. `exit_code` is 128 + n for a death by signal n."""

    version: int = RUNTIME_VERSION
    generation: int
    exit_code: int
    oom_killed: bool
    finished_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LauncherRequest:
    """Run the container whose folder is named; port sockets travel beside it."""

    version: int = RUNTIME_VERSION
    container_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShimAnswer:
    """What a shim tells its caller: `cloned` (the namespace descriptor beside it), then the end."""

    step: str
    """`cloned`, `running` or `failed`."""
    init_pid: int = 0
    started_at: int = 0
    error_code: str = ""
    error_message: str = ""
    error_detail: dict[str, str] = field(default_factory=dict)


NOTHING = RuntimeSpec(
    container_id="0" * 64,
    generation=0,
    process=ProcessSpec(
        arguments=("/nothing",),
        env=("PATH=/",),
        working_dir="/",
        user="0",
        terminal=False,
        capabilities=tuple(range(14)),
        no_new_privileges=False,
        seccomp=SeccompMode.DEFAULT,
    ),
    hostname="nothing",
    network=NetworkNamespace.NONE,
    userns_base=0,
    layers=("/nothing",),
    readonly_rootfs=False,
    privileged=False,
    resources=Resources(memory=1 << 30, cpus=1, pids=100),
    log=LogOptions(),
    hosts="",
    resolv_conf="",
)
"""A specification that nobody runs: a shim that waits has read it once, to read the next faster."""
