"""Any process of ours but a shim may be killed at any moment; nothing is lost and nothing stays."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.instance import Api, Instance
from tests.support.kernel import processes_of, traces_of
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.kernel, pytest.mark.timeout(300)]

DEAF = "trap '' TERM; while :; do sleep 0.1; done"


@pytest.fixture
def whole(instance: Instance) -> Iterator[Instance]:
    """The instance, ready again afterwards whatever the test killed."""
    yield instance
    instance.await_ready()


def sleeping(api: Api, image: str, name: str, command: str = "sleep 1000") -> dict[str, object]:
    return {
        "host": api.host(),
        "name": name,
        "image": image,
        "command": ["sh", "-c", command],
        "stop_timeout": 2,
        "start": True,
    }


def submit(api: Api, path: str, body: dict[str, object]) -> str:
    answer = api.client.post(path, json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize("milliseconds", [0, 5, 10, 15, 20, 30, 50])
def test_worker_killed_in_a_start_leaves_a_whole_container_or_none(
    whole: Instance, api: Api, busybox: str, milliseconds: int
) -> None:
    operation = submit(api, "containers", sleeping(api, busybox, "half"))
    time.sleep(milliseconds / 1000)
    whole.kill("manage.py worker quick")
    ended = api.ended(operation, seconds=60)

    rows = api.rows("containers", name="half")
    if ended["state"] == "succeeded":
        assert [row["state"] for row in rows] == ["running"]
    for row in rows:
        assert bool(processes_of(row["id"])) is (row["state"] == "running")
        api.delete(f"containers/{row['id']}?force=true")
        assert traces_of(whole, row["id"]) == []


def test_web_killed_in_a_request_leaves_its_operation_to_end(
    whole: Instance, api: Api, token: str, busybox: str
) -> None:
    made = api.do("containers", sleeping(api, busybox, "deaf", DEAF))

    def stop_and_lose_the_answer() -> bool:
        with whole.api(token) as other:
            try:
                other.do(f"containers/{made['id']}/stop")
            except OSError:
                return True
            return False

    def stopping() -> str | None:
        rows = api.rows("operations", state="running")
        return next((row["id"] for row in rows if row["subject"]["id"] == made["id"]), None)

    with ThreadPoolExecutor() as pool:
        answer = pool.submit(stop_and_lose_the_answer)
        operation = wait_until(stopping, what="the stop running")
        whole.kill("gunicorn")
        assert answer.exception() is not None or answer.result() is True
    whole.await_ready()
    assert api.ended(operation)["state"] == "succeeded"
    assert api.container("deaf", "exited")["exit_code"] == 137


def test_containers_outlive_launcher_agent_and_workers_and_their_end_is_told(
    whole: Instance, api: Api, busybox: str
) -> None:
    made = api.do("containers", sleeping(api, busybox, "brief", "sleep 3; exit 5"))
    pids = processes_of(made["id"])
    for words in ("manage.py agent", "manage.py worker", "manage.py ingest"):
        whole.kill(words)
    assert processes_of(made["id"]) == pids
    assert api.container("brief", "exited", seconds=40)["exit_code"] == 5


def test_platform_that_ended_finds_its_containers_again(
    whole: Instance, api: Api, busybox: str
) -> None:
    made = api.do("containers", sleeping(api, busybox, "stays"))
    pids = processes_of(made["id"])
    whole.down()
    assert processes_of(made["id"]) == pids
    whole.up()
    assert api.container("stays", "running")["id"] == made["id"]
    stopped = api.do(f"containers/{made['id']}/stop")
    assert (stopped["state"], stopped["exit_code"]) == ("exited", 137)


def test_with_redis_away_a_request_is_refused_soon_and_nothing_is_recorded(
    whole: Instance, api: Api, busybox: str
) -> None:
    host = api.host()
    before = api.get("operations")["count"]
    (valkey,) = whole.processes("valkey-server")
    os.kill(valkey, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        answer = api.client.post(
            "containers", json={**sleeping(api, busybox, "never"), "host": host}
        )
        took = time.monotonic() - begun
        recorded = api.get("operations")["count"]
    finally:
        os.kill(valkey, signal.SIGCONT)
    assert answer.status_code == 503
    assert answer.json()["code"] == "broker_unavailable"
    assert took < 2.5
    assert recorded == before
    whole.await_ready()
    assert api.rows("containers", name="never") == []


def test_host_without_a_worker_is_said_at_once(whole: Instance, api: Api, busybox: str) -> None:
    body = sleeping(api, busybox, "nobody")
    stopped = [*whole.processes("manage.py agent"), *whole.processes("manage.py worker")]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:

        def refused() -> bool:
            begun = time.monotonic()
            answer = api.client.post("containers", json=body)
            assert time.monotonic() - begun < 2
            return answer.status_code == 503 and answer.json()["code"] == "host_unavailable"

        wait_until(refused, what="host_unavailable", seconds=30)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
