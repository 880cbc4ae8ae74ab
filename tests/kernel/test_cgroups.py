"""Cgroups on the kernel that runs the test: v1 beside v2 on one machine, v2 alone on another."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine import cgroups
from engine.cgroups import ContainerCgroup, Hierarchy, files
from engine.errors import KernelRefused, KernelUnsupported
from engine.linux.devices import ALL_DEVICES, DEFAULT_DEVICES, DeviceKind, DeviceRule
from engine.spec.container import Resources

pytestmark = [pytest.mark.kernel, pytest.mark.cgroup_v2]

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).parents[1] / "support" / "born_in_cgroup.py"
KILLED = -signal.SIGKILL % 256
MEBIBYTE = 1 << 20
WAIT_FOR_A_SIGNAL = "import signal; print('up', flush=True); signal.pause()"
Create = Callable[..., ContainerCgroup]
Start = Callable[[ContainerCgroup, str], subprocess.Popen[str]]


@pytest.fixture
def hierarchy() -> Hierarchy:
    return Hierarchy.detect()


@pytest.fixture
def parent(hierarchy: Hierarchy) -> Iterator[str]:
    name = f"berth-test-{uuid.uuid4().hex[:8]}"
    yield name
    tree = ContainerCgroup.open(hierarchy, name, "")
    tree.kill()
    tree.remove()


@pytest.fixture
def create(hierarchy: Hierarchy, parent: str) -> Create:
    def create(
        name: str = "one", *, rules: tuple[DeviceRule, ...] = DEFAULT_DEVICES, **limits: float
    ) -> ContainerCgroup:
        resources = Resources(**limits)  # type: ignore[arg-type]
        return cgroups.create(hierarchy, parent, name, resources, rules)

    return create


@pytest.fixture
def start(parent: str) -> Iterator[Start]:
    """Starts code inside a cgroup; what still runs when the test ends is ended."""
    children: list[subprocess.Popen[str]] = []

    def start(cgroup: ContainerCgroup, code: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-I", "-S", str(PROGRAM), *cgroup.path.split("/"), code]
        children.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return children[-1]

    yield start
    for child in children:
        child.kill()
        if child.stdout is not None:
            child.stdout.close()
        child.wait()


def run(cgroup: ContainerCgroup, code: str) -> tuple[int, str]:
    child = subprocess.run(
        [sys.executable, "-I", "-S", str(PROGRAM), *cgroup.path.split("/"), code],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    return child.returncode, child.stdout


def told(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def folders(cgroup: ContainerCgroup) -> list[Path]:
    return [Path(target, cgroup.path) for target in cgroup.hierarchy.targets()]


def test_child_is_in_every_hierarchy_before_its_program_begins(create: Create) -> None:
    cgroup = create()
    status, output = run(cgroup, "print(open('/proc/self/cgroup').read(), end='')")
    assert status == 0
    assert {line.split(":", 2)[2] for line in output.splitlines()} == {f"/{cgroup.path}"}


def test_process_over_its_memory_is_killed_and_counted_and_announced(create: Create) -> None:
    cgroup = create(memory=24 * MEBIBYTE)
    event = cgroup.oom_event_fd()
    assert event is not None
    assert select.select([event], [], [], 0)[0] == []
    status, _ = run(cgroup, f"x = [bytearray({MEBIBYTE}) for _ in range(100)]")
    assert status == KILLED
    assert select.select([event], [], [], 2)[0] == [event]
    assert os.read(event, 4096)
    assert cgroup.oom_kills() == 1
    os.close(event)


def test_process_within_its_memory_lives(create: Create) -> None:
    cgroup = create(memory=64 * MEBIBYTE)
    assert run(cgroup, f"x = bytearray({20 * MEBIBYTE})") == (0, "")
    assert cgroup.oom_kills() == 0


def test_process_over_the_limit_of_processes_is_refused(create: Create, start: Start) -> None:
    code = """
import os, signal
born = 0
try:
    while born < 50:
        if os.fork() == 0: signal.pause()
        born += 1
except BlockingIOError:
    print(born, flush=True)
"""
    cgroup = create(pids=8)
    child = start(cgroup, code)
    assert told(child) == "7"
    cgroup.kill()
    child.communicate(timeout=10)


def test_a_fifth_of_a_processor_is_no_more_than_that(create: Create) -> None:
    cgroup = create(cpus=0.2)
    code = """
import time
begin, used = time.monotonic(), time.process_time()
while time.monotonic() - begin < 1.5: pass
print((time.process_time() - used) / (time.monotonic() - begin))
"""
    status, output = run(cgroup, code)
    assert status == 0
    assert 0 < float(output) < 0.3
    folder = cgroup.v1_folder("cpu") or cgroup.v2_folder or ""
    assert files.read_counter(folder, "cpu.stat", "nr_throttled") > 0


def test_shares_reach_the_kernel(create: Create) -> None:
    cgroup = create(cpu_shares=512)
    v1 = cgroup.v1_folder("cpu")
    if v1 is not None:
        assert files.read(v1, "cpu.shares") == "512"
    else:
        assert files.read(cgroup.v2_folder or "", "cpu.weight") == "59"


def test_frozen_processes_stand_still_until_thawed(
    create: Create, start: Start, tmp_path: Path
) -> None:
    counter = tmp_path / "counter"
    cgroup = create()
    child = start(
        cgroup,
        f"""
import os, time
n = 0
while True:
    n += 1
    with open({str(counter)!r} + ".new", "w") as f: f.write(str(n))
    os.rename({str(counter)!r} + ".new", {str(counter)!r})
    if n == 1: print("counting", flush=True)
    time.sleep(0.005)
""",
    )
    assert told(child) == "counting"
    cgroup.freeze()
    stood = counter.read_text()
    time.sleep(0.2)
    assert counter.read_text() == stood
    cgroup.thaw()
    deadline = time.monotonic() + 5
    while counter.read_text() == stood:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    cgroup.kill()
    child.communicate(timeout=10)
    assert child.returncode == KILLED


def test_kill_ends_a_frozen_family_that_keeps_forking(create: Create, start: Start) -> None:
    code = """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
while True:
    pid = os.fork()
    if pid: os.waitpid(pid, 0)
    else: os._exit(0)
"""
    cgroup = create(pids=30)
    child = start(cgroup, code)
    assert told(child) == "up"
    assert cgroup.populated()
    assert cgroup.processes() != []
    cgroup.freeze()
    cgroup.kill()
    child.communicate(timeout=10)
    assert child.returncode == KILLED
    assert (cgroup.populated(), cgroup.processes()) == (False, [])
    cgroup.kill()


OPEN_DEVICES = """
import os
def attempt(path, flags):
    try: os.close(os.open(path, flags))
    except OSError as error: return error.strerror
    return "ok"
path = f"/tmp/device-{os.getpid()}"
os.mknod(path, 0o20600, os.makedev(1, 11))
print(attempt("/dev/null", os.O_RDWR), attempt(path, os.O_RDONLY), sep=",")
os.unlink(path)
"""


def test_device_outside_the_list_can_be_made_but_not_opened(create: Create) -> None:
    assert run(create(), OPEN_DEVICES) == (0, "ok,Operation not permitted\n")


def test_privileged_cgroup_opens_any_device(create: Create) -> None:
    assert run(create(rules=ALL_DEVICES), OPEN_DEVICES) == (0, "ok,ok\n")


def test_device_rule_for_one_device_opens_that_one(create: Create) -> None:
    kmsg = DeviceRule(kind=DeviceKind.CHARACTER, major=1, minor=11, access="r")
    assert run(create(rules=(*DEFAULT_DEVICES, kmsg)), OPEN_DEVICES) == (0, "ok,ok\n")


def test_cgroup_in_use_is_not_made_again(create: Create, start: Start) -> None:
    cgroup = create()
    child = start(cgroup, WAIT_FOR_A_SIGNAL)
    assert told(child) == "up"
    with pytest.raises(KernelRefused, match="has processes"):
        create(memory=64 * MEBIBYTE)
    cgroup.kill()
    child.communicate(timeout=10)


def test_empty_cgroup_left_over_loses_its_limits_when_made_again(create: Create) -> None:
    create(pids=8)
    cgroup = create()
    assert files.read(cgroup.v1_folder("pids") or cgroup.v2_folder or "", "pids.max") == "max"


def test_creation_that_fails_leaves_nothing(
    create: Create, hierarchy: Hierarchy, parent: str
) -> None:
    full = cgroups.ensure(hierarchy, parent, "").v2_folder
    assert full is not None
    files.write(full, "cgroup.max.descendants", "0")
    with pytest.raises(KernelRefused, match=f"creation of cgroup {parent}/one"):
        create()
    assert [f for f in folders(ContainerCgroup.open(hierarchy, parent, "one")) if f.exists()] == []


def test_removal_takes_the_cgroups_below_and_can_be_repeated(create: Create) -> None:
    cgroup = create()
    for folder in folders(cgroup):
        (folder / "inner" / "innermost").mkdir(parents=True)
    cgroup.remove()
    assert [folder for folder in folders(cgroup) if folder.exists()] == []
    cgroup.remove()


def test_removal_right_after_the_last_exit_waits_for_the_kernel(
    create: Create, start: Start
) -> None:
    for _ in range(5):
        cgroup = create()
        child = start(cgroup, WAIT_FOR_A_SIGNAL)
        assert told(child) == "up"
        cgroup.kill()
        cgroup.remove()
        child.communicate(timeout=10)


def test_running_process_can_be_moved_in(create: Create) -> None:
    cgroup = create()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        cgroup.attach(other.pid)
        assert cgroup.processes() == [other.pid]
        other.kill()


def test_many_made_at_once_under_a_new_parent_all_get_their_limits(create: Create) -> None:
    names = [f"number-{number}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda name: create(name, pids=9, memory=64 * MEBIBYTE), names))
    for cgroup in made:
        assert files.read(cgroup.v1_folder("pids") or cgroup.v2_folder or "", "pids.max") == "9"
    assert run(made[-1], "print('runs')") == (0, "runs\n")


def test_parent_may_lie_deep(hierarchy: Hierarchy, parent: str) -> None:
    made = cgroups.create(
        hierarchy, f"{parent}/a/b", "c", Resources(pids=9, cpus=0.5), DEFAULT_DEVICES
    )
    assert files.read(made.v1_folder("pids") or made.v2_folder or "", "pids.max") == "9"


def test_limit_that_the_parent_cannot_pass_on_is_refused_and_leaves_nothing(
    hierarchy: Hierarchy, parent: str
) -> None:
    if hierarchy.v1:
        pytest.skip("on v1 every cgroup has its controller's files")
    above = cgroups.ensure(hierarchy, parent, "busy")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        above.attach(other.pid)
        with pytest.raises(KernelUnsupported, match="does not pass the controller on"):
            cgroups.create(
                hierarchy, above.path, "one", Resources(memory=64 * MEBIBYTE), DEFAULT_DEVICES
            )
        assert not Path(above.v2_folder or "", "one").exists()
        other.kill()


def test_plain_cgroup_is_made_once_and_found_again(hierarchy: Hierarchy, parent: str) -> None:
    first = cgroups.ensure(hierarchy, parent, "shims")
    assert cgroups.ensure(hierarchy, parent, "shims") == first
    assert all(folder.is_dir() for folder in folders(first))


LOOK_FROM_INSIDE = """
import sys
sys.path.insert(0, {root!r})
import os
from engine.cgroups import ContainerCgroup, Hierarchy
from engine.linux import mounts, syscalls
cgroup = ContainerCgroup.open(Hierarchy.detect(), {parent!r}, {name!r})
syscalls.unshare(syscalls.CLONE_NEWNS | syscalls.CLONE_NEWCGROUP)
mounts.mount(None, "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
if cgroup.mounts()[0].target:
    mounts.mount("tmpfs", {folder!r}, "tmpfs")
for item in cgroup.mounts():
    target = os.path.join({folder!r}, item.target)
    os.makedirs(target, exist_ok=True)
    mounts.mount("cgroup", target, item.fstype, syscalls.MS_RDONLY, item.data or None)
for name in ("pids/pids.max", "pids.max"):
    path = os.path.join({folder!r}, name)
    if os.path.exists(path):
        print(open(path).read().strip())
print({{line.split(":", 2)[2] for line in open("/proc/self/cgroup").read().splitlines()}})
"""


def test_container_sees_its_own_cgroup_as_the_root(
    create: Create, parent: str, tmp_path: Path
) -> None:
    code = LOOK_FROM_INSIDE.format(root=str(ROOT), parent=parent, name="one", folder=str(tmp_path))
    assert run(create(pids=33), code) == (0, "33\n{'/'}\n")
