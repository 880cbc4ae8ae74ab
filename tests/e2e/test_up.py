"""The start command as a person at a terminal meets it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

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
