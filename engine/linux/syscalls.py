"""The system calls that Python's os module lacks: one wrapper a call, no choice of our own.

Every failure is an OSError with the errno and the call's name.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct
from typing import TYPE_CHECKING, Final

from engine.errors import KernelUnsupported

if TYPE_CHECKING:
    from collections.abc import Sequence

StrPath = str | bytes | os.PathLike[str] | os.PathLike[bytes]

CLONE_NEWTIME: Final = 0x80
CLONE_VM: Final = 0x100
CLONE_FS: Final = 0x200
CLONE_FILES: Final = 0x400
CLONE_PIDFD: Final = 0x1000
CLONE_VFORK: Final = 0x4000
CLONE_PARENT: Final = 0x8000
CLONE_NEWNS: Final = 0x20000
CLONE_NEWCGROUP: Final = 0x2000000
CLONE_NEWUTS: Final = 0x4000000
CLONE_NEWIPC: Final = 0x8000000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWPID: Final = 0x20000000
CLONE_NEWNET: Final = 0x40000000
CLONE_CLEAR_SIGHAND: Final = 0x100000000
CLONE_INTO_CGROUP: Final = 0x200000000

MS_RDONLY: Final = 1
MS_NOSUID: Final = 2
MS_NODEV: Final = 4
MS_NOEXEC: Final = 8
MS_REMOUNT: Final = 32
MS_NOSYMFOLLOW: Final = 256
MS_BIND: Final = 4096
MS_MOVE: Final = 8192
MS_REC: Final = 16384
MS_UNBINDABLE: Final = 1 << 17
MS_PRIVATE: Final = 1 << 18
MS_SLAVE: Final = 1 << 19
MS_SHARED: Final = 1 << 20
MS_RELATIME: Final = 1 << 21
MS_STRICTATIME: Final = 1 << 24

MNT_FORCE: Final = 1
MNT_DETACH: Final = 2
UMOUNT_NOFOLLOW: Final = 8

AT_FDCWD: Final = -100
AT_SYMLINK_NOFOLLOW: Final = 0x100
AT_EMPTY_PATH: Final = 0x1000
AT_RECURSIVE: Final = 0x8000

OPEN_TREE_CLONE: Final = 1
OPEN_TREE_CLOEXEC: Final = os.O_CLOEXEC

MOVE_MOUNT_F_EMPTY_PATH: Final = 0x4
MOVE_MOUNT_T_EMPTY_PATH: Final = 0x40

FSOPEN_CLOEXEC: Final = 1
FSMOUNT_CLOEXEC: Final = 1

MOUNT_ATTR_RDONLY: Final = 0x1
MOUNT_ATTR_NOSUID: Final = 0x2
MOUNT_ATTR_NODEV: Final = 0x4
MOUNT_ATTR_NOEXEC: Final = 0x8
MOUNT_ATTR_STRICTATIME: Final = 0x20
MOUNT_ATTR_IDMAP: Final = 0x100000
MOUNT_ATTR_NOSYMFOLLOW: Final = 0x200000

RESOLVE_NO_XDEV: Final = 0x01
RESOLVE_NO_MAGICLINKS: Final = 0x02
RESOLVE_NO_SYMLINKS: Final = 0x04
RESOLVE_BENEATH: Final = 0x08
RESOLVE_IN_ROOT: Final = 0x10

CLOSE_RANGE_UNSHARE: Final = 2
CLOSE_RANGE_CLOEXEC: Final = 4

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_KEEPCAPS: Final = 8
PR_SET_NAME: Final = 15
PR_CAPBSET_READ: Final = 23
PR_CAPBSET_DROP: Final = 24
PR_SET_SECUREBITS: Final = 28
PR_SET_CHILD_SUBREAPER: Final = 36
PR_SET_NO_NEW_PRIVS: Final = 38
PR_CAP_AMBIENT: Final = 47
PR_CAP_AMBIENT_RAISE: Final = 2
PR_CAP_AMBIENT_CLEAR_ALL: Final = 4

SECBIT_NO_SETUID_FIXUP: Final = 4

SECCOMP_SET_MODE_FILTER: Final = 1
SECCOMP_FILTER_FLAG_LOG: Final = 2
SECCOMP_FILTER_FLAG_SPEC_ALLOW: Final = 4

_CAPABILITY_VERSION_3: Final = 0x20080522

_X86_64 = {
    "rt_sigaction": 13,
    "mount": 165,
    "umount2": 166,
    "pivot_root": 155,
    "sethostname": 170,
    "unshare": 272,
    "setns": 308,
    "prctl": 157,
    "capget": 125,
    "capset": 126,
    "setfsuid": 122,
    "setfsgid": 123,
    "seccomp": 317,
    "bpf": 321,
    "execveat": 322,
    "syncfs": 306,
}
_AARCH64 = {
    "rt_sigaction": 134,
    "mount": 40,
    "umount2": 39,
    "pivot_root": 41,
    "sethostname": 161,
    "unshare": 97,
    "setns": 268,
    "prctl": 167,
    "capget": 90,
    "capset": 91,
    "setfsuid": 151,
    "setfsgid": 152,
    "seccomp": 277,
    "bpf": 280,
    "execveat": 281,
    "syncfs": 267,
}
# Since Linux 5.0 a new call has one number on every architecture.
_EVERYWHERE = {
    "pidfd_send_signal": 424,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "pidfd_open": 434,
    "clone3": 435,
    "close_range": 436,
    "openat2": 437,
    "pidfd_getfd": 438,
    "mount_setattr": 442,
}


def _numbers() -> dict[str, int]:
    machine = os.uname().machine
    if machine == "x86_64":
        return _X86_64 | _EVERYWHERE
    if machine == "aarch64":
        return _AARCH64 | _EVERYWHERE
    raise KernelUnsupported(
        feature="this engine", reason=f"it is built for x86_64 and aarch64, not {machine}"
    )


_NUMBERS: Final = _numbers()
_syscall = ctypes.CDLL(None, use_errno=True).syscall
_syscall.restype = ctypes.c_long


class _CloneArguments(ctypes.Structure):
    # struct clone_args of linux/sched.h, as of CLONE_INTO_CGROUP (5.7).
    _fields_ = [
        ("flags", ctypes.c_uint64),
        ("pidfd", ctypes.c_uint64),
        ("child_tid", ctypes.c_uint64),
        ("parent_tid", ctypes.c_uint64),
        ("exit_signal", ctypes.c_uint64),
        ("stack", ctypes.c_uint64),
        ("stack_size", ctypes.c_uint64),
        ("tls", ctypes.c_uint64),
        ("set_tid", ctypes.c_uint64),
        ("set_tid_size", ctypes.c_uint64),
        ("cgroup", ctypes.c_uint64),
    ]


def call(name: str, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """Make the system call *name*: ints as they are, buffers as pointers, None as NULL."""
    # ctypes would cut a plain int to 32 bits.
    registers = [
        ctypes.c_ulong(item & 0xFFFF_FFFF_FFFF_FFFF) if isinstance(item, int) else item
        for item in arguments
    ]
    result: int = _syscall(ctypes.c_long(_NUMBERS[name]), *registers)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def clone3(
    flags: int, *, cgroup: int | None = None, exit_signal: int = signal.SIGCHLD
) -> tuple[int, int]:
    """Fork with *flags* and return (pid, pidfd); (0, -1) in the child.

    *cgroup* is the descriptor of a cgroup v2 folder the child is born in. Python's at-fork hooks
    do not run: the caller has one thread, and the child makes system calls until it execs.
    """
    pidfd = ctypes.c_int(-1)
    arguments = _CloneArguments(
        flags=flags | CLONE_PIDFD, pidfd=ctypes.addressof(pidfd), exit_signal=exit_signal
    )
    if cgroup is not None:
        arguments.flags |= CLONE_INTO_CGROUP
        arguments.cgroup = cgroup
    pid = call("clone3", ctypes.addressof(arguments), ctypes.sizeof(arguments))
    return pid, pidfd.value if pid else -1


def unshare(flags: int) -> None:
    """Leave the namespaces named by *flags* for new ones."""
    call("unshare", flags)


def setns(fd: int, flags: int = 0) -> None:
    """Join the namespace *fd*, or those of the pidfd *fd* that *flags* name."""
    call("setns", fd, flags)


def pivot_root(new: StrPath, old: StrPath) -> None:
    """Make *new* the root mount and put the old one at *old*."""
    call("pivot_root", os.fsencode(new), os.fsencode(old))


def sethostname(name: bytes) -> None:
    """Set the host name of the calling process's UTS namespace."""
    call("sethostname", name, len(name))


def reset_signal(number: int) -> None:
    """Give signal *number* its default action, those too that the C library keeps to itself."""
    call("rt_sigaction", number, bytes(32), None, 8)


def prctl(option: int, a: int = 0, b: int = 0, c: int = 0, d: int = 0) -> int:
    """Call prctl(2) and return what it returns."""
    return call("prctl", option, a, b, c, d)


def pidfd_open(pid: int) -> int:
    """Return a pidfd of the process *pid*."""
    return call("pidfd_open", pid, 0)


def pidfd_send_signal(pidfd: int, number: int) -> None:
    """Send the signal *number* to the process of *pidfd*."""
    call("pidfd_send_signal", pidfd, number, None, 0)


def pidfd_getfd(pidfd: int, fd: int) -> int:
    """Return a duplicate of descriptor *fd* of the process of *pidfd*."""
    return call("pidfd_getfd", pidfd, fd, 0)


def close_range(first: int, last: int, flags: int = 0) -> None:
    """Close the descriptors from *first* to *last*, or with CLOSE_RANGE_CLOEXEC mark them."""
    call("close_range", first, last, flags)


def openat2(dir_fd: int, path: StrPath, flags: int, *, mode: int = 0, resolve: int = 0) -> int:
    """Open *path* under *dir_fd* with the RESOLVE_* restrictions in *resolve*."""
    how = struct.pack("QQQ", flags, mode, resolve)
    return call("openat2", dir_fd, os.fsencode(path), how, len(how))


def execveat(
    fd: int, path: StrPath, argv: Sequence[StrPath], env: Sequence[StrPath], flags: int = 0
) -> None:
    """Become the program *path* under *fd*; *env* holds NAME=value entries. Returns never."""
    arguments, environment = _string_array(argv), _string_array(env)
    call(
        "execveat",
        fd,
        os.fsencode(path),
        ctypes.addressof(arguments),
        ctypes.addressof(environment),
        flags,
    )


def syncfs(fd: int) -> None:
    """Write out all of the file system that *fd* is on."""
    call("syncfs", fd)


def setfsuid(uid: int) -> int:
    """Set the user id of file accesses and return the one before (the kernel reports no error)."""
    return call("setfsuid", uid)


def setfsgid(gid: int) -> int:
    """Set the group id of file accesses and return the one before (the kernel reports no error)."""
    return call("setfsgid", gid)


def capset(effective: int, permitted: int, inheritable: int) -> None:
    """Set the calling thread's capability sets, each a bit mask."""
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    low = [mask & 0xFFFF_FFFF for mask in (effective, permitted, inheritable)]
    high = [mask >> 32 for mask in (effective, permitted, inheritable)]
    call("capset", header, struct.pack("6I", *low, *high))


def capget() -> tuple[int, int, int]:
    """Return the calling thread's (effective, permitted, inheritable) capability masks."""
    header = ctypes.create_string_buffer(struct.pack("Ii", _CAPABILITY_VERSION_3, 0), 8)
    data = ctypes.create_string_buffer(24)
    call("capget", header, data)
    words = struct.unpack("6I", data.raw)
    return words[0] | words[3] << 32, words[1] | words[4] << 32, words[2] | words[5] << 32


def seccomp_set_filter(program: bytes, flags: int = 0) -> None:
    """Put the calling thread under the classic BPF *program* (struct sock_filter entries)."""
    instructions = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(instructions))
    call("seccomp", SECCOMP_SET_MODE_FILTER, flags, header)


def _string_array(items: Sequence[StrPath]) -> ctypes.Array[ctypes.c_char_p]:
    encoded = [os.fsencode(item) for item in items]
    return (ctypes.c_char_p * (len(encoded) + 1))(*encoded, None)
