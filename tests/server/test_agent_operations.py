"""What a host does with a task message: once, with a report whatever happens."""

from __future__ import annotations

import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
import redis
from celery import Celery
from celery.exceptions import Reject
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent import app as host_app
from agent.operation import Work, Workplace, perform
from agent.worker import restore
from bus import broker, messages, names
from bus import identity as identities
from bus.journal import OperationReport, Progress, decode_entry
from bus.messages import ContainerStart, OperationKind, OperationState, Payload, TaskMessage
from bus.names import Queue
from engine.engine import Engine
from engine.errors import ContainerNotFound, OperationCancelled
from engine.spec import codec
from engine.spec.configuration import EngineConfiguration
from engine.spec.event import ObjectKind
from engine.spec.image import LayerPhase, LayerProgress
from tests.support.instance import ROOT
from tests.support.tunnels import HOST_ID, KEY, identity
from tests.support.valkey import Valkey
from tests.support.waiting import wait_until

OPERATION = "5f1c7b1e-0000-4000-8000-00000000000a"


@pytest.fixture
def place(home: Path, valkey: Valkey) -> Iterator[Workplace]:
    configuration = EngineConfiguration(home=home)
    client = broker.connect(valkey.url)
    yield Workplace(
        identity=identity(valkey.url, "http://127.0.0.1:9"),
        configuration=configuration,
        engine=Engine(configuration),
        client=client,
    )
    client.close()


def signed(
    *,
    key: Ed25519PrivateKey = KEY,
    operation_id: str = OPERATION,
    host_id: str = HOST_ID,
    kind: OperationKind = OperationKind.CONTAINER_START,
    payload: Payload = ContainerStart(container_id="c0ffee"),  # noqa: B008  (frozen)
) -> dict[str, str]:
    message = TaskMessage(
        operation_id=operation_id,
        attempt=1,
        host_id=host_id,
        space="default",
        kind=kind,
        payload=payload,
    )
    made = messages.sign(message, key)
    return {"body": made.body, "signature": made.signature}


def reports(place: Workplace) -> list[OperationReport]:
    """What the outbox tells of operations."""
    return [
        codec.from_plain(OperationReport, event.payload)
        for event in place.engine.events(0)
        if event.kind is ObjectKind.OPERATION
    ]


def layer(current: int) -> LayerProgress:
    return LayerProgress(
        digest="sha256:a", phase=LayerPhase.DOWNLOADING, current=current, total=100
    )


def test_an_operation_is_told_when_it_begins_and_when_it_has_succeeded(place: Workplace) -> None:
    def verb(work: Work) -> LayerProgress:
        assert work.payload == ContainerStart(container_id="c0ffee")
        assert work.engine.space == "default"
        return layer(5)

    perform(place, verb, **signed())
    running, succeeded = reports(place)
    assert (running.state, running.attempt) == (OperationState.RUNNING, 1)
    assert (succeeded.state, succeeded.attempt) == (OperationState.SUCCEEDED, 1)
    assert succeeded.result == codec.to_plain(layer(5))
    assert succeeded.finished_at >= succeeded.started_at > 0


def test_a_message_that_comes_again_gets_the_stored_answer_and_does_nothing(
    place: Workplace,
) -> None:
    calls: list[str] = []

    def verb(work: Work) -> None:
        calls.append(work.message.operation_id)
        raise ContainerNotFound(container="c0ffee")

    perform(place, verb, **signed())
    perform(place, verb, **signed())
    _, first, again = reports(place)
    assert calls == [OPERATION]
    assert again == first
    assert first.state is OperationState.FAILED


def test_an_error_of_the_engine_travels_as_code_message_and_facts(place: Workplace) -> None:
    def verb(_work: Work) -> None:
        raise ContainerNotFound(container="c0ffee")

    perform(place, verb, **signed())
    error = reports(place)[-1].error
    assert error is not None
    assert (error.code, error.message, error.detail) == (
        "container_not_found",
        "no container 'c0ffee'",
        {"container": "c0ffee"},
    )


def test_an_error_that_nobody_expected_is_logged_and_told_as_internal(
    place: Workplace, caplog: pytest.LogCaptureFixture
) -> None:
    def verb(_work: Work) -> None:
        raise KeyError("secret detail")

    with caplog.at_level(logging.ERROR):
        perform(place, verb, **signed())
    error = reports(place)[-1].error
    assert error is not None
    assert error.code == "internal_error"
    assert "secret detail" not in error.message
    assert "KeyError: 'secret detail'" in caplog.text


FOREIGN = Ed25519PrivateKey.generate()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (signed(key=FOREIGN), "the platform did not sign it"),
        (signed(host_id="another-host"), "it is for host another-host"),
        ({**signed(), "signature": "no base64!"}, "the platform did not sign it"),
        ({**signed(), "body": signed()["body"].replace("c0ffee", "d0ffee")}, "did not sign it"),
    ],
)
def test_what_the_platform_did_not_sign_for_this_host_is_refused_and_leaves_nothing(
    place: Workplace, caplog: pytest.LogCaptureFixture, arguments: dict[str, str], reason: str
) -> None:
    def verb(_work: Work) -> None:
        raise AssertionError("it was done")

    perform(place, verb, **arguments)
    assert reason in caplog.text
    assert place.engine.events(0) == []
    assert place.engine.inventory().claims == ()


def test_an_operation_cancelled_in_its_queue_is_not_begun(place: Workplace) -> None:
    place.client.set(names.cancel_key(HOST_ID, OPERATION), 1)

    def verb(_work: Work) -> None:
        raise AssertionError("it was done")

    perform(place, verb, **signed())
    assert reports(place)[-1].state is OperationState.CANCELLED


def test_a_running_operation_sees_the_wish_to_cancel(place: Workplace) -> None:
    def verb(work: Work) -> None:
        assert not work.cancelled()
        place.client.set(names.cancel_key(HOST_ID, OPERATION), 1)
        wait_until(work.cancelled, what="the wish")
        raise OperationCancelled(what="the pull")

    perform(place, verb, **signed())
    assert reports(place)[-1].state is OperationState.CANCELLED


def test_progress_is_told_once_in_its_interval_and_as_it_stands_at_the_end(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.operation._PROGRESS_SECONDS", 60)

    def verb(work: Work) -> None:
        for current in range(100):
            work.progress(layer(current))

    perform(place, verb, **signed())
    stream = place.client.xrange(names.events_stream(HOST_ID))
    told = [decode_entry(f) for _, f in cast("list[tuple[bytes, dict[bytes, bytes]]]", stream)]
    first, last = (entry for entry in told if isinstance(entry, Progress))
    assert (first.operation_id, first.layers) == (OPERATION, (layer(0),))
    assert (last.operation_id, last.layers) == (OPERATION, (layer(99),))


def test_redis_going_away_within_an_operation_does_not_fail_it(
    place: Workplace, valkey: Valkey
) -> None:
    def verb(work: Work) -> None:
        valkey.stop()
        work.progress(layer(1))
        assert not work.cancelled()

    perform(place, verb, **signed())
    assert reports(place)[-1].state is OperationState.SUCCEEDED


def test_an_operation_that_another_process_works_on_is_left_to_it(place: Workplace) -> None:
    def verb(work: Work) -> None:
        perform(place, never, **signed())  # the same message, while this one is at work

    def never(_work: Work) -> None:
        raise AssertionError("it was done twice")

    perform(place, verb, **signed())
    assert [report.state for report in reports(place)] == [
        OperationState.RUNNING,
        OperationState.SUCCEEDED,
    ]


def test_an_end_that_a_full_disk_refuses_is_told_once_the_disk_takes_it(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = Engine.finish
    refusals = iter([True, True])

    def finish_on_a_full_disk(self: Engine, *arguments: Any) -> None:
        if next(refusals, False):
            raise sqlite3.OperationalError("database or disk is full")
        finish(self, *arguments)

    done: list[str] = []
    monkeypatch.setattr(Engine, "finish", finish_on_a_full_disk)
    monkeypatch.setattr("agent.operation._FINISH_SECONDS", 0)
    perform(place, lambda work: done.append(work.message.operation_id), **signed())
    assert done == [OPERATION]
    assert reports(place)[-1].state is OperationState.SUCCEEDED


def test_a_message_whose_claim_a_full_disk_refuses_goes_back_to_its_queue(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def claim(*_arguments: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Engine, "claim", claim)
    monkeypatch.setattr("agent.app._REQUEUE_SECONDS", 0)
    app = host_app.create(place, Queue.QUICK)
    with pytest.raises(Reject) as caught:
        app.tasks[OperationKind.CONTAINER_START.value](**signed())
    assert caught.value.requeue
    app.close()


# --- the worker process ---


@contextmanager
def worker_process(home: Path, valkey: Valkey, pool: Queue) -> Iterator[subprocess.Popen[bytes]]:
    """The real `manage.py worker`."""
    identities.save(home, identity(valkey.url, "http://127.0.0.1:9"))
    variables = {**os.environ, "BERTH_HOME": str(home), "BERTH_REDIS_URL": valkey.url}
    # A host side knows no Django; Celery would load the settings that pytest has named.
    variables.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "manage.py", "worker", pool.value]
    process = subprocess.Popen(command, cwd=ROOT, env=variables)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture
def sender(valkey: Valkey) -> Iterator[Celery]:
    app = Celery("test", broker=broker.celery_url(valkey.url), set_as_current=False)
    app.conf.broker_transport_options = broker.transport_options(HOST_ID, timeout=2.0)
    yield app
    app.close()


def send(app: Celery, operation_id: str) -> None:
    made = signed(operation_id=operation_id)
    app.send_task(
        OperationKind.CONTAINER_START.value,
        args=(made["body"], made["signature"]),
        task_id=operation_id,
        queue=names.queue(HOST_ID, Queue.QUICK),
        ignore_result=True,
    )


def test_a_worker_takes_its_queue_shows_that_it_lives_and_ends_on_term(
    home: Path, valkey: Valkey, sender: Celery, place: Workplace
) -> None:
    with worker_process(home, valkey, Queue.QUICK) as worker:
        key = names.worker_key(HOST_ID, Queue.QUICK)
        wait_until(lambda: place.client.get(key), what="a sign of life")
        send(sender, OPERATION)
        wait_until(lambda: len(reports(place)) == 2, what="the operation's end")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(15) == 0
        assert place.client.get(key) is None
    error = reports(place)[-1].error
    assert error is not None
    assert error.code == "container_not_found"
    assert place.client.hgetall(names.unacked_key(HOST_ID)) == {}


def test_what_a_killed_worker_had_taken_is_taken_up_by_the_next(
    home: Path, valkey: Valkey, sender: Celery, place: Workplace
) -> None:
    send(sender, OPERATION)
    queue = names.queue(HOST_ID, Queue.QUICK)
    # As kombu notes it down when a worker takes a message, in the one hash of the host.
    taken = cast("bytes", place.client.lpop(names.queue_key(HOST_ID, Queue.QUICK)))
    message = json.loads(taken)
    held = names.unacked_key(HOST_ID)
    place.client.hset(held, "tag", json.dumps([message, "", queue]))
    place.client.zadd(f"{held}_index", {"tag": 1.0})
    place.client.hset(held, "other", json.dumps([message, "", names.queue(HOST_ID, Queue.BUILD)]))
    with worker_process(home, valkey, Queue.QUICK):
        wait_until(lambda: len(reports(place)) == 2, what="the operation's end")
        wait_until(
            lambda: list(place.client.hgetall(held)) == [b"other"],
            what="the build worker's message to be left alone",
        )


def test_restoring_an_empty_host_does_nothing(valkey: Valkey) -> None:
    with redis.Redis.from_url(valkey.url) as client:
        assert restore(client, HOST_ID, Queue.QUICK) == 0
