"""From a host's stream into the mirror: in order, each word once, told of only when committed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from redis.client import PubSub

from bus import names
from bus.journal import Entry, Heartbeat, HostFacts, Inventory, OperationReport, encode_entry
from bus.messages import ContainerStart, OperationKind, OperationState
from config.redis import client
from containers.models import Container as Mirrored
from engine.spec import codec
from engine.spec.container import Container, ContainerSpec, ContainerState
from engine.spec.event import Event, ObjectKind
from hosts.models import Host, HostState
from ingest.process import Ingest
from operations import services as operations
from tests.support.control import OWNER, make_host, wake
from tests.support.valkey import Valkey

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).parents[2]
FACTS = HostFacts(
    engine_version="1",
    kernel="6.1",
    operating_system="Debian",
    architecture="x86_64",
    cpus=2,
    memory=1024,
    features={"userns": "idmapped"},
)


@pytest.fixture
def server(transactional_db: None, redis: Valkey) -> Valkey:
    return redis


@pytest.fixture
def host(server: Valkey) -> Host:
    return make_host()


@pytest.fixture
def ingest(host: Host) -> Ingest:
    return Ingest(client())


def container(number: int, *, state: ContainerState = ContainerState.RUNNING) -> Container:
    return Container(
        id=f"{number:064x}",
        space="default",
        spec=ContainerSpec(name=f"c{number}", image="x:1"),
        image_id="sha256:1",
        state=state,
        created_at=1_700_000_000_000_000_000,
        version=number,
    )


def event(sequence: int, made: Container, *, action: str = "start") -> Event:
    return Event(
        sequence=sequence,
        space=made.space,
        kind=ObjectKind.CONTAINER,
        id=made.id,
        action=action,
        time=1,
        payload={} if action == "destroy" else codec.to_plain(made),
    )


def say(host: Host, *entries: Entry) -> None:
    for entry in entries:
        client().xadd(names.events_stream(str(host.pk)), encode_entry(entry))  # type: ignore[arg-type]


def left(host: Host) -> int:
    return int(client().xlen(names.events_stream(str(host.pk))))


def acknowledged(host: Host) -> bytes | None:
    return client().get(names.acknowledged_key(str(host.pk)))  # type: ignore[return-value]


def states() -> dict[str, str]:
    return dict(Mirrored.objects.values_list("name", "state"))


def test_events_become_the_mirror_and_are_acknowledged(host: Host, ingest: Ingest) -> None:
    say(host, event(1, container(1)), event(2, container(2)))
    ingest.turn(block=1)
    assert states() == {"c1": "running", "c2": "running"}
    assert acknowledged(host) == b"2"
    assert left(host) == 0


def test_an_event_that_comes_twice_counts_once(host: Host, ingest: Ingest) -> None:
    say(host, event(1, container(1)), event(2, container(1), action="destroy"))
    ingest.turn(block=1)
    say(host, event(1, container(1)))
    ingest.turn(block=1)
    assert states() == {}
    assert acknowledged(host) == b"2"
    assert left(host) == 0


def test_later_states_follow_earlier_ones_within_one_batch(host: Host, ingest: Ingest) -> None:
    exited = container(1, state=ContainerState.EXITED)
    say(host, event(1, container(1)), event(2, exited, action="die"))
    ingest.turn(block=1)
    assert states() == {"c1": "exited"}


def test_a_change_is_told_only_once_it_can_be_read(host: Host, ingest: Ingest) -> None:
    with PubSub(client().connection_pool, ignore_subscribe_messages=True) as subscription:
        subscription.subscribe(names.CHANGES)
        say(host, event(1, container(1)))
        ingest.turn(block=1)
        change = _next(subscription)
    assert (change["kind"], change["action"], change["project"]) == (
        "container",
        "start",
        "default",
    )
    assert change["object"]["name"] == "c1"


def test_the_end_of_an_operation_wakes_its_waiter(host: Host, ingest: Ingest) -> None:
    wake(host)
    operation = operations.submit(
        actor=OWNER,
        kind=OperationKind.CONTAINER_START,
        host=host,
        project="default",
        subject_kind="container",
        subject_id="c",
        payload=ContainerStart(container_id="c"),
    )
    report = OperationReport(
        operation_id=str(operation.pk), attempt=1, state=OperationState.SUCCEEDED, started_at=1
    )
    with PubSub(client().connection_pool, ignore_subscribe_messages=True) as subscription:
        subscription.subscribe(names.operation_channel(str(operation.pk)))
        say(
            host,
            Event(
                sequence=1,
                space="default",
                kind=ObjectKind.OPERATION,
                id=str(operation.pk),
                action="succeeded",
                time=1,
                payload=codec.to_plain(report),
            ),
        )
        ingest.turn(block=1)
        assert _next(subscription) == 1
    assert operations.wait(operation.pk, 0).state == "succeeded"


def test_an_inventory_repairs_the_mirror(host: Host, ingest: Ingest) -> None:
    say(host, Inventory(epoch="e", position=0, time=1))
    say(host, event(1, container(1)), event(2, container(2)))
    ingest.turn(block=1)
    exited = container(2, state=ContainerState.EXITED)
    say(host, Inventory(epoch="e", position=7, time=1, containers=(exited, container(3))))
    ingest.turn(block=1)
    assert states() == {"c2": "running", "c3": "running"}
    host.refresh_from_db()
    assert host.position == 7


def test_an_older_inventory_does_not_take_back_what_is_newer(host: Host, ingest: Ingest) -> None:
    say(host, Inventory(epoch="e", position=0, time=1), event(5, container(5)))
    ingest.turn(block=1)
    say(host, Inventory(epoch="e", position=3, time=1))
    ingest.turn(block=1)
    assert states() == {"c5": "running"}
    assert acknowledged(host) == b"5"


def test_a_host_whose_state_began_anew_is_believed(host: Host, ingest: Ingest) -> None:
    say(host, Inventory(epoch="e", position=0, time=1), event(9, container(9)))
    ingest.turn(block=1)
    say(host, Inventory(epoch="f", position=1, time=1, containers=(container(1),)))
    say(host, event(2, container(2)))
    ingest.turn(block=1)
    assert states() == {"c1": "running", "c2": "running"}
    assert acknowledged(host) == b"2"


def test_what_nobody_can_read_holds_up_nothing(host: Host, ingest: Ingest) -> None:
    stream = names.events_stream(str(host.pk))
    client().xadd(stream, {b"v": b"1", b"k": b"event", b"b": b"{"})
    client().xadd(stream, {b"what": b"is this"})
    broken = Event(
        sequence=1,
        space="default",
        kind=ObjectKind.CONTAINER,
        id="x",
        action="start",
        time=1,
        payload={"id": 5},
    )
    say(host, broken, event(2, container(2)))
    ingest.turn(block=1)
    assert states() == {"c2": "running"}
    assert acknowledged(host) == b"2"
    assert left(host) == 0


def test_what_the_database_refuses_is_left_out_alone(
    host: Host, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import IntegrityError

    from ingest.recorders import RECORDERS

    real = RECORDERS[ObjectKind.CONTAINER]

    def refusing(host: Host, event: Event) -> object:
        change = real(host, event)
        if event.sequence == 2:
            raise IntegrityError("as if")
        return change

    monkeypatch.setitem(RECORDERS, ObjectKind.CONTAINER, refusing)
    say(host, *(event(number, container(number)) for number in (1, 2, 3)))
    ingest.turn(block=1)
    assert states() == {"c1": "running", "c3": "running"}
    assert acknowledged(host) == b"3"


def test_an_event_of_an_unknown_project_is_passed_over(host: Host, ingest: Ingest) -> None:
    made = container(1)
    stray = Event(
        sequence=1,
        space="elsewhere",
        kind=ObjectKind.CONTAINER,
        id=made.id,
        action="start",
        time=1,
        payload=codec.to_plain(made),
    )
    say(host, stray, event(2, container(2)))
    ingest.turn(block=1)
    assert states() == {"c2": "running"}


def test_a_heartbeat_brings_a_host_online_and_its_end_takes_it_off(
    host: Host, ingest: Ingest
) -> None:
    key = names.heartbeat_key(str(host.pk))
    client().set(key, codec.encode(Heartbeat(version=1, time=1, facts=FACTS)))
    ingest.turn(block=0.01)
    host.refresh_from_db()
    assert (host.state, host.kernel, host.features) == (
        HostState.ONLINE,
        "6.1",
        {"userns": "idmapped"},
    )
    client().delete(key)
    ingest._next_look = 0
    ingest.turn(block=0.01)
    host.refresh_from_db()
    assert host.state == HostState.OFFLINE


def test_nothing_to_do_is_waited_for_and_not_spun_on(host: Host, ingest: Ingest) -> None:
    say(host, event(1, container(1)))
    ingest.turn(block=1)
    started, used = time.monotonic(), time.process_time()
    ingest.turn(block=0.5)
    assert time.monotonic() - started >= 0.4
    assert time.process_time() - used < 0.2


def test_ten_thousand_events_arrive_whole_and_in_order(host: Host, ingest: Ingest) -> None:
    stream = names.events_stream(str(host.pk))
    pipeline = client().pipeline(transaction=False)
    for sequence in range(1, 10_001):
        state = ContainerState.EXITED if sequence > 9_900 else ContainerState.RUNNING
        one = event(sequence, container(sequence % 100, state=state))
        pipeline.xadd(stream, encode_entry(one))  # type: ignore[arg-type]
    pipeline.execute()
    while left(host):
        ingest.turn(block=1)
    assert acknowledged(host) == b"10000"
    assert set(states().values()) == {"exited"}
    assert len(states()) == 100


def test_a_second_ingest_stands_by_until_the_first_is_killed(host: Host) -> None:
    first = _ingest_process()
    try:
        say(host, event(1, container(1)))
        _until(lambda: acknowledged(host) == b"1")
        second = _ingest_process()
        try:
            time.sleep(1.5)
            say(host, event(2, container(2)))
            _until(lambda: acknowledged(host) == b"2")
            first.kill()
            first.wait()
            say(host, event(3, container(3)))
            _until(lambda: acknowledged(host) == b"3")
        finally:
            second.kill()
            second.wait()
    finally:
        first.kill()
        first.wait()
    assert set(states()) == {"c1", "c2", "c3"}


def _ingest_process() -> subprocess.Popen[bytes]:
    from django.conf import settings
    from django.db import connection

    program = (
        "import sys; sys.path[:0] = ['platform', '.']\n"
        "import django; from django.conf import settings\n"
        "django.setup()\n"
        "from ingest import process; process.run()\n"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "BERTH_HOME": str(settings.BERTH.home),
        "BERTH_DATABASE_URL": f"sqlite://{connection.settings_dict['NAME']}",
    }
    return subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment)


def _until(done: object, seconds: float = 15) -> None:
    assert callable(done)
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def _next(subscription: PubSub) -> Any:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        message = subscription.get_message(timeout=1)
        if message is not None and message["type"] == "message":
            return json.loads(message["data"])
    raise AssertionError("nothing was published")
