"""Small programs of ours: started once, cut off from their starter, found and ended again."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cgroups import ContainerCgroup, Hierarchy, ensure
from engine.errors import ProgramNotStarted
from engine.linux import daemon, processes
from engine.linux.daemon import DaemonProgram

pytestmark = pytest.mark.kernel


@pytest.fixture
def program(home: Path) -> Iterator[DaemonProgram]:
    made = DaemonProgram(
        name="test",
        module="tests.support.listening_program",
        arguments=(str(home / "test.sock"),),
        run=home,
        socket=home / "test.sock",
        log=home / "test.log",
    )
    yield made
    daemon.stop(made)


def pid_of(program: DaemonProgram) -> int:
    pid = daemon.running_pid(program)
    assert pid is not None
    return pid


def report(program: DaemonProgram) -> dict[str, object]:
    assert program.log is not None
    return dict(json.loads(program.log.read_text()))


def test_a_program_runs_cut_off_from_its_starter(program: DaemonProgram) -> None:
    inherited = os.dup2(0, 250, inheritable=True)
    try:
        daemon.ensure(program)
    finally:
        os.close(inherited)
    born = report(program)
    assert born["descriptors"] == [0, 1, 2]
    assert born["environment"] == ["LC_ALL", "PATH"]
    assert born["name"] == "berth-test"
    assert born["session"] not in (os.getsid(0), pid_of(program))
    assert born["parent"] != os.getpid()


def test_nothing_can_write_to_the_interpreter_of_a_program(program: DaemonProgram) -> None:
    daemon.ensure(program)
    options = report(program)["executable_options"]
    assert isinstance(options, int)
    assert options & os.ST_RDONLY


def test_a_program_is_moved_into_its_cgroups(home: Path, program: DaemonProgram) -> None:
    hierarchy, parent = Hierarchy.detect(), f"berth-{home.name}"
    cgroup = ensure(hierarchy, parent, "shims")
    try:
        folders = tuple(Path(folder) for folder in cgroup.folders())
        daemon.ensure(dataclasses.replace(program, cgroups=folders))
        born = report(program)["cgroups"]
        assert isinstance(born, list)
        assert {line.rpartition(":")[2] for line in born if line} == {f"/{parent}/shims"}
    finally:
        daemon.stop(program)
        ContainerCgroup.open(hierarchy, parent, "").remove()


def test_many_who_ask_at_once_get_one_program(program: DaemonProgram) -> None:
    threads = [threading.Thread(target=daemon.ensure, args=(program,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert program.log is not None
    assert len(program.log.read_text().splitlines()) == 1


def test_a_killed_program_is_started_anew(program: DaemonProgram) -> None:
    daemon.ensure(program)
    first = pid_of(program)
    started = processes.start_time(first)
    os.kill(first, signal.SIGKILL)
    while processes.is_alive(first, started):
        pass
    assert not daemon.answers(program)
    daemon.ensure(program)
    assert pid_of(program) != first


def test_a_program_that_lives_without_answering_is_replaced(program: DaemonProgram) -> None:
    daemon.ensure(program)
    first = pid_of(program)
    program.socket.unlink()
    daemon.ensure(program)
    assert pid_of(program) != first
    assert daemon.answers(program)


def test_stopping_ends_the_program_and_its_traces(program: DaemonProgram) -> None:
    daemon.ensure(program)
    pid = pid_of(program)
    started = processes.start_time(pid)
    daemon.stop(program)
    assert not processes.is_alive(pid, started)
    assert not program.pid_file.exists()
    assert not program.socket.exists()
    daemon.stop(program)


def test_a_pid_that_belongs_to_another_process_by_now_is_left_alone(
    program: DaemonProgram,
) -> None:
    program.pid_file.write_text(f"{os.getpid()} 1\n")
    assert daemon.running_pid(program) is None
    daemon.stop(program)


def test_a_program_that_ends_at_once_is_told_with_its_last_words(program: DaemonProgram) -> None:
    broken = dataclasses.replace(program, module="tests.support.no_such_program")
    with pytest.raises(ProgramNotStarted, match=r"ended at once: .*no_such_program"):
        daemon.ensure(broken)


def test_a_cgroup_that_is_not_there_is_told(home: Path, program: DaemonProgram) -> None:
    astray = dataclasses.replace(program, cgroups=(home / "nowhere",))
    with pytest.raises(ProgramNotStarted, match=r"starter ended with 1: .*nowhere"):
        daemon.ensure(astray)
