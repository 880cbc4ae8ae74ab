"""eBPF programs that decide about device nodes on cgroup v2, by bpf(2)."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from typing import TYPE_CHECKING, Final

from engine.linux.devices import DeviceKind, DeviceRule
from engine.linux.syscalls import call

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROG_LOAD: Final = 5
_PROG_ATTACH: Final = 8
_PROG_DETACH: Final = 9
_PROG_GET_FD_BY_ID: Final = 13
_PROG_QUERY: Final = 16

_TYPE_CGROUP_DEVICE: Final = 15
_ATTACH_CGROUP_DEVICE: Final = 6
_F_ALLOW_MULTI: Final = 2
_F_REPLACE: Final = 4

# struct bpf_cgroup_dev_ctx of linux/bpf.h: access << 16 | type, major, minor.
_CONTEXT_ACCESS_TYPE, _CONTEXT_MAJOR, _CONTEXT_MINOR = 0, 4, 8
_KINDS = {DeviceKind.BLOCK: 1, DeviceKind.CHARACTER: 2}
_ACCESS = {"m": 1, "r": 2, "w": 4}
_EVERY_ACCESS = 7

# Instruction codes of linux/bpf.h: class, operation, and constant (K) or register (X) operand.
_LOAD_WORD: Final = 0x61
_MOVE_K: Final = 0xB7
_MOVE_X: Final = 0xBF
_AND32_K: Final = 0x54
_RIGHT_SHIFT32_K: Final = 0x74
_JUMP_IF_NOT_EQUAL_K: Final = 0x55
_EXIT: Final = 0x95

_RESULT, _CONTEXT, _KIND, _REQUESTED, _MAJOR, _MINOR = range(6)
_SCRATCH: Final = _CONTEXT
_MAXIMUM_PROGRAMS: Final = 64


def device_program(rules: Sequence[DeviceRule]) -> int:
    """Load a program that allows what one of *rules* covers, and return its descriptor."""
    code = device_code(rules)
    instructions = ctypes.create_string_buffer(code, len(code))
    license_name = ctypes.create_string_buffer(b"Apache")
    return _bpf(
        _PROG_LOAD,
        struct.pack(
            "IIQQIIQII",
            _TYPE_CGROUP_DEVICE,
            len(code) // 8,
            ctypes.addressof(instructions),
            ctypes.addressof(license_name),
            0,
            0,
            0,
            0,
            0,
        ),
    )


def device_code(rules: Sequence[DeviceRule]) -> bytes:
    """Return the instructions of the program, 8 bytes each (struct bpf_insn)."""
    code = [
        _instruction(_LOAD_WORD, _KIND, _CONTEXT, offset=_CONTEXT_ACCESS_TYPE),
        _instruction(_MOVE_X, _REQUESTED, _KIND),
        _instruction(_AND32_K, _KIND, constant=0xFFFF),
        _instruction(_RIGHT_SHIFT32_K, _REQUESTED, constant=16),
        _instruction(_LOAD_WORD, _MAJOR, _CONTEXT, offset=_CONTEXT_MAJOR),
        _instruction(_LOAD_WORD, _MINOR, _CONTEXT, offset=_CONTEXT_MINOR),
    ]
    for rule in rules:
        code += _rule_code(rule)
    code += _verdict(allow=False)
    return b"".join(code)


def attach_device_program(cgroup_fd: int, program_fd: int, *, replace: int | None = None) -> None:
    """Make the program decide for the cgroup, besides others or in place of program *replace*."""
    flags = _F_ALLOW_MULTI if replace is None else _F_ALLOW_MULTI | _F_REPLACE
    _bpf(
        _PROG_ATTACH,
        struct.pack("IIIII", cgroup_fd, program_fd, _ATTACH_CGROUP_DEVICE, flags, replace or 0),
    )


def detach_device_program(cgroup_fd: int, program_fd: int) -> None:
    """Undo attach_device_program."""
    _bpf(_PROG_DETACH, struct.pack("IIII", cgroup_fd, program_fd, _ATTACH_CGROUP_DEVICE, 0))


def attached_device_programs(cgroup_fd: int) -> list[int]:
    """Return a new descriptor for each device program attached to the cgroup itself."""
    identifiers = (ctypes.c_uint32 * _MAXIMUM_PROGRAMS)()
    attributes = ctypes.create_string_buffer(
        struct.pack(
            "IIIIQI",
            cgroup_fd,
            _ATTACH_CGROUP_DEVICE,
            0,
            0,
            ctypes.addressof(identifiers),
            _MAXIMUM_PROGRAMS,
        )
    )
    call("bpf", _PROG_QUERY, attributes, len(attributes.raw) - 1)
    count = struct.unpack_from("I", attributes.raw, 24)[0]
    descriptors: list[int] = []
    for identifier in identifiers[:count]:
        try:
            descriptors.append(_bpf(_PROG_GET_FD_BY_ID, struct.pack("III", identifier, 0, 0)))
        except OSError as error:
            if error.errno != errno.ENOENT:  # detached by someone since the query
                for descriptor in descriptors:
                    os.close(descriptor)
                raise
    return descriptors


def _rule_code(rule: DeviceRule) -> list[bytes]:
    tests: list[tuple[int, int]] = []
    if rule.kind is not DeviceKind.ALL:
        tests.append((_KIND, _KINDS[rule.kind]))
    if rule.major is not None:
        tests.append((_MAJOR, rule.major))
    if rule.minor is not None:
        tests.append((_MINOR, rule.minor))
    access = sum(_ACCESS[letter] for letter in set(rule.access))
    code = _verdict(allow=True)
    if access != _EVERY_ACCESS:
        code = [
            _instruction(_MOVE_X, _SCRATCH, _REQUESTED),
            _instruction(_AND32_K, _SCRATCH, constant=_EVERY_ACCESS & ~access),
            _instruction(_JUMP_IF_NOT_EQUAL_K, _SCRATCH, offset=len(code), constant=0),
            *code,
        ]
    for register, wanted in reversed(tests):
        code.insert(
            0, _instruction(_JUMP_IF_NOT_EQUAL_K, register, offset=len(code), constant=wanted)
        )
    return code


def _verdict(*, allow: bool) -> list[bytes]:
    return [_instruction(_MOVE_K, _RESULT, constant=int(allow)), _instruction(_EXIT)]


def _instruction(
    code: int, destination: int = 0, source: int = 0, *, offset: int = 0, constant: int = 0
) -> bytes:
    return struct.pack("BBhi", code, source << 4 | destination, offset, constant)


def _bpf(command: int, attributes: bytes) -> int:
    return call("bpf", command, attributes, len(attributes))
