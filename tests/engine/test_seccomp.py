"""The default seccomp program, run by an interpreter and judged by libseccomp."""

from __future__ import annotations

import errno
import re
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from engine.errors import KernelUnsupported
from engine.linux import seccomp
from engine.linux._seccomp_profile import ALLOWED, ALLOWED_BY_ARGUMENT, ALLOWED_WITH
from engine.linux._syscall_numbers import ARCHITECTURES, NUMBERS
from engine.linux.capabilities import ALL, DEFAULT, Capability
from tests.support.classic_bpf import (
    AUDIT_ARCHITECTURES,
    EQUAL,
    GREATER,
    LESS,
    MASKED_EQUAL,
    Comparison,
    LibSeccomp,
    run,
)

MACHINES = {"x86_64": ("x86_64", "i386"), "aarch64": ("aarch64", "arm")}
NOTHING = (0,) * 6
REFUSED = 0x0005_0000 | errno.EPERM
MISSING = 0x0005_0000 | errno.ENOSYS
ALLOWED_ACTION = 0x7FFF_0000
KILLED = 0x8000_0000
NAMESPACES = 0x7E02_0000
# Docker's rules for the three calls that depend on an argument.
ORACLE_RULES = {
    "socket": (
        Comparison(argument=0, operator=LESS, value=38),
        Comparison(argument=0, operator=EQUAL, value=39),
        Comparison(argument=0, operator=GREATER, value=40),
    ),
    "personality": tuple(
        Comparison(argument=0, operator=EQUAL, value=value)
        for value in (0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF)
    ),
    "clone": (Comparison(argument=0, operator=MASKED_EQUAL, value=NAMESPACES, second=0),),
}
ARGUMENTS: tuple[int, ...] = (
    0,
    1,
    8,
    16,
    17,
    37,
    38,
    39,
    40,
    41,
    0x11,
    0x20000,
    0x20008,
    0x20009,
    0x10000000,
)
ARGUMENTS += (0x02000000, 0x7E020000, 0x80, 0xFFFFFFFF, 0x3D0F00, 0x1200011)
SETS = {
    "none": frozenset[Capability](),
    "default": DEFAULT,
    "tracing": DEFAULT | {Capability.SYS_PTRACE, Capability.SYS_NICE, Capability.SYSLOG},
    "all": ALL,
}


def verdict(
    name: str,
    arguments: Sequence[int] = NOTHING,
    *,
    capabilities: frozenset[Capability] = DEFAULT,
    architecture: str = "x86_64",
) -> int:
    machine = next(machine for machine, runs in MACHINES.items() if architecture in runs)
    number = NUMBERS[name][ARCHITECTURES.index(architecture)]
    assert number is not None
    program = seccomp.default_program(capabilities, machine)
    return run(program, number, AUDIT_ARCHITECTURES[architecture], arguments)


def judged_by_libseccomp(machine: str, capabilities: frozenset[Capability]) -> bytes:
    library = LibSeccomp(MACHINES[machine], REFUSED)
    try:
        for name, action in seccomp.default_verdicts(capabilities).items():
            if isinstance(action, int):
                library.add(action, name)
                continue
            for comparison in ORACLE_RULES[name]:
                library.add(ALLOWED_ACTION, name, (comparison,))
        return library.program()
    finally:
        library.close()


def known_to_libseccomp(architecture: str) -> dict[str, int]:
    library = LibSeccomp(MACHINES["x86_64"], REFUSED)
    try:
        return {
            name: number for name in NUMBERS if (number := library.number(name, architecture)) >= 0
        }
    finally:
        library.close()


def probes(architecture: str) -> Iterator[tuple[int, tuple[int, ...]]]:
    column = ARCHITECTURES.index(architecture)
    private = (0xF0001, 0xF0002, 0xF0005) if architecture == "arm" else ()
    for number in (*range(450), *private, 0xFFFFFFFF):
        yield number, NOTHING
        yield number, (0xFFFFFFFF,) * 6
    for name in ORACLE_RULES:
        number_of_rule = NUMBERS[name][column]
        for argument in ARGUMENTS if number_of_rule is not None else ():
            yield number_of_rule or 0, (argument, 3, 9, 0, 0, 0)


@pytest.mark.parametrize("capabilities", SETS.values(), ids=SETS)
@pytest.mark.parametrize("machine", MACHINES)
def test_program_decides_like_libseccomp_on_thousands_of_calls(
    machine: str, capabilities: frozenset[Capability]
) -> None:
    ours = seccomp.default_program(capabilities, machine)
    theirs = judged_by_libseccomp(machine, capabilities)
    asked, differing = 0, []
    for architecture in MACHINES[machine]:
        known = set(known_to_libseccomp(architecture).values())
        unjudged = {
            number
            for row in NUMBERS.values()
            if (number := row[ARCHITECTURES.index(architecture)]) is not None
        } - known
        for number, arguments in probes(architecture):
            if number in unjudged:
                continue
            code = AUDIT_ARCHITECTURES[architecture]
            answers = [run(program, number, code, arguments) for program in (ours, theirs)]
            asked += 1
            if answers[0] != answers[1]:
                differing.append((architecture, number, arguments, *map(hex, answers)))
    assert asked > 1500
    assert differing == []


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_numbers_are_those_of_libseccomp(architecture: str) -> None:
    column = ARCHITECTURES.index(architecture)
    ours = {name: row[column] for name, row in NUMBERS.items()}
    theirs = known_to_libseccomp(architecture)
    assert len(theirs) > 280
    assert {name: number for name, number in theirs.items() if ours[name] != number} == {}


@pytest.mark.parametrize(("architecture", "header"), [("x86_64", "64"), ("i386", "32")])
def test_numbers_are_those_of_the_kernel_headers(architecture: str, header: str) -> None:
    path = Path(f"/usr/include/x86_64-linux-gnu/asm/unistd_{header}.h")
    if not path.exists():
        pytest.skip("linux-libc-dev is not installed")
    defined = re.findall(r"#define __NR_(\w+)\s+(\d+)", path.read_text())
    column = ARCHITECTURES.index(architecture)
    assert len(defined) > 300
    assert {
        name: number
        for name, number in defined
        if name not in NUMBERS or NUMBERS[name][column] != int(number)
    } == {}


@pytest.mark.parametrize("machine", MACHINES)
def test_program_is_one_the_kernel_takes(machine: str) -> None:
    program = seccomp.default_program(ALL, machine)
    instructions = list(struct.iter_unpack("HBBI", program))
    assert len(instructions) <= 4096
    for index, (code, if_true, if_false, constant) in enumerate(instructions):
        farthest = constant if code == 0x05 else max(if_true, if_false)
        assert code == 0x06 or index + 1 + farthest < len(instructions)


def test_profile_names_only_calls_that_exist() -> None:
    named = {*ALLOWED, *ALLOWED_BY_ARGUMENT, *(n for names in ALLOWED_WITH.values() for n in names)}
    assert named - set(NUMBERS) == set()


def test_what_the_profile_does_not_name_is_not_permitted() -> None:
    for name in ("keyctl", "add_key", "kexec_load", "userfaultfd", "io_uring_setup", "swapon"):
        assert verdict(name, capabilities=ALL) == REFUSED


def test_call_newer_than_the_profile_is_not_implemented() -> None:
    program = seccomp.default_program(DEFAULT, "x86_64")
    newest = NUMBERS["removexattrat"][0]
    assert newest is not None
    for number in (newest + 1, 600, 0x3FFFFFFF):
        assert run(program, number, AUDIT_ARCHITECTURES["x86_64"], NOTHING) == MISSING


def test_x32_and_foreign_programs_are_killed() -> None:
    program = seccomp.default_program(ALL, "x86_64")
    x32_write = 0x40000000 + 1
    assert run(program, x32_write, AUDIT_ARCHITECTURES["x86_64"], NOTHING) == KILLED
    assert run(program, 1, AUDIT_ARCHITECTURES["aarch64"], NOTHING) == KILLED


def test_call_that_a_tracer_skips_does_not_kill() -> None:
    program = seccomp.default_program(DEFAULT, "x86_64")
    assert run(program, 0xFFFFFFFF, AUDIT_ARCHITECTURES["x86_64"], NOTHING) == REFUSED


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_new_namespaces_need_the_capability(architecture: str) -> None:
    new_user = (0x10000000 | 17, 0, 0, 0, 0, 0)
    plain = (17, 0, 0, 0, 0, 0)
    assert verdict("clone", plain, architecture=architecture) == ALLOWED_ACTION
    assert verdict("clone", new_user, architecture=architecture) == REFUSED
    assert verdict("unshare", new_user, architecture=architecture) == REFUSED
    assert verdict("clone3", architecture=architecture) == MISSING
    for name in ("clone", "clone3", "unshare", "setns", "mount"):
        granted = frozenset({Capability.SYS_ADMIN})
        assert (
            verdict(name, new_user, capabilities=granted, architecture=architecture)
            == ALLOWED_ACTION
        )


@pytest.mark.parametrize("high_half", [0, 1 << 32, 0xFFFFFFFF << 32])
def test_sockets_past_the_network_namespace_are_refused_whatever_the_upper_half_holds(
    high_half: int,
) -> None:
    for family, answer in ((2, ALLOWED_ACTION), (38, REFUSED), (39, ALLOWED_ACTION), (40, REFUSED)):
        assert verdict("socket", (high_half | family, 1, 0, 0, 0, 0)) == answer


@pytest.mark.parametrize(
    ("capability", "name"),
    [
        (Capability.SYS_PTRACE, "kcmp"),
        (Capability.SYS_CHROOT, "chroot"),
        (Capability.SYS_TIME, "clock_settime"),
        (Capability.SYS_MODULE, "finit_module"),
        (Capability.SYS_BOOT, "reboot"),
        (Capability.BPF, "bpf"),
        (Capability.PERFMON, "perf_event_open"),
        (Capability.SYSLOG, "syslog"),
        (Capability.DAC_READ_SEARCH, "open_by_handle_at"),
    ],
)
def test_capability_opens_the_calls_it_is_for(capability: Capability, name: str) -> None:
    assert verdict(name, capabilities=ALL - {capability, Capability.SYS_ADMIN}) == REFUSED
    assert verdict(name, capabilities=frozenset({capability})) == ALLOWED_ACTION


def test_unknown_machine_is_refused_by_name() -> None:
    with pytest.raises(KernelUnsupported, match="riscv64"):
        seccomp.default_program(DEFAULT, "riscv64")
