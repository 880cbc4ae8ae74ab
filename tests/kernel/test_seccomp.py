"""The default seccomp program under a real kernel."""

from __future__ import annotations

import errno
import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.kernel]

ROOT = Path(__file__).parents[2]
CONFINED = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import ctypes, errno, os, socket
from engine.linux import capabilities, seccomp, syscalls
libc = ctypes.CDLL(None, use_errno=True)
def attempt(number, *arguments):
    if libc.syscall(number, *map(ctypes.c_ulong, arguments)) < 0:
        return errno.errorcode[ctypes.get_errno()]
    return "ok"
program = seccomp.default_program(capabilities.DEFAULT)
"""
LOAD = "seccomp.load(program)\n"
ONLY_X86_64 = pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86_64")


def run(code: str, *, before: str = "") -> tuple[int, str]:
    child = subprocess.run(
        [sys.executable, "-I", "-S", "-c", CONFINED + before + LOAD + code],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return child.returncode, child.stdout + child.stderr


def i386_program(number: int, argument: int) -> bytes:
    """Return a program that makes one i386 call and exits with its errno."""
    code = b"\xb8" + struct.pack("<I", number) + b"\xbb" + struct.pack("<I", argument)
    code += b"\xcd\x80\xf7\xd8\x89\xc3\xb8\x01\x00\x00\x00\xcd\x80"
    base, headers = 0x08048000, 52 + 32
    size = headers + len(code)
    header = b"\x7fELF\x01\x01\x01".ljust(16, b"\0")
    header += struct.pack("<HHIIIIIHHHHHH", 2, 3, 1, base + headers, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    return header + struct.pack("<8I", 1, 0, base, base, size, size, 5, 4096) + code


def test_ordinary_programs_run_under_it() -> None:
    code = """
import subprocess, threading
thread = threading.Thread(target=print, args=("thread",)); thread.start(); thread.join()
print(subprocess.run(["sh", "-c", "ls / | head -1; id -u"], capture_output=True).returncode)
socket.create_server(("127.0.0.1", 0)).close()
"""
    assert run(code) == (0, "thread\n0\n")


@ONLY_X86_64
def test_calls_outside_it_fail_as_the_profile_says() -> None:
    code = """
print(attempt(250, 0, 0, 0, 0, 0))          # keyctl
print(attempt(272, 0x10000000))             # unshare(CLONE_NEWUSER)
print(attempt(56, 0x10000011, 0, 0, 0, 0))  # clone(CLONE_NEWUSER)
print(attempt(435, 0, 0))                   # clone3
print(attempt(600))                         # none yet
print(attempt(135, 0xFFFFFFFF), attempt(135, 0x0040000))  # personality
print(attempt(41, 40, 1, 0), attempt(41, 1 << 32 | 40, 1, 0), attempt(41, 38, 5, 0))  # socket
print(attempt(41, 2, 1, 0))
print(attempt(165, 0, 0, 0, 0, 0))          # mount
"""
    lines = ["EPERM", "EPERM", "EPERM", "ENOSYS", "ENOSYS"]
    lines += ["ok EPERM", "EPERM EPERM EPERM", "ok", "EPERM"]
    assert run(code) == (0, "\n".join([*lines, ""]))


@ONLY_X86_64
def test_x32_call_kills() -> None:
    status, output = run("print(attempt(0x40000000 + 39))")
    assert (status, output) == (-signal.SIGSYS, "")


@ONLY_X86_64
def test_i386_programs_are_held_to_the_same_profile(tmp_path: Path) -> None:
    answers = {}
    for name, number, argument in (("unshare", 310, 0x10000000), ("alarm", 27, 0)):
        program = tmp_path / name
        program.write_bytes(i386_program(number, argument))
        program.chmod(0o755)
        free = subprocess.run([program], check=False).returncode
        confined, _ = run(f"os.execv({str(program)!r}, ['it'])")
        answers[name] = (free, confined)
    assert answers == {"unshare": (0, errno.EPERM), "alarm": (0, 0)}


def test_it_is_loaded_without_privilege_under_no_new_privileges() -> None:
    before = """
syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
os.setresuid(65534, 65534, 65534)
"""
    code = "print([l.split()[1] for l in open('/proc/self/status') if l.startswith('Seccomp:')])"
    assert run(code, before=before) == (0, "['2']\n")


def test_it_is_refused_without_privilege_otherwise() -> None:
    status, output = run("print('loaded')", before="os.setresuid(65534, 65534, 65534)\n")
    assert status == 1
    assert "seccomp: Permission denied" in output
