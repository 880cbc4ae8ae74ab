"""The journey by REST once more, over PostgreSQL and Debian's Redis instead of what is embedded."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.test_rest_journey import (
    test_container_lives_and_goes_without_a_trace,
    test_names_that_are_taken_and_ports_that_are_held_are_said,
    test_program_that_ignores_term_is_killed_after_its_timeout,
    test_whole_debian_is_pulled_and_runs,
)
from tests.support.instance import Api, Instance
from tests.support.postgresql import Cluster, running_cluster
from tests.support.redis_server import running_redis
from tests.support.waiting import wait_until

__all__ = [
    "test_container_lives_and_goes_without_a_trace",
    "test_names_that_are_taken_and_ports_that_are_held_are_said",
    "test_program_that_ignores_term_is_killed_after_its_timeout",
    "test_whole_debian_is_pulled_and_runs",
]

pytestmark = [pytest.mark.e2e, pytest.mark.kernel, pytest.mark.timeout(300)]

WAIT = {"Prefer": "wait=60"}
CONNECTED = "FROM pg_stat_activity WHERE datname = 'berth' AND pid <> pg_backend_pid()"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as running:
        yield running


@pytest.fixture(scope="module")
def instance(cluster: Cluster) -> Iterator[Instance]:
    """A running Berth that keeps nothing of the platform on its own disk but keys."""
    with running_redis() as redis_url:
        berth = Instance(number=1, BERTH_DATABASE_URL=cluster.url, BERTH_REDIS_URL=redis_url)
        try:
            berth.up()
            yield berth
        finally:
            berth.remove()


def test_database_and_redis_of_its_own_are_not_there(instance: Instance) -> None:
    assert list(instance.home.rglob("*.sqlite3")) == []
    assert instance.processes("valkey-server") == []


def test_one_ingest_leads_and_another_takes_over_when_the_database_drops_it(
    api: Api, busybox: str, cluster: Cluster
) -> None:
    leader = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
    (before,) = cluster.ask(leader)
    assert cluster.ask(f"SELECT pg_terminate_backend({before})") == ["t"]
    wait_until(lambda: cluster.ask(leader) not in ([], [before]), what="ingest leads again")
    api.do("containers", {"host": api.host(), "image": busybox, "name": "told", "start": True})
    api.container("told", "exited")


def test_connections_that_the_database_drops_are_made_anew_before_anybody_sees_it(
    api: Api, busybox: str, cluster: Cluster
) -> None:
    assert api.rows("containers") == []
    assert "f" not in cluster.ask(f"SELECT pg_terminate_backend(pid) {CONNECTED}")
    for _ in range(8):
        assert api.rows("containers") == []
    api.do("containers", {"host": api.host(), "image": busybox, "name": "after", "start": True})


def test_more_requests_at_once_than_a_worker_has_threads_are_all_done(
    instance: Instance, api: Api, token: str, busybox: str
) -> None:
    host = api.host()

    def come_and_go(number: int) -> set[str]:
        with instance.api(token) as own:
            body = {"host": host, "image": busybox, "name": f"n{number}"}
            came = own.client.post("containers", json=body, headers=WAIT)
            row = own.container(f"n{number}", "created")
            went = own.client.delete(f"containers/{row['id']}", headers=WAIT)
            # Where too many wait already, the answer is the operation as it stands.
            left = [answer.json()["id"] for answer in (came, went) if answer.status_code == 202]
            return {own.ended(operation)["state"] for operation in left}

    with ThreadPoolExecutor(40) as clients:
        states = set().union(*clients.map(come_and_go, range(40)))
    assert states <= {"succeeded"}
    assert api.rows("containers") == []
