"""Parsing and arithmetic around the system calls; the calls themselves are in tests/kernel."""

from __future__ import annotations

import os
import struct
import subprocess
import sys

import pytest

from engine.errors import InvalidValue
from engine.linux import bpf, capabilities, processes
from engine.linux.capabilities import ALL, DEFAULT, Capability
from engine.linux.devices import ALL_DEVICES, DEFAULT_DEVICES, DeviceKind, DeviceRule
from engine.linux.mounts import MountInfo, read_mountinfo

LINES = r"""36 35 98:0 /mnt1 /mnt\0402/a\134b rw,noatime master:1 unbindable - ext3 /dev/r rw,e=c
23 1 0:22 / / ro - hostfs none rw
"""


def decide(rules: tuple[DeviceRule, ...], kind: int, access: int, major: int, minor: int) -> int:
    """Run the device program on one question, as the kernel would."""
    code = list(struct.iter_unpack("<BBhi", bpf.device_code(rules)))
    context = {0: access << 16 | kind, 4: major, 8: minor}
    registers = [0] * 10
    counter = 0
    while True:
        operation, both, offset, constant = code[counter]
        destination, source = both & 0xF, both >> 4
        counter += 1
        match operation:
            case 0x61:
                registers[destination] = context[offset]
            case 0xB7:
                registers[destination] = constant
            case 0xBF:
                registers[destination] = registers[source]
            case 0x54:
                registers[destination] &= constant
            case 0x74:
                registers[destination] >>= constant
            case 0x55:
                counter += offset if registers[destination] != constant else 0
            case 0x95:
                return registers[0]
            case _:
                raise AssertionError(hex(operation))


def test_mount_table_is_read_with_its_escapes_and_optional_fields() -> None:
    assert read_mountinfo(LINES) == [
        MountInfo(
            id=36,
            parent=35,
            device="98:0",
            root="/mnt1",
            target="/mnt 2/a\\b",
            options=("rw", "noatime"),
            fstype="ext3",
            source="/dev/r",
            super_options=("rw", "e=c"),
        ),
        MountInfo(
            id=23,
            parent=1,
            device="0:22",
            root="/",
            target="/",
            options=("ro",),
            fstype="hostfs",
            source="none",
            super_options=("rw",),
        ),
    ]


def test_default_capabilities_are_the_fourteen_of_docker() -> None:
    assert capabilities.mask(DEFAULT) == 0xA80425FB


@pytest.mark.parametrize(
    ("add", "drop", "result"),
    [
        ((), (), DEFAULT),
        (("NET_ADMIN",), (), DEFAULT | {Capability.NET_ADMIN}),
        (("cap_net_admin",), ("CAP_CHOWN",), DEFAULT - {Capability.CHOWN} | {Capability.NET_ADMIN}),
        (("ALL",), (), ALL),
        (("all",), ("SYS_ADMIN",), ALL - {Capability.SYS_ADMIN}),
        (("CHOWN",), ("ALL",), frozenset({Capability.CHOWN})),
        ((), ("ALL",), frozenset()),
        (("CHOWN",), ("CHOWN",), DEFAULT),
    ],
)
def test_capabilities_are_added_and_dropped_as_docker_does(
    add: tuple[str, ...], drop: tuple[str, ...], result: frozenset[Capability]
) -> None:
    assert capabilities.resolve(DEFAULT, add, drop) == result


@pytest.mark.parametrize("name", ["", "CAP_", "SYS_ADMINS", "NET ADMIN"])
def test_capability_that_does_not_exist_is_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        capabilities.resolve(DEFAULT, (), (name,))
    assert caught.value.facts["field"] == "cap_drop"
    assert caught.value.facts["value"] == name


def test_process_is_told_from_another_with_its_pid() -> None:
    started = processes.start_time(os.getpid())
    assert processes.is_alive(os.getpid(), started)
    assert not processes.is_alive(os.getpid(), started - 1)


def test_zombie_and_missing_process_are_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-I", "-S", "-c", ""])
    started = processes.start_time(child.pid)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not processes.is_alive(child.pid, started)
    child.wait()
    assert not processes.is_alive(child.pid, started)
    with pytest.raises(ProcessLookupError):
        processes.start_time(child.pid)


BLOCK, CHARACTER = 1, 2
MKNOD, READ, WRITE = 1, 2, 4


@pytest.mark.parametrize(
    ("kind", "access", "major", "minor", "allowed"),
    [
        (CHARACTER, READ | WRITE, 1, 3, 1),
        (CHARACTER, READ | WRITE, 136, 77, 1),
        (CHARACTER, READ, 1, 11, 0),
        (CHARACTER, MKNOD, 1, 11, 1),
        (CHARACTER, MKNOD | READ, 1, 11, 0),
        (BLOCK, READ, 1, 3, 0),
        (BLOCK, MKNOD, 8, 0, 1),
    ],
)
def test_device_program_allows_the_default_list_and_no_more(
    kind: int, access: int, major: int, minor: int, allowed: int
) -> None:
    assert decide(DEFAULT_DEVICES, kind, access, major, minor) == allowed


def test_device_program_without_rules_refuses_and_with_all_allows() -> None:
    assert decide((), CHARACTER, READ, 1, 3) == 0
    assert decide(ALL_DEVICES, BLOCK, READ | WRITE | MKNOD, 8, 1) == 1


def test_device_rule_for_reading_does_not_allow_writing() -> None:
    rules = (DeviceRule(kind=DeviceKind.BLOCK, major=8, minor=0, access="r"),)
    assert decide(rules, BLOCK, READ, 8, 0) == 1
    assert decide(rules, BLOCK, READ | WRITE, 8, 0) == 0
    assert decide(rules, BLOCK, READ, 8, 1) == 0
