"""From a seccomp profile to the classic BPF program the kernel runs before each system call."""

from __future__ import annotations

import errno
import os
import struct
from typing import TYPE_CHECKING, Final

from engine.errors import KernelUnsupported
from engine.linux import syscalls
from engine.linux._seccomp_profile import (
    ALLOWED,
    ALLOWED_BY_ARGUMENT,
    ALLOWED_WITH,
    NOT_IMPLEMENTED,
    ArgumentTest,
)
from engine.linux._syscall_numbers import ARCHITECTURES, NUMBERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.linux.capabilities import Capability

Verdict = int | ArgumentTest
"""What to do about a call: a return value of linux/seccomp.h, or a test that allows or refuses."""

ALLOW: Final = 0x7FFF_0000
KILL_PROCESS: Final = 0x8000_0000
_ERRNO: Final = 0x0005_0000
REFUSE: Final = _ERRNO | errno.EPERM
UNKNOWN: Final = _ERRNO | errno.ENOSYS

# AUDIT_ARCH_* of linux/audit.h.
_AUDIT_ARCHITECTURES: Final = {
    "x86_64": 0xC000_003E,
    "i386": 0x4000_0003,
    "aarch64": 0xC000_00B7,
    "arm": 0x4000_0028,
}
_RUNS: Final = {"x86_64": ("x86_64", "i386"), "aarch64": ("aarch64", "arm")}

# Offsets in struct seccomp_data; arguments are 8 bytes each, their lower half first.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

_LOAD: Final = 0x20
_AND: Final = 0x54
_JUMP: Final = 0x05
_JUMP_IF_EQUAL: Final = 0x15
_JUMP_IF_AT_LEAST: Final = 0x35
_RETURN: Final = 0x06
_FARTHEST: Final = 255
"""Instructions a conditional jump can skip."""

_X32: Final = 0x4000_0000
_NO_CALL: Final = 0xFFFF_FFFF
"""The number -1, which a tracer sets to skip a call."""

_FIRST_PRIVATE: Final = 0xF_0000
"""arm numbers some calls of its own far above the others."""

_Instruction = tuple[int, int, int, int]


def default_program(capabilities: frozenset[Capability], architecture: str | None = None) -> bytes:
    """Return the default profile for a container with *capabilities*: struct sock_filter entries.

    For x86_64 it covers i386 too, for aarch64 arm; a program of any other kind (x32) is killed.
    """
    machine = os.uname().machine if architecture is None else architecture
    if machine not in _RUNS:
        raise KernelUnsupported(
            feature="seccomp", reason=f"there is no table of system calls for {machine}"
        )
    return compile_profile(default_verdicts(capabilities), machine)


def default_verdicts(capabilities: frozenset[Capability]) -> dict[str, Verdict]:
    """Return what the default profile says of each call that it names."""
    verdicts: dict[str, Verdict] = dict.fromkeys(NOT_IMPLEMENTED, UNKNOWN)
    verdicts |= ALLOWED_BY_ARGUMENT
    verdicts |= dict.fromkeys(ALLOWED, ALLOW)
    for capability in capabilities:
        verdicts |= dict.fromkeys(ALLOWED_WITH.get(capability, ()), ALLOW)
    return verdicts


def compile_profile(verdicts: Mapping[str, Verdict], machine: str) -> bytes:
    """Return a program for *machine* that refuses with EPERM what *verdicts* do not name.

    A call newer than all that are named fails with ENOSYS instead: libc then falls back to an older
    one, which it would not do on EPERM.
    """
    program: list[_Instruction] = [(_LOAD, 0, 0, _ARCHITECTURE)]
    for architecture in _RUNS[machine]:
        block = [(_LOAD, 0, 0, _NUMBER), *_number_checks(verdicts, architecture)]
        program += [
            (_JUMP_IF_EQUAL, 1, 0, _AUDIT_ARCHITECTURES[architecture]),
            (_JUMP, 0, 0, len(block)),
            *block,
        ]
    program.append((_RETURN, 0, 0, KILL_PROCESS))
    return b"".join(struct.pack("HBBI", *instruction) for instruction in program)


def load(program: bytes) -> None:
    """Put the calling thread and its children under *program*.

    Needs CAP_SYS_ADMIN or no_new_privileges.
    """
    # As under other runtimes, a filter alone is no reason to slow every program down.
    syscalls.seccomp_set_filter(program, syscalls.SECCOMP_FILTER_FLAG_SPEC_ALLOW)


def _number_checks(verdicts: Mapping[str, Verdict], architecture: str) -> list[_Instruction]:
    starts = _ranges(verdicts, architecture)
    return _search(starts, 0, len(starts))


def _ranges(verdicts: Mapping[str, Verdict], architecture: str) -> list[tuple[int, Verdict]]:
    """Return (first number, verdict), by number; each holds until the next begins."""
    column = ARCHITECTURES.index(architecture)
    known: dict[int, Verdict] = {}
    for name, verdict in verdicts.items():
        number = NUMBERS[name][column] if name in NUMBERS else None
        if number is not None:
            known[number] = verdict
    newest = max(number for number in known if number < _FIRST_PRIVATE)
    points: dict[int, Verdict] = {}
    for number in sorted(known):
        points[number] = known[number]
        if number + 1 not in known:
            points[number + 1] = REFUSE if number < newest else UNKNOWN
    points.setdefault(0, REFUSE)
    if architecture == "x86_64":
        points[_X32] = KILL_PROCESS
    points[_NO_CALL] = REFUSE
    starts: list[tuple[int, Verdict]] = []
    for number in sorted(points):
        if not starts or starts[-1][1] != points[number]:
            starts.append((number, points[number]))
    return starts


def _search(starts: list[tuple[int, Verdict]], low: int, high: int) -> list[_Instruction]:
    """Return a binary search among *starts* from *low* to before *high*; the number is loaded."""
    if high - low == 1:
        return _decide(starts[low][1])
    middle = (low + high) // 2
    below = _search(starts, low, middle)
    above = _search(starts, middle, high)
    boundary = starts[middle][0]
    if len(below) <= _FARTHEST:
        return [(_JUMP_IF_AT_LEAST, len(below), 0, boundary), *below, *above]
    return [
        (_JUMP_IF_AT_LEAST, 0, 1, boundary),
        (_JUMP, 0, 0, len(below)),
        *below,
        *above,
    ]


def _decide(verdict: Verdict) -> list[_Instruction]:
    if isinstance(verdict, int):
        return [(_RETURN, 0, 0, verdict)]
    found, missed = (ALLOW, REFUSE) if verdict.member else (REFUSE, ALLOW)
    count = len(verdict.values)
    code: list[_Instruction] = [(_LOAD, 0, 0, _ARGUMENTS + 8 * verdict.argument)]
    if verdict.mask != 0xFFFF_FFFF:
        code.append((_AND, 0, 0, verdict.mask))
    # Each comparison jumps over those after it and the miss.
    code += [
        (_JUMP_IF_EQUAL, count - index, 0, value) for index, value in enumerate(verdict.values)
    ]
    return [*code, (_RETURN, 0, 0, missed), (_RETURN, 0, 0, found)]
