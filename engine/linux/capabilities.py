"""Linux capabilities: names, Docker's default set, and the calls that keep a process to a set."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from pathlib import Path

from engine.errors import InvalidValue
from engine.linux.syscalls import PR_CAPBSET_DROP, prctl


class Capability(enum.IntEnum):
    """Bit numbers of linux/capability.h."""

    CHOWN = 0
    DAC_OVERRIDE = 1
    DAC_READ_SEARCH = 2
    FOWNER = 3
    FSETID = 4
    KILL = 5
    SETGID = 6
    SETUID = 7
    SETPCAP = 8
    LINUX_IMMUTABLE = 9
    NET_BIND_SERVICE = 10
    NET_BROADCAST = 11
    NET_ADMIN = 12
    NET_RAW = 13
    IPC_LOCK = 14
    IPC_OWNER = 15
    SYS_MODULE = 16
    SYS_RAWIO = 17
    SYS_CHROOT = 18
    SYS_PTRACE = 19
    SYS_PACCT = 20
    SYS_ADMIN = 21
    SYS_BOOT = 22
    SYS_NICE = 23
    SYS_RESOURCE = 24
    SYS_TIME = 25
    SYS_TTY_CONFIG = 26
    MKNOD = 27
    LEASE = 28
    AUDIT_WRITE = 29
    AUDIT_CONTROL = 30
    SETFCAP = 31
    MAC_OVERRIDE = 32
    MAC_ADMIN = 33
    SYSLOG = 34
    WAKE_ALARM = 35
    BLOCK_SUSPEND = 36
    AUDIT_READ = 37
    PERFMON = 38
    BPF = 39
    CHECKPOINT_RESTORE = 40


ALL = frozenset(Capability)
DEFAULT = frozenset(
    {
        Capability.CHOWN,
        Capability.DAC_OVERRIDE,
        Capability.FSETID,
        Capability.FOWNER,
        Capability.MKNOD,
        Capability.NET_RAW,
        Capability.SETGID,
        Capability.SETUID,
        Capability.SETFCAP,
        Capability.SETPCAP,
        Capability.NET_BIND_SERVICE,
        Capability.SYS_CHROOT,
        Capability.KILL,
        Capability.AUDIT_WRITE,
    }
)


def resolve(
    default: frozenset[Capability], add: tuple[str, ...], drop: tuple[str, ...]
) -> frozenset[Capability]:
    """Return *default* changed by *add* and *drop* as Docker reads them.

    With ALL added, everything but what is dropped; with ALL dropped, only what is added; else what
    is both added and dropped is kept. InvalidValue names a capability that does not exist.
    """
    added, all_added = _parse("cap_add", add)
    dropped, all_dropped = _parse("cap_drop", drop)
    if all_added:
        return ALL - dropped
    if all_dropped:
        return added
    return (default - dropped) | added


def mask(capabilities: Iterable[Capability]) -> int:
    """Return the bit mask of *capabilities*."""
    return sum(1 << capability for capability in frozenset(capabilities))


def last_capability() -> int:
    """Return the highest capability number this kernel knows."""
    return int(Path("/proc/sys/kernel/cap_last_cap").read_bytes())


def limit_bounding_set(keep_mask: int, last: int | None = None) -> None:
    """Drop all but *keep_mask* from the bounding set.

    *last* spares reading /proc, for a process that no longer sees the host's.
    """
    for number in range((last_capability() if last is None else last) + 1):
        if not keep_mask >> number & 1:
            prctl(PR_CAPBSET_DROP, number)


def _parse(field: str, names: tuple[str, ...]) -> tuple[frozenset[Capability], bool]:
    found = set()
    everything = False
    for name in names:
        short = name.upper().removeprefix("CAP_")
        if short == "ALL":
            everything = True
        elif short in Capability.__members__:
            found.add(Capability[short])
        else:
            raise InvalidValue(field=field, value=name, problem="is not a Linux capability")
    return frozenset(found), everything
