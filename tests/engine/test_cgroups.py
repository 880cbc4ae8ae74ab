"""Cgroups without a kernel: detection from mount tables, limits, and what is written where."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import cgroups
from engine.cgroups import Hierarchy, HierarchyKind, cpu, cpuset, devices, files, memory, pids
from engine.cgroups.hierarchy import V1Mount
from engine.errors import (
    EngineError,
    InvalidValue,
    KernelRefused,
    KernelUnsupported,
    LimitAboveHost,
    MemoryLimitTooLow,
)
from engine.linux.devices import ALL_DEVICES, DEFAULT_DEVICES, DeviceKind, DeviceRule
from engine.spec.container import Resources

V1 = Hierarchy(
    kind=HierarchyKind.V1,
    v1=tuple(
        V1Mount(controllers=(name,), target=f"/nowhere/{name}")
        for name in ("memory", "cpu", "pids")
    ),
    v2=None,
)


def folder_with(folder: Path, **contents: str) -> str:
    for name, content in contents.items():
        (folder / name.replace("__", ".")).write_text(content)
    return str(folder)


def mount_table(folder: Path, *lines: str) -> Path:
    path = folder / "mountinfo"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_machine_with_controllers_on_v1_beside_v2_is_hybrid(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("hugetlb\n")
    table = mount_table(
        tmp_path,
        "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct",
        "33 31 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd",
        "34 31 0:29 / /mnt/again rw - cgroup cgroup rw,cpu,cpuacct",
        f"35 31 0:31 / {tmp_path} rw - cgroup2 cgroup2 rw",
    )
    hierarchy = Hierarchy.detect(table)
    assert hierarchy == Hierarchy(
        kind=HierarchyKind.HYBRID,
        v1=(
            V1Mount(controllers=("cpu", "cpuacct"), target="/sys/fs/cgroup/cpu,cpuacct"),
            V1Mount(controllers=("name=systemd",), target="/sys/fs/cgroup/systemd"),
        ),
        v2=str(tmp_path),
        v2_controllers=frozenset({"hugetlb"}),
    )
    assert [(m.option, m.folder_name) for m in hierarchy.v1] == [
        ("cpu,cpuacct", "cpu,cpuacct"),
        ("none,name=systemd", "systemd"),
    ]
    assert (hierarchy.has("cpuacct"), hierarchy.has("memory")) == (True, False)


def test_machine_with_v2_alone_is_v2(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n")
    table = mount_table(tmp_path, f"35 31 0:31 / {tmp_path} rw - cgroup2 none rw,nsdelegate")
    hierarchy = Hierarchy.detect(table)
    assert (hierarchy.kind, hierarchy.has("memory"), hierarchy.has("io")) == (
        HierarchyKind.V2,
        True,
        False,
    )


def test_machine_without_v2_is_v1(tmp_path: Path) -> None:
    table = mount_table(tmp_path, "32 31 0:29 / /cg/memory rw - cgroup cgroup rw,memory")
    assert Hierarchy.detect(table).kind is HierarchyKind.V1


def test_folder_without_a_cgroup_mount_is_not_taken_for_one(tmp_path: Path) -> None:
    table = mount_table(tmp_path, "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw")
    with pytest.raises(KernelUnsupported, match="cgroup"):
        Hierarchy.detect(table)


@pytest.mark.parametrize(
    ("shares", "weight"), [(2, 1), (512, 59), (1024, 100), (2048, 174), (262_144, 10_000)]
)
def test_shares_become_a_weight_that_keeps_the_ends_and_the_default(
    shares: int, weight: int
) -> None:
    assert cpu.weight(shares) == weight


def test_processor_limits_are_written_in_the_words_of_each_version(tmp_path: Path) -> None:
    resources = Resources(cpus=0.5, cpu_shares=1024)
    v1 = folder_with(tmp_path, cpu__shares="", cpu__cfs_period_us="", cpu__cfs_quota_us="")
    cpu.limit_v1(v1, resources)
    assert [files.read(v1, f"cpu.{n}") for n in ("shares", "cfs_period_us", "cfs_quota_us")] == [
        "1024",
        "100000",
        "50000",
    ]
    v2 = folder_with(tmp_path, cpu__weight="", cpu__max="")
    cpu.limit_v2(v2, resources)
    assert [files.read(v2, f"cpu.{name}") for name in ("weight", "max")] == ["100", "50000 100000"]


def test_memory_limit_lets_as_much_again_be_swapped(tmp_path: Path) -> None:
    resources = Resources(memory=64 << 20)
    v1 = folder_with(tmp_path, memory__limit_in_bytes="", memory__memsw__limit_in_bytes="")
    memory.limit_v1(v1, resources)
    assert files.read(v1, "memory.limit_in_bytes") == "67108864"
    assert files.read(v1, "memory.memsw.limit_in_bytes") == "134217728"
    v2 = folder_with(tmp_path, memory__max="", memory__swap__max="")
    memory.limit_v2(v2, resources)
    assert files.read(v2, "memory.max") == "67108864"
    assert files.read(v2, "memory.swap.max") == "67108864"


def test_memory_limit_holds_without_swap_accounting(tmp_path: Path) -> None:
    v1 = folder_with(tmp_path, memory__limit_in_bytes="")
    memory.limit_v1(v1, Resources(memory=64 << 20))
    assert [path.name for path in tmp_path.iterdir()] == ["memory.limit_in_bytes"]


def test_nothing_is_written_for_what_is_not_limited(tmp_path: Path) -> None:
    for limit in (cpu.limit_v1, cpu.limit_v2, memory.limit_v1, memory.limit_v2, pids.limit):
        limit(str(tmp_path), Resources())
    assert list(tmp_path.iterdir()) == []


def test_refused_write_names_file_value_and_reason(tmp_path: Path) -> None:
    with pytest.raises(KernelRefused) as caught:
        pids.limit(str(tmp_path), Resources(pids=7))
    assert caught.value.facts == {
        "call": f"write of '7' to {tmp_path}/pids.max",
        "reason": "No such file or directory",
    }


def test_kills_are_counted_from_the_right_line(tmp_path: Path) -> None:
    folder_with(tmp_path, memory__oom_control="oom_kill_disable 0\nunder_oom 1\noom_kill 3\n")
    folder_with(tmp_path, memory__events="low 0\noom 9\noom_kill 2\noom_group_kill 0\n")
    assert memory.oom_kills_v1(str(tmp_path)) == 3
    assert memory.oom_kills_v2(str(tmp_path)) == 2


def test_new_cpuset_gets_what_the_nearest_filled_one_above_has(tmp_path: Path) -> None:
    middle, leaf = tmp_path / "middle", tmp_path / "middle" / "leaf"
    leaf.mkdir(parents=True)
    folder_with(tmp_path, cpuset__cpus="0-1\n", cpuset__mems="0\n")
    for folder in (middle, leaf):
        folder_with(folder, cpuset__cpus="\n", cpuset__mems="\n")
    cpuset.inherit_v1(str(leaf))
    for folder in (middle, leaf):
        assert files.read(str(folder), "cpuset.cpus") == "0-1"
        assert files.read(str(folder), "cpuset.mems") == "0"


def test_privileged_device_rules_leave_the_lists_alone(tmp_path: Path) -> None:
    devices.allow_v1(str(tmp_path), ALL_DEVICES)
    assert list(tmp_path.iterdir()) == []


def test_device_lists_begin_with_refusing_all(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, devices__deny="", devices__allow="")
    devices.allow_v1(folder, (DEFAULT_DEVICES[0],))
    assert files.read(folder, "devices.deny") == "a"
    assert files.read(folder, "devices.allow") == "c *:* m"


def test_device_rule_of_other_letters_is_refused() -> None:
    with pytest.raises(InvalidValue, match="rwx"):
        DeviceRule(kind=DeviceKind.BLOCK, access="rwx")


@pytest.mark.parametrize(("major", "minor"), [(4096, 0), (-1, 0), (1, 1 << 20), (1, -1)])
def test_device_number_the_kernel_does_not_have_is_refused(major: int, minor: int) -> None:
    with pytest.raises(InvalidValue, match="must be from 0 to"):
        DeviceRule(kind=DeviceKind.BLOCK, major=major, minor=minor)


@pytest.mark.parametrize(
    ("resources", "error"),
    [
        (Resources(memory=-1), InvalidValue),
        (Resources(memory=6 * 1024 * 1024 - 1), MemoryLimitTooLow),
        (Resources(memory=2**63), InvalidValue),
        (Resources(cpus=0), InvalidValue),
        (Resources(cpus=0.001), InvalidValue),
        (Resources(cpus=float("nan")), InvalidValue),
        (Resources(cpus=float("inf")), InvalidValue),
        (Resources(cpus=4096), LimitAboveHost),
        (Resources(cpu_shares=1), InvalidValue),
        (Resources(cpu_shares=262_145), InvalidValue),
        (Resources(pids=0), InvalidValue),
        (Resources(pids=-1), InvalidValue),
        (Resources(pids=4_194_305), InvalidValue),
    ],
)
def test_limits_without_sense_are_refused(resources: Resources, error: type[EngineError]) -> None:
    with pytest.raises(error):
        cgroups.validate(V1, resources)


@pytest.mark.parametrize(
    "resources",
    [
        Resources(),
        Resources(memory=6 * 1024 * 1024),
        Resources(cpus=0.01, cpu_shares=2, pids=1),
        Resources(cpus=1, cpu_shares=262_144, pids=4_194_304),
    ],
)
def test_limits_at_their_edges_are_taken(resources: Resources) -> None:
    cgroups.validate(V1, resources)


@pytest.mark.parametrize(
    "resources", [Resources(memory=1 << 30), Resources(cpus=1), Resources(pids=9)]
)
def test_limit_that_cannot_be_kept_here_is_refused(resources: Resources) -> None:
    bare = Hierarchy(kind=HierarchyKind.V2, v1=(), v2="/nowhere")
    with pytest.raises(KernelUnsupported, match="not available"):
        cgroups.validate(bare, resources)
