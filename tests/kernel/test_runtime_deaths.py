"""Whatever of ours is killed, containers go on, exits are kept, and nothing is left half-done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.engine import Engine
from engine.linux.processes import is_alive, start_time
from engine.runtime.ending import look
from engine.spec.container import Container, ContainerState
from engine.storage import containers
from tests.support.engine import engine_with_busybox, output, spec
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.kernel]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with engine_with_busybox(subnet_pool="10.94.0.0/16") as made:
        yield made


def _shim(engine: Engine, container: Container) -> int:
    record = look(engine._host, container).record
    assert record is not None
    return record.shim_pid


def test_a_killed_launcher_takes_no_container_with_it_and_comes_back(engine: Engine) -> None:
    running = engine.start(engine.create(spec("survivor", "sleep", "60")).id)
    pid = int((engine._host.paths.run / "launcher.pid").read_text().split()[0])
    born = start_time(pid)
    os.kill(pid, signal.SIGKILL)
    # Until it is dead, its socket still takes connections that nobody will answer.
    wait_until(lambda: not is_alive(pid, born), what="the launcher's death")

    again = engine.start(engine.create(spec("next", "sleep", "60")).id)
    assert is_alive(running.pid, start_time(running.pid))
    assert again.state is ContainerState.RUNNING
    assert engine.kill("survivor").exit_code == 137
    engine.kill("next")


def test_an_exit_that_nobody_watched_is_on_record(engine: Engine) -> None:
    container = engine.create(spec("unwatched", "sh", "-c", "exit 9"))
    engine.start(container.id)
    exit_record = engine._host.container(container.id).exit
    wait_until(exit_record.exists, what="the exit record", seconds=5)
    assert engine.container("unwatched").state is ContainerState.RUNNING

    engine.reconcile()
    ended = engine.container("unwatched")
    assert (ended.state, ended.exit_code) == (ContainerState.EXITED, 9)


def test_a_killed_shim_ends_its_container_and_no_exit_code_is_invented(engine: Engine) -> None:
    container = engine.start(engine.create(spec("orphan", "sleep", "60")).id)
    started = start_time(container.pid)
    os.kill(_shim(engine, container), signal.SIGKILL)
    wait_until(lambda: not is_alive(container.pid, started), what="the end", seconds=5)

    engine.reconcile()
    ended = engine.container("orphan")
    assert (ended.state, ended.exit_code) == (ContainerState.EXITED, None)
    assert "without a record" in ended.error
    engine.remove("orphan")


def test_a_shim_ignores_the_signals_of_a_shutdown(engine: Engine) -> None:
    container = engine.start(engine.create(spec("shutdown", "sleep", "60")).id)
    shim = _shim(engine, container)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(shim, number)
    assert engine.kill("shutdown").exit_code == 137


_STARTER = """
import sys
from dataclasses import replace
from pathlib import Path
from engine.engine import Engine
from engine.spec.configuration import EngineConfiguration
from tests.support.engine import spec

home, name = sys.argv[1:]
engine = Engine(EngineConfiguration(home=Path(home), subnet_pool=("10.94.0.0/16",)))
print("ready", flush=True)
container = engine.create(spec(name, "sleep", "60", network="bridge"))
engine.start(container.id)
print("started", flush=True)
"""


def test_a_starter_killed_at_any_moment_leaves_a_whole_container_or_none(engine: Engine) -> None:
    home = str(engine._host.configuration.home)
    rng = random.Random(2)
    for number in range(12):
        name = f"killed-{number}"
        starter = subprocess.Popen(
            [sys.executable, "-c", _STARTER, home, name],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert starter.stdout is not None
        starter.stdout.readline()
        time.sleep(rng.uniform(0, 0.06))
        starter.kill()
        starter.communicate()
    wait_until(lambda: _settled(engine), what="the shims' own clean-up", seconds=10)
    engine.reconcile()

    known = {container.id: container for container in engine.containers()}
    assert {path.name for path in engine._host.paths.containers.iterdir()} == set(known)
    for container in known.values():
        if not container.spec.name.startswith("killed-"):
            continue
        alive = look(engine._host, container).running
        assert alive == (container.state is ContainerState.RUNNING), container
        assert bool(container.endpoints) == alive
        with engine._host.database.reading() as connection:
            leased = engine._host.networks.endpoints(connection, container.id)
        assert leased == container.endpoints
        engine.remove(container.id, force=True)


def _settled(engine: Engine) -> bool:
    """Say whether every shim either runs its container for good or is gone."""
    for container in engine.containers():
        status = look(engine._host, container)
        if status.shim_alive and not engine._host.cgroup(container.id).populated():
            return False
    return True


def test_ten_starts_at_once_all_succeed_with_addresses_of_their_own(engine: Engine) -> None:
    script = _STARTER.replace('print("started", flush=True)', "print(container.id)")
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(engine._host.configuration.home), f"many-{n}"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
        )
        for n in range(10)
    ]
    assert [starter.wait(60) for starter in starters] == [0] * 10
    made = [c for c in engine.containers() if c.spec.name.startswith("many-")]
    assert len({container.endpoints[0].address for container in made}) == 10
    assert len({container.userns_base for container in made}) == 10
    for container in made:
        engine.remove(container.id, force=True)


def test_a_log_survives_the_death_of_its_reader_and_ends_whole(engine: Engine) -> None:
    container = engine.create(
        spec("chatty", "sh", "-c", "i=0; while [ $i -lt 2000 ]; do echo $i; i=$((i+1)); done")
    )
    engine.start(container.id)
    engine.wait(container.id, 20)
    assert output(engine, "chatty").split() == [str(n) for n in range(2000)]


def test_shutting_down_gives_all_containers_their_grace_at_once() -> None:
    with engine_with_busybox(subnet_pool="10.93.0.0/16") as other:
        for number in range(8):
            other.start(other.create(spec(f"deaf-{number}", "sleep", "60")).id)
        started = time.monotonic()
        other.shut_down()
        assert time.monotonic() - started < 6
        assert {each.exit_code for each in other.containers()} == {137}


def test_a_start_that_comes_again_after_its_first_taker_died_takes_the_running_container_over(
    engine: Engine,
) -> None:
    container = engine.create(spec("again", "sleep", "60", network="bridge"))
    running = engine.start(container.id)
    with engine._host.database.transaction() as tx:
        # As a starter leaves it that dies between the program's start and its own commit.
        containers.save(tx, replace(container, state=ContainerState.CREATED), "create")

    taken = engine.start(container.id)
    assert (taken.state, taken.pid) == (ContainerState.RUNNING, running.pid)
    assert taken.endpoints == running.endpoints
    with engine._host.database.transaction() as tx:
        containers.save(tx, replace(container, state=ContainerState.CREATED), "create")
    engine.remove("again", force=True)
    assert not is_alive(running.pid, 0)
    assert not Path(f"/proc/{running.pid}").exists()
