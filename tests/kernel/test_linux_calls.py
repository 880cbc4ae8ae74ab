"""The system call wrappers against the kernel; what changes the caller runs in a child."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cgroups import files
from engine.linux import bpf, mounts, processes, syscalls
from engine.linux.devices import DeviceKind, DeviceRule
from engine.linux.mounts import read_mountinfo

pytestmark = [pytest.mark.kernel, pytest.mark.cgroup_v2]

ROOT = Path(__file__).parents[2]
PREAMBLE = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import os
from engine.linux import capabilities, mounts, seccomp, syscalls
from engine.linux.syscalls import *
"""


def run(code: str, *arguments: str) -> tuple[int, str]:
    """Run *code* in a Python of its own, as the launcher runs, and return (status, output)."""
    child = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PREAMBLE + code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert child.stderr == ""
    return child.returncode, child.stdout


def test_clone3_makes_a_child_in_namespaces_and_a_descriptor_for_it() -> None:
    code = """
pid, pidfd = syscalls.clone3(CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS)
if pid == 0:
    syscalls.sethostname(b"inside")
    print(os.getpid(), os.uname().nodename, pidfd, flush=True)
    os._exit(7)
exited = os.waitid(os.P_PIDFD, pidfd, os.WEXITED)
print(exited.si_pid == pid, exited.si_status, os.uname().nodename == "inside")
"""
    assert run(code) == (0, "1 inside -1\nTrue 7 False\n")


def test_failed_call_names_itself_and_its_errno() -> None:
    with pytest.raises(FileNotFoundError, match="mount: No such file or directory") as caught:
        mounts.mount("none", "/no/such/folder", "tmpfs")
    assert caught.value.errno == errno.ENOENT


def test_signal_by_descriptor_reaches_no_later_process_of_the_same_pid() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    pidfd = syscalls.pidfd_open(child.pid)
    syscalls.pidfd_send_signal(pidfd, signal.SIGTERM)
    child.communicate()
    assert child.returncode == -signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        syscalls.pidfd_send_signal(pidfd, signal.SIGTERM)
    os.close(pidfd)


def test_descriptor_of_another_process_is_fetched() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        pidfd = syscalls.pidfd_open(child.pid)
        fetched = syscalls.pidfd_getfd(pidfd, 0)
        assert os.fstat(fetched).st_ino == os.fstat(child.stdin.fileno()).st_ino
        for descriptor in (pidfd, fetched):
            os.close(descriptor)
        child.kill()


def test_openat2_keeps_a_path_beneath_its_folder(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("/etc")
    (tmp_path / "in").mkdir()
    folder = os.open(tmp_path, os.O_PATH)
    with pytest.raises(OSError, match="openat2") as caught:
        syscalls.openat2(folder, "out/passwd", os.O_RDONLY, resolve=syscalls.RESOLVE_BENEATH)
    assert caught.value.errno == errno.EXDEV
    with pytest.raises(FileNotFoundError):
        syscalls.openat2(folder, "out/passwd", os.O_RDONLY, resolve=syscalls.RESOLVE_IN_ROOT)
    with pytest.raises(OSError, match="openat2") as caught:
        syscalls.openat2(
            syscalls.AT_FDCWD, "/proc/self/exe", 0, resolve=syscalls.RESOLVE_NO_MAGICLINKS
        )
    assert caught.value.errno == errno.ELOOP
    inside = syscalls.openat2(folder, "in", os.O_PATH, resolve=syscalls.RESOLVE_BENEATH)
    assert os.path.samestat(os.fstat(inside), (tmp_path / "in").stat())
    for descriptor in (folder, inside):
        os.close(descriptor)


def test_close_range_marks_descriptors_for_the_next_program() -> None:
    code = """
kept = os.open("/dev/null", os.O_RDONLY); os.set_inheritable(kept, True)
syscalls.close_range(3, 0xFFFFFFFF, CLOSE_RANGE_CLOEXEC)
print(os.get_inheritable(kept))
syscalls.close_range(3, 0xFFFFFFFF)
try: os.fstat(kept)
except OSError as error: print(error.strerror)
"""
    assert run(code) == (0, "False\nBad file descriptor\n")


def test_execveat_runs_an_open_program_with_the_environment_given() -> None:
    code = """
program = os.open("/usr/bin/env", os.O_PATH | os.O_CLOEXEC)
syscalls.execveat(program, "", ["env"], ["A=1", "B=two"], AT_EMPTY_PATH)
"""
    assert run(code) == (0, "A=1\nB=two\n")


def test_file_system_made_by_descriptors_is_mounted_with_its_options(tmp_path: Path) -> None:
    code = """
syscalls.unshare(CLONE_NEWNS)
mounts.mount(None, "/", None, MS_REC | MS_PRIVATE)
context = mounts.fsopen("tmpfs")
mounts.fsconfig_string(context, "size", "64k")
mounts.fsconfig_create(context)
made = mounts.fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID)
mounts.move_mount(made, "", AT_FDCWD, sys.argv[1], MOVE_MOUNT_F_EMPTY_PATH)
copy = mounts.open_tree(AT_FDCWD, sys.argv[1], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)
mounts.mount_setattr(copy, "", AT_EMPTY_PATH, set=MOUNT_ATTR_RDONLY)
table = mounts.read_mountinfo(open("/proc/self/mountinfo").read())
found = next(mount for mount in table if mount.target == sys.argv[1])
print(found.fstype, "nosuid" in found.options, "size=64k" in found.super_options)
open(sys.argv[1] + "/file", "w").close()
try: os.open("file", os.O_WRONLY, dir_fd=copy)
except OSError as error: print(error.strerror)
mounts.umount(sys.argv[1], MNT_DETACH)
"""
    assert run(code, str(tmp_path)) == (0, "tmpfs True True\nRead-only file system\n")


def test_pivot_root_leaves_only_the_new_root(tmp_path: Path) -> None:
    (tmp_path / "here").touch()
    code = """
syscalls.unshare(CLONE_NEWNS)
mounts.mount(None, "/", None, MS_REC | MS_SLAVE)
mounts.mount(sys.argv[1], sys.argv[1], None, MS_BIND)
os.chdir(sys.argv[1])
syscalls.pivot_root(".", ".")
mounts.umount(".", MNT_DETACH)
print(os.listdir("/"))
"""
    assert run(code, str(tmp_path)) == (0, "['here']\n")


def test_capabilities_given_up_stay_given_up() -> None:
    code = """
keep = capabilities.mask(capabilities.DEFAULT)
capabilities.limit_bounding_set(keep)
syscalls.capset(keep, keep, 0)
print([hex(mask) for mask in syscalls.capget()])
bounding = [n for n in range(capabilities.last_capability() + 1) if prctl(PR_CAPBSET_READ, n)]
print(bounding == sorted(capabilities.DEFAULT))
try: syscalls.sethostname(b"no")
except OSError as error: print(error)
"""
    lines = ["['0xa80425fb', '0xa80425fb', '0x0']", "True"]
    expected = "\n".join([*lines, "[Errno 1] sethostname: Operation not permitted", ""])
    assert run(code) == (0, expected)


def test_file_accesses_take_another_user_and_come_back(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    code = """
syscalls.setfsgid(1234); syscalls.setfsuid(1234)
open(sys.argv[1], "w").close()
print(syscalls.setfsuid(0), syscalls.setfsgid(0), os.stat(sys.argv[1]).st_uid, os.getuid())
"""
    folder = Path("/tmp", f"berth-{uuid.uuid4().hex[:8]}")
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    try:
        assert run(code, str(folder / "file")) == (0, "1234 1234 1234 0\n")
    finally:
        (folder / "file").unlink(missing_ok=True)
        folder.rmdir()


def test_own_mount_table_is_read_whole() -> None:
    text = Path("/proc/self/mountinfo").read_text()
    table = read_mountinfo(text)
    assert len(table) == text.count("\n")
    assert any(mount.fstype == "proc" and mount.target == "/proc" for mount in table)


def test_start_times_grow() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert processes.start_time(child.pid) >= processes.start_time(os.getpid())
        child.kill()


@pytest.fixture
def v2_folder() -> Iterator[Path]:
    """A bare cgroup v2 folder."""
    mount = next(
        mount
        for mount in read_mountinfo(Path("/proc/self/mountinfo").read_text())
        if mount.fstype == "cgroup2"
    )
    folder = Path(mount.target, f"berth-test-{uuid.uuid4().hex[:8]}")
    folder.mkdir()
    yield folder
    folder.rmdir()


def test_device_program_is_loaded_attached_replaced_and_detached(v2_folder: Path) -> None:
    cgroup = os.open(v2_folder, os.O_RDONLY | os.O_DIRECTORY)
    code = f"""
import os
open({str(v2_folder / "cgroup.procs")!r}, "w").write("0")
try: print(os.read(os.open("/dev/zero", os.O_RDONLY), 1))
except OSError as error: print(error.strerror)
"""
    zero = DeviceRule(kind=DeviceKind.CHARACTER, major=1, minor=5, access="r")
    programs = [bpf.device_program(rules) for rules in ((), (zero,))]
    bpf.attach_device_program(cgroup, programs[0])
    refused = run(code)[1]
    bpf.attach_device_program(cgroup, programs[1], replace=programs[0])
    attached = bpf.attached_device_programs(cgroup)
    allowed = run(code)[1]
    bpf.detach_device_program(cgroup, programs[1])
    assert bpf.attached_device_programs(cgroup) == []
    assert (refused, allowed) == ("Operation not permitted\n", "b'\\x00'\n")
    assert len(attached) == 1
    assert files.has(str(v2_folder), "cgroup.procs")
    for descriptor in (cgroup, *programs, *attached):
        os.close(descriptor)
