"""The engine's state: transactions, the outbox, claims, leases."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import (
    AmbiguousId,
    ContainerNotFound,
    IdPoolExhausted,
    NameInUse,
    StorageFull,
    UnsupportedVersion,
)
from engine.spec.configuration import IdPool
from engine.spec.container import Container, ContainerSpec, ContainerState
from engine.spec.event import ObjectKind
from engine.storage import claims, containers, outbox
from engine.storage.claims import ClaimOutcome, ClaimState
from engine.storage.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "state.db")


def container(number: int, *, space: str = "default", name: str = "") -> Container:
    return Container(
        id=f"{number:064x}",
        space=space,
        spec=ContainerSpec(name=name or f"c{number}", image="i"),
        image_id="sha256:0",
        state=ContainerState.CREATED,
        created_at=number,
    )


def test_what_fails_in_a_transaction_leaves_neither_change_nor_event(database: Database) -> None:
    def insert_both() -> None:
        with database.transaction() as tx:
            containers.insert(tx, container(1, name="same"))
            containers.insert(tx, container(2, name="same"))

    with pytest.raises(NameInUse):
        insert_both()
    with database.reading() as connection:
        assert containers.everything(connection, None) == []
        assert outbox.read(connection, after=0, limit=10) == []


def test_an_events_sequence_is_its_objects_version(database: Database) -> None:
    with database.transaction() as tx:
        first = containers.insert(tx, container(1))
        second = containers.save(tx, first, "start")
    with database.reading() as connection:
        events = outbox.read(connection, after=0, limit=10)
    assert [event.action for event in events] == ["create", "start"]
    assert [event.payload["version"] for event in events] == [first.version, second.version]
    assert second.version > first.version


def test_the_outbox_position_outlives_trimming(database: Database) -> None:
    with database.transaction() as tx:
        last = outbox.append(
            tx, space="default", kind=ObjectKind.IMAGE, id="i", action="pull", payload=None
        )
    with database.transaction() as tx:
        outbox.trim(tx, through=last)
    with database.transaction() as tx:
        assert outbox.position(tx) == last
        assert (
            outbox.append(
                tx, space="default", kind=ObjectKind.IMAGE, id="i", action="tag", payload=None
            )
            == last + 1
        )


def test_containers_are_found_by_id_name_and_prefix_within_their_space(database: Database) -> None:
    with database.transaction() as tx:
        containers.insert(tx, container(0xAB, name="one"))
        containers.insert(tx, container(0xAC, name="two"))
        containers.insert(tx, container(0xAD, space="other", name="one"))
    with database.reading() as connection:
        assert containers.get(connection, "default", "one").id.endswith("ab")
        assert containers.get(connection, "other", "one").id.endswith("ad")
        assert containers.get(connection, "default", f"{0xAC:064x}").spec.name == "two"
        with pytest.raises(AmbiguousId):
            containers.get(connection, "default", "000")
        with pytest.raises(ContainerNotFound):
            containers.get(connection, "default", f"{0xAD:064x}")


def test_a_claim_is_taken_once_and_its_result_kept(database: Database) -> None:
    with database.transaction() as tx:
        assert claims.take(tx, "op").outcome is ClaimOutcome.TAKEN
        assert claims.take(tx, "op").outcome is ClaimOutcome.HELD
        claims.finish(tx, "op", ClaimState.SUCCEEDED, "done")
        again = claims.take(tx, "op")
    assert (again.outcome, again.state, again.result) == (
        ClaimOutcome.FINISHED,
        ClaimState.SUCCEEDED,
        "done",
    )


def test_a_claim_of_a_process_that_died_is_taken_over(database: Database, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from engine.storage import claims;"
        "from engine.storage.database import Database;"
        "database = Database(Path(sys.argv[1]))\n"
        "with database.transaction() as tx: claims.take(tx, 'op')"
    )
    subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "state.db")],
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    with database.reading() as connection:
        assert claims.unfinished(connection) == ["op"]
    with database.transaction() as tx:
        claim = claims.take(tx, "op")
    assert (claim.outcome, claim.attempt) == (ClaimOutcome.TAKEN, 2)


def test_id_ranges_never_overlap_and_run_out_with_a_name(database: Database) -> None:
    pool = IdPool(first=1_000_000, size=2 * 65536)
    with database.transaction() as tx:
        assert containers.lease_ids(tx, pool, "a") == 1_000_000
        assert containers.lease_ids(tx, pool, "b") == 1_065_536
        with pytest.raises(IdPoolExhausted, match="BERTH_ID_POOL"):
            containers.lease_ids(tx, pool, "c")


def test_a_state_newer_than_the_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with Database(path).transaction() as tx:
        tx.execute("PRAGMA user_version=999")
    with pytest.raises(UnsupportedVersion, match="999"):
        Database(path)


def test_a_full_disk_is_said_by_name_and_changes_nothing(database: Database) -> None:
    with database.transaction() as tx:
        containers.insert(tx, container(1))
        (pages,) = tx.execute("PRAGMA page_count").fetchone()
    with database.reading() as connection:
        connection.execute(f"PRAGMA max_page_count={pages}")

    def fill() -> None:
        with database.transaction() as tx:
            for number in range(2, 200):
                containers.insert(tx, container(number))

    with pytest.raises(StorageFull, match="no space left"):
        fill()
    with database.reading() as connection:
        assert len(containers.everything(connection, None)) == 1
