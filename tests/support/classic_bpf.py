"""An interpreter of classic BPF as seccomp uses it, and libseccomp as the judge of our programs."""

from __future__ import annotations

import ctypes
import struct
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

AUDIT_ARCHITECTURES = {
    "x86_64": 0xC000003E,
    "i386": 0x40000003,
    "aarch64": 0xC00000B7,
    "arm": 0x40000028,
}
EQUAL, MASKED_EQUAL, LESS, GREATER = 4, 7, 2, 6
_BINARY_TREE = 8, 2


def run(program: bytes, number: int, audit_architecture: int, arguments: Sequence[int]) -> int:
    """Return the verdict of *program* on one call; the kernel's rules about jumps hold."""
    instructions = list(struct.iter_unpack("HBBI", program))
    data = struct.pack("IIQ6Q", number, audit_architecture, 0, *arguments)
    counter = accumulator = 0
    while True:
        code, if_true, if_false, constant = instructions[counter]
        counter += 1
        if code == 0x06:
            return int(constant)
        if code == 0x20:
            accumulator = struct.unpack_from("I", data, constant)[0]
        elif code == 0x54:
            accumulator &= constant
        elif code == 0x05:
            counter += constant
        else:
            counter += if_true if _jumps(code, accumulator, constant) else if_false


def _jumps(code: int, accumulator: int, constant: int) -> bool:
    if code == 0x15:
        return accumulator == constant
    if code == 0x25:
        return accumulator > constant
    if code == 0x35:
        return accumulator >= constant
    assert code == 0x45, f"instruction {code:#x}"
    return bool(accumulator & constant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """struct scmp_arg_cmp."""

    argument: int
    operator: int
    value: int
    second: int = 0


class _Comparison(ctypes.Structure):
    _fields_ = [
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("value", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    ]


class LibSeccomp:
    """Filters made by libseccomp for an architecture and those it also runs."""

    def __init__(self, architectures: Sequence[str], default: int) -> None:
        self._library = ctypes.CDLL("libseccomp.so.2")
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._context = ctypes.c_void_p(self._library.seccomp_init(ctypes.c_uint32(default)))
        native = self._library.seccomp_arch_native()
        self._codes = [AUDIT_ARCHITECTURES[name] for name in architectures]
        for code in self._codes:
            if code != native & 0xFFFFFFFF:
                self._check(self._library.seccomp_arch_add(self._context, ctypes.c_uint32(code)))
        if native & 0xFFFFFFFF not in self._codes:
            self._check(self._library.seccomp_arch_remove(self._context, ctypes.c_uint32(native)))
        self._check(self._library.seccomp_attr_set(self._context, *_BINARY_TREE))

    def number(self, name: str, architecture: str) -> int:
        """Return the number of a call; negative if there is none or it is not known."""
        code = ctypes.c_uint32(AUDIT_ARCHITECTURES[architecture])
        result: int = self._library.seccomp_syscall_resolve_name_arch(code, name.encode())
        return result

    def add(self, action: int, name: str, comparisons: Sequence[Comparison] = ()) -> bool:
        """Add a rule for the call *name*; False if libseccomp does not know it."""
        number: int = self._library.seccomp_syscall_resolve_name(name.encode())
        if number == -1:
            return False
        array = (_Comparison * max(1, len(comparisons)))(
            *(_Comparison(c.argument, c.operator, c.value, c.second) for c in comparisons)
        )
        self._check(
            self._library.seccomp_rule_add_array(
                self._context, ctypes.c_uint32(action), number, len(comparisons), array
            )
        )
        return True

    def program(self) -> bytes:
        """Return the filter as struct sock_filter entries."""
        with tempfile.TemporaryFile() as file:
            self._check(self._library.seccomp_export_bpf(self._context, file.fileno()))
            file.seek(0)
            return file.read()

    def close(self) -> None:
        self._library.seccomp_release(self._context)

    @staticmethod
    def _check(result: int) -> None:
        assert result == 0, f"libseccomp: {result}"
