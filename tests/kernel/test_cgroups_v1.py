"""Cgroups where no v2 hierarchy is mounted: the same machine, looked at without it."""

from __future__ import annotations

import dataclasses
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import cgroups
from engine.cgroups import ContainerCgroup, Hierarchy, HierarchyKind
from engine.linux.devices import DEFAULT_DEVICES
from engine.spec.container import Resources

pytestmark = pytest.mark.kernel


@pytest.fixture
def cgroup() -> Iterator[ContainerCgroup]:
    found = Hierarchy.detect()
    if not found.v1:
        pytest.skip("this machine has no v1 hierarchies")
    hierarchy = dataclasses.replace(found, kind=HierarchyKind.V1, v2=None)
    parent = f"berth-test-{uuid.uuid4().hex[:8]}"
    yield cgroups.create(hierarchy, parent, "one", Resources(pids=30), DEFAULT_DEVICES)
    tree = ContainerCgroup.open(hierarchy, parent, "")
    ContainerCgroup.open(hierarchy, parent, "one").kill()
    tree.remove()


def start_within(cgroup: ContainerCgroup, code: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", "input()\n" + code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    cgroup.attach(child.pid)
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()
    return child


def test_no_descriptor_to_be_born_in(cgroup: ContainerCgroup) -> None:
    with cgroup.opened() as descriptor:
        assert descriptor is None


def test_kill_ends_a_family_that_keeps_forking(cgroup: ContainerCgroup) -> None:
    code = """
import os
print("up", flush=True)
while True:
    pid = os.fork()
    if pid: os.waitpid(pid, 0)
    else: os._exit(0)
"""
    child = start_within(cgroup, code)
    assert child.stdout is not None
    assert child.stdout.readline() == "up\n"
    assert child.pid in cgroup.processes()
    assert cgroup.populated()
    cgroup.kill()
    child.communicate(timeout=10)
    assert child.returncode == -signal.SIGKILL
    assert not cgroup.populated()
    cgroup.remove()
    cgroup.kill()


def test_frozen_process_stands_still_until_thawed(cgroup: ContainerCgroup) -> None:
    child = start_within(cgroup, "print('up', flush=True)\nwhile True: pass")
    assert child.stdout is not None
    assert child.stdout.readline() == "up\n"
    cgroup.freeze()
    used = processor_time(child.pid)
    time.sleep(0.2)
    assert processor_time(child.pid) == used
    cgroup.thaw()
    deadline = time.monotonic() + 5
    while processor_time(child.pid) == used:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    child.kill()
    child.communicate(timeout=10)
    assert child.returncode == -signal.SIGKILL


def processor_time(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
