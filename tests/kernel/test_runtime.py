"""Containers of the bare engine, seen from inside, from the host and in the engine's state."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.engine import Engine
from engine.errors import (
    CommandNotExecutable,
    CommandNotFound,
    ContainerNotFound,
    ContainerStateConflict,
    ImageInUse,
    ImageNotFound,
    InvalidValue,
    MemoryLimitTooLow,
    NameInUse,
    UserNotFound,
)
from engine.logs.writer import Stream
from engine.spec.container import (
    Container,
    ContainerState,
    Resources,
    SeccompMode,
    UserNamespaceMode,
)
from engine.storage.overlay import OverlayWay
from tests.support.engine import IMAGE, engine_with_busybox, output, run, spec
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.kernel, pytest.mark.cgroup_v2]


@pytest.fixture(scope="module", params=list(OverlayWay))
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with engine_with_busybox(overlay=request.param) as made:
        if made.ensure_launcher().refusals:
            pytest.skip(f"this kernel does not take overlays the {request.param} way")
        yield made


def test_a_program_runs_to_its_exit_code_with_both_streams_in_the_log(engine: Engine) -> None:
    ended = run(engine, "streams", "sh", "-c", "echo out; echo err >&2; exit 7")

    assert (ended.state, ended.exit_code) == (ContainerState.EXITED, 7)
    assert output(engine, "streams") == "out\n"
    assert output(engine, "streams", Stream.STDERR) == "err\n"
    assert ended.created_at < ended.started_at < ended.finished_at


def test_root_inside_is_nobody_on_the_host_and_files_stay_zero_based_on_disk(
    engine: Engine,
) -> None:
    container = engine.create(
        spec("mapped", "sh", "-c", "touch /made; chown 33:33 /made; sleep 60")
    )
    running = engine.start(container.id)
    made = engine._host.container(container.id).writable / "upper" / "made"
    wait_until(lambda: made.exists() and made.stat().st_uid == 33, what="the file", seconds=5)

    assert running.userns_base is not None
    assert Path(f"/proc/{running.pid}").stat().st_uid == running.userns_base
    assert Path(f"/proc/{running.pid}/ns/user").readlink() != Path("/proc/self/ns/user").readlink()
    engine.kill("mapped")


def test_every_namespace_but_the_hosts_own_is_new(engine: Engine) -> None:
    running = engine.start(engine.create(spec("namespaces", "sleep", "60")).id)

    for kind in ("pid", "uts", "mnt", "net", "ipc", "cgroup", "user"):
        inside = Path(f"/proc/{running.pid}/ns/{kind}").readlink()
        assert inside != Path(f"/proc/self/ns/{kind}").readlink(), kind
    engine.kill("namespaces")


def test_limits_stand_in_the_containers_cgroup(engine: Engine) -> None:
    resources = Resources(memory=32 << 20, cpus=0.5, pids=9)
    running = engine.start(engine.create(spec("limited", "sleep", "60", resources=resources)).id)
    cgroup = engine._host.cgroup(running.id)
    folder = cgroup.v1_folder("memory") or cgroup.v2_folder
    assert folder is not None
    v1 = cgroup.v1_folder("memory") is not None

    name = "memory.limit_in_bytes" if v1 else "memory.max"
    assert Path(folder, name).read_text().strip() == str(32 << 20)
    pids = Path(cgroup.v1_folder("pids") or folder)
    assert (pids / "pids.max").read_text().strip() == "9"
    assert running.pid in cgroup.processes()
    engine.kill("limited")


def test_more_memory_than_the_limit_ends_in_an_oom_kill_that_the_state_tells(
    engine: Engine,
) -> None:
    ended = run(
        engine,
        "greedy",
        "sh",
        "-c",
        "dd if=/dev/zero of=/dev/shm/x bs=1M count=60",
        resources=Resources(memory=16 << 20),
    )
    assert ended.oom_killed
    assert ended.exit_code != 0


def test_more_processes_than_the_limit_cannot_be_forked(engine: Engine) -> None:
    run(
        engine,
        "forks",
        "sh",
        "-c",
        "for i in 1 2 3 4 5 6; do sleep 1 & done; wait",
        resources=Resources(pids=3),
    )
    assert "fork" in output(engine, "forks", Stream.STDERR)


def test_default_capabilities_are_dockers_and_none_is_left_to_another_user(engine: Engine) -> None:
    run(engine, "caps", "sh", "-c", "grep Cap /proc/self/status")
    assert "CapEff:\t00000000a80425fb" in output(engine, "caps")
    assert "CapBnd:\t00000000a80425fb" in output(engine, "caps")

    run(engine, "nobody", "sh", "-c", "grep Cap /proc/self/status; id -u", user="65534:65534")
    assert "CapEff:\t0000000000000000" in output(engine, "nobody")
    assert output(engine, "nobody").endswith("65534\n")


def test_seccomp_filters_by_default_and_not_when_unconfined(engine: Engine) -> None:
    run(engine, "filtered", "sh", "-c", "grep Seccomp: /proc/self/status; unshare -m true; echo $?")
    assert "Seccomp:\t2" in output(engine, "filtered")
    assert not output(engine, "filtered").endswith("\n0\n")

    run(
        engine,
        "open",
        "grep",
        "Seccomp:",
        "/proc/self/status",
        seccomp=SeccompMode.UNCONFINED,
    )
    assert "Seccomp:\t0" in output(engine, "open")


def test_what_tells_of_the_host_is_masked_or_read_only(engine: Engine) -> None:
    run(
        engine,
        "masked",
        "sh",
        "-c",
        "cat /proc/timer_list | wc -c; ls /sys/firmware | wc -l; "
        "echo x > /proc/sys/kernel/hostname || echo refused; mount | grep -c ' / '",
    )
    assert output(engine, "masked").split() == ["0", "0", "refused", "1"]


def test_signals_reach_the_program_with_their_default_action(engine: Engine) -> None:
    run(engine, "signals", "grep", "SigIgn", "/proc/self/status")
    assert "0000000000000000" in output(engine, "signals")


def test_a_read_only_root_refuses_writes_but_has_its_devices(engine: Engine) -> None:
    run(
        engine,
        "readonly",
        "sh",
        "-c",
        "touch /x || echo refused; echo y > /dev/null && echo device; touch /dev/shm/z && echo shm",
        readonly_rootfs=True,
    )
    assert output(engine, "readonly").split() == ["refused", "device", "shm"]


def test_a_terminal_is_the_containers_own(engine: Engine) -> None:
    run(engine, "terminal", "sh", "-c", "tty; stty size; test -t 0 && echo yes", tty=True)
    assert output(engine, "terminal").startswith("/dev/pts/0\r\n")
    assert output(engine, "terminal").endswith("yes\r\n")


def test_env_user_directory_and_host_name_are_as_asked(engine: Engine) -> None:
    run(
        engine,
        "asked",
        "sh",
        "-c",
        "echo $GREETING; pwd; hostname; id -un; cat /etc/hostname",
        env=("GREETING=hello",),
        working_dir="/made/for/this",
        hostname="vessel",
    )
    assert output(engine, "asked").split() == [
        "hello",
        "/made/for/this",
        "vessel",
        "root",
        "vessel",
    ]


def test_a_program_that_is_not_there_is_127_and_leaves_nothing(engine: Engine) -> None:
    container = engine.create(spec("missing", "no-such-program"))
    with pytest.raises(CommandNotFound) as caught:
        engine.start(container.id)

    assert "no-such-program" in str(caught.value)
    after = engine.container("missing")
    assert (after.state, after.exit_code) == (ContainerState.CREATED, 127)
    assert not Path(engine._host.cgroup(container.id).folders()[0]).exists()


def test_a_file_that_is_no_program_is_126(engine: Engine) -> None:
    container = engine.create(spec("plain", "/etc/passwd"))
    with pytest.raises(CommandNotExecutable):
        engine.start(container.id)
    assert engine.container("plain").exit_code == 126


def test_a_start_that_failed_is_at_once_one_that_does_not_run(engine: Engine) -> None:
    for _ in range(20):
        container = engine.create(spec("refused", "no-such-program"))
        with pytest.raises(CommandNotFound):
            engine.start(container.id)
        engine.remove(container.id)


def test_an_unknown_user_is_named(engine: Engine) -> None:
    container = engine.create(spec("stranger", "true", user="somebody"))
    with pytest.raises(UserNotFound, match="somebody"):
        engine.start(container.id)


def test_stop_asks_first_and_kills_after_the_timeout(engine: Engine) -> None:
    polite = engine.create(
        spec("polite", "sh", "-c", "trap 'echo bye; exit 3' TERM; while :; do sleep 0.05; done")
    )
    engine.start(polite.id)
    stopped = _stop_once_it_traps(engine, "polite")
    assert (stopped.exit_code, output(engine, "polite")) == (3, "bye\n")

    engine.start(engine.create(spec("deaf", "sleep", "60")).id)
    assert engine.stop("deaf", 0.2).exit_code == 128 + signal.SIGKILL


def _stop_once_it_traps(engine: Engine, name: str) -> Container:
    pid = engine.container(name).pid
    term = 1 << (signal.SIGTERM - 1)

    def traps() -> bool:
        status = Path(f"/proc/{pid}/status").read_text()
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
        return bool(int(caught.split()[1], 16) & term)

    wait_until(traps, what="the trap", seconds=5)
    return engine.stop(name, 10)


def test_a_container_starts_again_with_what_it_wrote(engine: Engine) -> None:
    run(engine, "again", "sh", "-c", "echo line >> /kept; cat /kept")
    engine.start("again")
    ended = engine.wait("again", 20)

    assert ended.exit_code == 0
    assert output(engine, "again") == "line\nline\nline\n"


def test_a_killed_container_says_137_and_another_signal_lets_it_live(engine: Engine) -> None:
    engine.start(engine.create(spec("target", "sleep", "60")).id)
    assert engine.kill("target", "SIGCHLD").state is ContainerState.RUNNING
    assert engine.kill("target").exit_code == 137
    with pytest.raises(ContainerStateConflict):
        engine.kill("target")


def test_removing_needs_force_while_it_runs_and_leaves_nothing(engine: Engine) -> None:
    container = engine.start(engine.create(spec("removed", "sleep", "60")).id)
    with pytest.raises(ContainerStateConflict, match="stop it first"):
        engine.remove("removed")
    engine.remove("removed", force=True)

    with pytest.raises(ContainerNotFound):
        engine.container("removed")
    assert not engine._host.container(container.id).directory.exists()
    for folder in engine._host.cgroup(container.id).folders():
        assert not Path(folder).exists()


def test_privileged_takes_the_hosts_ids_by_itself(engine: Engine) -> None:
    ended = run(engine, "privileged", "cat", "/proc/self/uid_map", privileged=True)
    assert ended.userns_base is None
    assert output(engine, "privileged").split() == ["0", "0", "4294967295"]


def test_the_hosts_ids_on_request_keep_the_default_confinement(engine: Engine) -> None:
    ended = run(
        engine,
        "hostids",
        "sh",
        "-c",
        "grep -E 'CapEff|Seccomp:' /proc/self/status",
        userns=UserNamespaceMode.HOST,
    )
    assert ended.userns_base is None
    assert "a80425fb" in output(engine, "hostids")
    assert "Seccomp:\t2" in output(engine, "hostids")


def test_bad_specifications_are_refused_and_nothing_is_made(engine: Engine) -> None:
    before = len(engine.containers())
    engine.create(spec("taken", "true"))
    with pytest.raises(NameInUse):
        engine.create(spec("taken", "true"))
    with pytest.raises(MemoryLimitTooLow):
        engine.create(spec("small", "true", resources=Resources(memory=1 << 20)))
    with pytest.raises(InvalidValue, match="env"):
        engine.create(spec("env", "true", env=("novalue",)))
    with pytest.raises(InvalidValue, match="name"):
        engine.create(spec("no spaces", "true"))
    assert len(engine.containers()) == before + 1
    folders = {path.name for path in engine._host.paths.containers.iterdir()}
    assert folders == {container.id for container in engine.containers()}


def test_a_container_created_twice_with_one_id_is_one(engine: Engine) -> None:
    first = engine.create(spec("once", "true"), "ab" * 32)
    assert engine.create(spec("once", "true"), "ab" * 32) == first


def test_names_are_each_spaces_own(engine: Engine) -> None:
    engine.create(spec("mine", "true"))
    other = engine.within("elsewhere")
    with pytest.raises(ContainerNotFound):
        other.container("mine")
    assert "mine" not in {container.spec.name for container in other.containers()}


def test_a_container_starts_after_its_image_was_removed_by_force() -> None:
    with engine_with_busybox(subnet_pool="10.93.0.0/16") as engine:
        container = engine.create(spec("kept", "echo", "still here"))
        with pytest.raises(ImageInUse):
            engine.remove_image(IMAGE)
        engine.remove_image(IMAGE, force=True)
        with pytest.raises(ImageNotFound):
            engine.image(IMAGE)

        engine.start(container.id)
        engine.wait(container.id, 20)
        assert output(engine, "kept") == "still here\n"
        engine.remove(container.id)
        engine.reconcile()
        assert not list(engine._host.paths.snapshots.iterdir())
