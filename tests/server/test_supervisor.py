"""What keeps programs alive, and what knows whether a platform runs."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from supervisor import forwarding, instance, up
from supervisor.child import Child, Program
from supervisor.instance import AlreadyRunning
from tests.support.netns import in_new_namespace, run
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]


class Said:
    """What was said, by whom."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def __call__(self, who: str, line: str) -> None:
        self.lines.append((who, line))

    async def until(self, who: str, line: str) -> None:
        async with asyncio.timeout(10):
            while (who, line) not in self.lines:
                await asyncio.sleep(0.01)


def shell(script: str, *, stop_seconds: float = 5) -> Program:
    return Program(name="one", command=("/bin/sh", "-c", script), stop_seconds=stop_seconds)


async def test_what_a_child_prints_is_said_line_by_line_under_its_name() -> None:
    said = Said()
    child = Child(shell("echo out; echo err >&2; exec sleep 60"), os.environ, said)
    child.start()
    await said.until("one", "out")
    await said.until("one", "err")
    await child.stop()


async def test_a_child_that_ends_is_started_again_later_and_later() -> None:
    said = Said()
    child = Child(shell("exit 3"), os.environ, said)
    child.start()
    await said.until("up", "one ended with code 3; again in 0.5 s")
    await said.until("up", "one ended with code 3; again in 1 s")
    await said.until("up", "one ended with code 3; again in 2 s")
    await child.stop()


async def test_a_child_that_is_killed_is_started_again_as_soon_each_time() -> None:
    said = Said()
    child = Child(shell("echo $$; exec sleep 60"), os.environ, said)
    child.start()
    for turn in range(3):
        async with asyncio.timeout(5):
            while len(said.lines) < 2 * turn + 1:
                await asyncio.sleep(0.01)
        os.kill(int(said.lines[-1][1]), signal.SIGKILL)
        async with asyncio.timeout(5):
            while len(said.lines) < 2 * turn + 2:
                await asyncio.sleep(0.01)
    assert said.lines[1::2] == [("up", "one ended with signal 9; again in 0.5 s")] * 3
    await child.stop()


async def test_a_child_ends_by_term_and_is_not_started_again() -> None:
    said = Said()
    script = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done"
    child = Child(shell(script), os.environ, said)
    child.start()
    await said.until("one", "up")
    await child.stop()
    assert said.lines == [("one", "up"), ("one", "bye")]


async def test_a_child_that_ignores_term_is_killed_with_its_family() -> None:
    said = Said()
    script = "trap '' TERM; sleep 300 & echo $!; wait; sleep 300"
    child = Child(shell(script, stop_seconds=0.3), os.environ, said)
    child.start()
    async with asyncio.timeout(5):
        while not said.lines:
            await asyncio.sleep(0.01)
    family = int(said.lines[0][1])
    started = time.monotonic()
    await child.stop()
    assert time.monotonic() - started < 3
    assert ("up", "one does not end; it is killed") in said.lines
    wait_until(lambda: not _lives(family), what="the child's own child ended")


def test_children_end_when_the_supervisor_is_killed() -> None:
    script = (
        "import sys; sys.path[:0] = ['platform', '.']\n"
        "import asyncio, os\n"
        "from supervisor.child import Child, Program\n"
        "async def main():\n"
        "    say = lambda who, line: print(line, flush=True)\n"
        "    command = ('/bin/sh', '-c', 'echo $$; exec sleep 300')\n"
        "    Child(Program(name='one', command=command), os.environ, say).start()\n"
        "    await asyncio.sleep(300)\n"
        "asyncio.run(main())\n"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout is not None
    with supervisor.stdout:
        child = int(supervisor.stdout.readline())
        supervisor.kill()
        supervisor.wait()
        wait_until(lambda: not _lives(child), what="the child ended")


def test_a_running_instance_is_found_by_its_lock(tmp_path: Path) -> None:
    assert instance.find_running(tmp_path) is None
    with instance.running(tmp_path, "http://127.0.0.1:1"):
        found = instance.find_running(tmp_path)
        assert found is not None
        assert (found.pid, found.url) == (os.getpid(), "http://127.0.0.1:1")
        with pytest.raises(AlreadyRunning), instance.running(tmp_path, "http://127.0.0.1:2"):
            pass
    assert instance.find_running(tmp_path) is None


@pytest.mark.parametrize("listen", ["0.0.0.0:8000", "192.0.2.1:8000", "[::]:8000"])
def test_a_listener_for_others_is_refused_without_tls(
    listen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BERTH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BERTH_LISTEN", listen)
    with pytest.raises(up.ListenerRefused, match="--insecure"):
        up.main([])
    assert not (tmp_path / "home").exists()


def test_a_listener_that_is_taken_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        listen = f"127.0.0.1:{holder.getsockname()[1]}"
        monkeypatch.setenv("BERTH_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("BERTH_LISTEN", listen)
        with pytest.raises(up.ListenerInUse, match=f"cannot listen on {listen}"):
            up.main([])
    assert not (tmp_path / "home").exists()


DROPPING = """
table ip filter {
  chain FORWARD { type filter hook forward priority filter; policy drop; }
  chain INPUT { type filter hook input priority filter; policy drop; }
}
table inet firewalld {
  chain open { type filter hook forward priority filter; policy accept; }
}
table ip berth_00000000 {
  chain forward { type filter hook forward priority filter; policy drop; }
}
"""


@pytest.mark.kernel
def test_a_firewall_that_drops_forwarded_packets_is_named_and_gets_one_exception(
    tmp_path: Path,
) -> None:
    rules = tmp_path / "rules"
    rules.write_text(DROPPING)
    with in_new_namespace():
        run("nft", "-f", str(rules))
        before = run("nft", "list", "ruleset")
        (drop,) = forwarding.find_drops()
        assert str(drop) == "the firewall chain ip filter FORWARD"
        assert not forwarding.is_allowed(drop, "0123abcd")
        forwarding.allow(drop, "0123abcd")
        forwarding.allow(drop, "0123abcd")
        assert forwarding.is_allowed(drop, "0123abcd")
        assert not forwarding.is_allowed(drop, "ffffffff")
        chain = run("nft", "list", "chain", "ip", "filter", "FORWARD")
        assert chain.count('comment "berth_0123abcd"') == 2
        assert 'iifname "br0123abcd*" accept' in chain
        forwarding.disallow("0123abcd")
        assert run("nft", "list", "ruleset") == before


def test_an_error_with_a_name_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    environment = {**os.environ, "BERTH_LISTEN": "nowhere", "BERTH_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "invalid_value: BERTH_LISTEN: 'nowhere' is not ADDRESS:PORT\n"


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
