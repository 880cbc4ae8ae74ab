"""The start command as a person at a terminal meets it."""

from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.instance import ROOT, Instance
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.kernel, pytest.mark.timeout(180)]


@pytest.fixture
def berth() -> Iterator[Instance]:
    """An instance that nobody has started yet."""
    one = Instance(number=8)
    try:
        yield one
    finally:
        one.remove()


def test_up_in_the_foreground_shows_its_way_and_ends_cleanly_on_ctrl_c(berth: Instance) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=berth.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    assert process.stdout is not None
    reader = threading.Thread(target=lambda: lines.extend(process.stdout or ()))
    reader.start()
    try:
        wait_until(lambda: "\n".join(lines).count("setup?token="), what="the link", seconds=60)
        again = berth.manage("up")
        assert f"running at {berth.url}" in again
        assert berth.setup_link(again) != berth.setup_link("".join(lines))
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        reader.join()
        process.stdout.close()
    told = "".join(lines)
    assert told.index("starting Valkey") < told.index("preparing the database")
    assert "ready in" in told
    assert "ending; containers go on" in told
    assert "Traceback" not in told
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{berth.url}/healthz")


def test_what_starts_again_is_what_was_there(berth: Instance) -> None:
    berth.up()
    token = berth.token()
    with berth.api(token) as api:
        host = api.host()
    berth.down()
    assert "setup" not in berth.up()
    with berth.api(token) as api:
        assert api.host() == host
    assert berth.manage("doctor").count("PROBLEM") == 0


def test_a_child_that_is_killed_comes_back(berth: Instance) -> None:
    berth.up()
    (before,) = berth.processes("manage.py ingest")
    berth.kill("manage.py ingest")

    def another() -> bool:
        found = berth.processes("manage.py ingest")
        return bool(found) and found[0] != before

    wait_until(another, what="another ingest", seconds=20)
    berth.await_ready()


WEB_SIDE = ("valkey-server", "gunicorn", "manage.py ingest", "manage.py beat")
ROOT_SIDE = (
    "manage.py supervise",
    "manage.py agent",
    "manage.py worker quick",
    "manage.py worker build",
)


def _owner(path: Path) -> str:
    return pwd.getpwuid(path.lstat().st_uid).pw_name


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def _not_the_web_user_s(berth: Instance) -> list[Path]:
    tops = [berth.home / "web", berth.home / "redis", berth.home / "run" / "web"]
    return [path for top in tops for path in (top, *top.rglob("*")) if _owner(path) != "berth"]


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_only_what_drives_the_engine_runs_as_root(berth: Instance) -> None:
    berth.up()
    web = pwd.getpwnam("berth")
    for words in WEB_SIDE:
        pids = berth.processes(words)
        assert pids, words
        for pid in pids:
            status = _status(pid)
            assert status["Uid"].split() == [str(web.pw_uid)] * 4, words
            assert status["Gid"].split() == [str(web.pw_gid)] * 4, words
            assert status["Groups"] == "", words
            assert (int(status["CapPrm"], 16), int(status["CapEff"], 16)) == (0, 0), words
            assert status["NoNewPrivs"] == "1", words
    for words in ROOT_SIDE:
        (pid,) = berth.processes(words)
        assert _status(pid)["Uid"].split() == ["0"] * 4, words
    known = {pid for words in (*WEB_SIDE, *ROOT_SIDE) for pid in berth.processes(words)}
    launchers = set(berth.all_processes()) - known
    assert launchers
    assert {_owner(Path(f"/proc/{pid}")) for pid in launchers} == {"root"}


def test_web_and_engine_share_no_file(berth: Instance) -> None:
    berth.up()
    berth.token()
    home = berth.home
    assert [_mode(home / name) for name in ("", "engine", "web", "redis", "run", "run/web")] == [
        *(0o711, 0o700, 0o700, 0o700, 0o755, 0o700),
    ]
    assert _not_the_web_user_s(berth) == []
    assert {_owner(path) for path in (home / "engine").rglob("*")} == {"root"}
    assert {_owner(path) for path in (home / "run").glob("*.sock")} == {"root"}
    assert _mode(home / "web" / "signing.key") == 0o600
    sockets = [path for path in (home / "run").rglob("*") if path.is_socket()]
    assert len(sockets) >= 5
    assert all(_mode(path) & 0o077 == 0 for path in sockets)


def test_the_web_user_reaches_its_own_and_nothing_of_the_host_s(berth: Instance) -> None:
    berth.up("--tls")

    def as_web(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", "as-web", *command],
            cwd=ROOT,
            env=berth.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    assert as_web("id", "-un").stdout == "berth\n"
    assert as_web("wc", "-c", str(berth.home / "web" / "signing.key")).returncode == 0
    for closed in ("engine/host.json", "engine/state.db", "tls/server.key", "tls/ca.key"):
        assert (berth.home / closed).is_file()
        refused = as_web("cat", str(berth.home / closed))
        assert (refused.returncode, refused.stdout) == (1, ""), closed
        assert "Permission denied" in refused.stderr
    for place in ("run/x", "engine/x", "tls/x", "x"):
        assert as_web("touch", str(berth.home / place)).returncode == 1, place
    script = "import socket,sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    for name in ("launcher.sock", "events.sock"):
        tried = as_web("/usr/bin/python3", "-c", script, str(berth.home / "run" / name))
        assert "PermissionError" in tried.stderr, name
    assert "root_required: `manage.py up`" in as_web(sys.executable, "manage.py", "up").stderr


def test_a_home_that_root_had_alone_is_handed_over_with_all_that_is_in_it(berth: Instance) -> None:
    berth.up()
    token = berth.token()
    with berth.api(token) as api:
        host = api.host()
    berth.down()
    for top in ("web", "redis", "run/web"):
        for path in (berth.home / top, *(berth.home / top).rglob("*")):
            os.lchown(path, 0, 0)
    with pytest.raises(AssertionError, match=r"web user: .*/web is not berth's alone"):
        berth.manage("doctor")
    berth.up()
    assert _not_the_web_user_s(berth) == []
    with berth.api(token) as api:
        assert api.host() == host
    assert berth.manage("doctor").count("PROBLEM") == 0


def test_commands_of_root_leave_the_web_user_all_of_its_files(berth: Instance) -> None:
    berth.up()
    berth.down()
    berth.token("made-while-down")
    assert _not_the_web_user_s(berth) == []
    berth.up()
    berth.token("made-while-up")
    assert _not_the_web_user_s(berth) == []


def test_a_host_that_has_lost_its_keys_joins_anew(berth: Instance) -> None:
    berth.up()
    token = berth.token()
    with berth.api(token) as api:
        host = api.host()
    berth.down()
    (berth.home / "engine" / "host.json").unlink()
    berth.up()
    with berth.api(token) as api:
        assert api.host() == host


def test_the_children_end_with_a_supervisor_that_is_killed(berth: Instance) -> None:
    berth.up()
    started = [pid for words in (*WEB_SIDE, *ROOT_SIDE[1:]) for pid in berth.processes(words)]
    berth.kill("manage.py supervise")

    def ended() -> bool:
        return not any(Path(f"/proc/{pid}").exists() for pid in started)

    wait_until(ended, what="all children ended", seconds=30)
    assert "running at" in berth.up()


def test_a_secret_key_that_the_web_user_cannot_read_is_named(
    berth: Instance, tmp_path: Path
) -> None:
    key = tmp_path / "secret.key"
    key.write_text("x" * 50)
    key.chmod(0o600)
    berth.environment["BERTH_SECRET_KEY_FILE"] = str(key)
    with pytest.raises(AssertionError, match=r"BERTH_SECRET_KEY_FILE: '.*' cannot be read") as told:
        berth.up()
    assert "Traceback" not in str(told.value)
