"""Asking a host for work: recorded and sent together or not at all, and known to the end."""

from __future__ import annotations

import base64
import datetime as dt
import json
import signal
import threading
import time
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.actor import anonymous
from accounts.errors import SignInRequired
from audit.models import AuditEntry
from bus import messages, names
from bus.errors import BrokerUnavailable, HostUnavailable, OperationFinished, OperationNotFound
from bus.journal import OperationReport, Progress
from bus.messages import ContainerStart, OperationKind, OperationState, SignedMessage
from bus.names import Queue
from config.keys import read_signing_key
from config.redis import client
from engine.errors import ErrorRecord
from engine.spec import codec
from engine.spec.event import Event, ObjectKind
from engine.spec.image import LayerPhase, LayerProgress
from hosts.models import Host, HostState
from operations import janitor, services
from operations.models import Operation
from tests.support.control import OWNER, make_host, wake
from tests.support.valkey import Valkey

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def server(transactional_db: None, redis: Valkey) -> Valkey:
    return redis


@pytest.fixture
def host(server: Valkey) -> Host:
    host = make_host()
    wake(host)
    return host


def submit(host: Host, **changes: object) -> Operation:
    arguments: dict[str, object] = {
        "actor": OWNER,
        "kind": OperationKind.CONTAINER_START,
        "host": host,
        "project": "default",
        "subject_kind": "container",
        "subject_id": "c1",
        "subject_name": "web",
        "payload": ContainerStart(container_id="c1"),
        **changes,
    }
    return services.submit(**arguments)  # type: ignore[arg-type]


def queued(host: Host, pool: Queue = Queue.QUICK) -> list[bytes]:
    found: list[bytes] = client().lrange(names.queue_key(str(host.pk), pool), 0, -1)  # type: ignore[assignment]
    return found


def report(operation: Operation, state: OperationState, **changes: object) -> Event:
    told = OperationReport(
        operation_id=str(operation.pk),
        attempt=1,
        state=state,
        started_at=1_700_000_000_000_000_000,
        finished_at=1_700_000_001_000_000_000 if state.is_final else 0,
        **changes,  # type: ignore[arg-type]
    )
    return Event(
        sequence=1,
        space="default",
        kind=ObjectKind.OPERATION,
        id=str(operation.pk),
        action=state.value,
        time=0,
        payload=codec.to_plain(told),
    )


def test_a_submitted_operation_lies_signed_in_the_queue_of_its_host_alone(host: Host) -> None:
    operation = submit(host)
    (raw,) = queued(host)
    body, signature = _arguments(raw)
    message = messages.verify(
        SignedMessage(body=body, signature=signature),
        key=read_signing_key(settings.BERTH.signing_key_file).public_key(),
        host_id=str(host.pk),
    )
    assert message.operation_id == str(operation.pk)
    assert message.space == "default"
    assert message.payload == ContainerStart(container_id="c1")
    assert queued(host, Queue.BUILD) == []


def test_a_submitted_operation_is_audited_once_with_who_and_from_where(host: Host) -> None:
    operation = submit(host)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.kind, entry.object_id) == ("start", "container", "c1")
    assert (entry.username, entry.origin) == ("owner", "192.0.2.7")
    assert entry.operation_id == operation.pk


def test_nobody_may_ask_without_signing_in(host: Host) -> None:
    with pytest.raises(SignInRequired):
        submit(host, actor=anonymous("192.0.2.9"))
    assert not Operation.objects.exists()
    assert queued(host) == []


def test_a_host_without_a_live_worker_is_refused_at_once_and_nothing_recorded(
    server: Valkey,
) -> None:
    host = make_host()
    wake(host, Queue.BUILD)
    with pytest.raises(HostUnavailable, match="host local has no live quick worker"):
        submit(host)
    assert not Operation.objects.exists()
    assert not AuditEntry.objects.exists()


def test_with_redis_away_the_answer_comes_within_two_seconds_and_nothing_is_recorded(
    server: Valkey, host: Host
) -> None:
    server.stop()
    started = time.monotonic()
    with pytest.raises(BrokerUnavailable):
        submit(host)
    assert time.monotonic() - started < 2
    assert not Operation.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_redis_that_hangs_counts_as_away_within_two_seconds(server: Valkey, host: Host) -> None:
    assert server._process is not None
    server._process.send_signal(signal.SIGSTOP)
    try:
        started = time.monotonic()
        with pytest.raises(BrokerUnavailable):
            submit(host)
        assert time.monotonic() - started < 2
    finally:
        server._process.send_signal(signal.SIGCONT)
    assert not Operation.objects.exists()


def test_what_redis_lost_after_the_commit_is_sent_by_the_janitor(
    server: Valkey, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_options: object) -> None:
        raise BrokerUnavailable(reason="it has just gone")

    with monkeypatch.context() as patch:
        patch.setattr("operations.services.sender.send", away)
        operation = submit(host)
    assert operation.state == "queued"
    assert queued(host) == []
    _age(operation)
    janitor.resend_missing(client(), timezone.now())
    assert _operation_ids(host) == [str(operation.pk)]


def test_the_janitor_leaves_alone_what_still_lies_in_a_queue(host: Host) -> None:
    operation = submit(host)
    _age(operation)
    janitor.resend_missing(client(), timezone.now())
    assert len(queued(host)) == 1


def test_the_janitor_sends_nothing_to_a_host_without_a_worker(host: Host) -> None:
    operation = submit(host)
    client().delete(names.queue_key(str(host.pk), Queue.QUICK))
    client().delete(names.worker_key(str(host.pk), Queue.QUICK))
    _age(operation)
    janitor.resend_missing(client(), timezone.now())
    assert queued(host) == []


def test_a_waiter_is_woken_by_the_end_and_reads_what_it_waited_for(host: Host) -> None:
    operation = submit(host)
    ended: list[Operation] = []
    waiter = threading.Thread(target=lambda: ended.append(services.wait(operation.pk, 20)))
    waiter.start()
    _until_subscribed(operation.pk)
    services.record(host=host, event=report(operation, OperationState.SUCCEEDED))
    client().publish(names.operation_channel(str(operation.pk)), b"1")
    waiter.join(5)
    assert [one.state for one in ended] == ["succeeded"]


def test_waiting_for_what_has_ended_already_takes_no_time(host: Host) -> None:
    operation = submit(host)
    services.record(host=host, event=report(operation, OperationState.SUCCEEDED))
    started = time.monotonic()
    assert services.wait(operation.pk, 20).state == "succeeded"
    assert time.monotonic() - started < 1


def test_a_waiter_gets_the_operation_as_it_stands_when_its_time_is_over(host: Host) -> None:
    operation = submit(host)
    started = time.monotonic()
    assert services.wait(operation.pk, 0.3).state == "queued"
    assert 0.3 <= time.monotonic() - started < 2


def test_a_waiter_survives_that_redis_goes_away(server: Valkey, host: Host) -> None:
    operation = submit(host)
    server.stop()
    assert services.wait(operation.pk, 5).state == "queued"


def test_a_report_moves_an_operation_to_its_end_and_forgets_the_message(host: Host) -> None:
    operation = submit(host)
    error = ErrorRecord(code="port_in_use", message="tcp port held", detail={"port": "80"})
    assert services.record(host=host, event=report(operation, OperationState.RUNNING))
    change = services.record(host=host, event=report(operation, OperationState.FAILED, error=error))
    operation.refresh_from_db()
    assert operation.state == "failed"
    assert operation.body == ""
    assert operation.error_detail == {"port": "80"}
    assert operation.started_at == dt.datetime(2023, 11, 14, 22, 13, 20, tzinfo=dt.UTC)
    assert change is not None
    assert change.object["error"] == {
        "code": "port_in_use",
        "message": "tcp port held",
        "detail": {"port": "80"},
    }


def test_a_report_that_comes_late_or_twice_changes_nothing(host: Host) -> None:
    operation = submit(host)
    services.record(host=host, event=report(operation, OperationState.SUCCEEDED))
    for state in (OperationState.SUCCEEDED, OperationState.RUNNING, OperationState.FAILED):
        assert services.record(host=host, event=report(operation, state)) is None
    operation.refresh_from_db()
    assert operation.state == "succeeded"


def test_a_host_cannot_speak_of_another_host_s_operation(host: Host) -> None:
    operation = submit(host)
    stranger = make_host("stranger")
    assert services.record(host=stranger, event=report(operation, OperationState.FAILED)) is None
    operation.refresh_from_db()
    assert operation.state == "queued"


def test_progress_is_shown_until_the_end(host: Host) -> None:
    operation = submit(host)
    layer = LayerProgress(digest="sha256:1", phase=LayerPhase.DOWNLOADING, current=5, total=9)
    progress = Progress(operation_id=str(operation.pk), attempt=1, time=0, layers=(layer,))
    change = services.record_progress(host=host, progress=progress)
    assert change is not None
    assert change.object["progress"] == {
        "layers": [{"digest": "sha256:1", "phase": "downloading", "current": 5, "total": 9}]
    }
    services.record(host=host, event=report(operation, OperationState.SUCCEEDED))
    assert services.record_progress(host=host, progress=progress) is None


def test_what_runs_on_a_host_that_is_gone_is_lost_until_it_says_otherwise(host: Host) -> None:
    operation = submit(host)
    services.record(host=host, event=report(operation, OperationState.RUNNING))
    now = timezone.now()
    Host.objects.update(state=HostState.OFFLINE, seen_at=now - dt.timedelta(minutes=4))
    assert janitor.lose_with_host(now) == []
    Host.objects.update(seen_at=now - dt.timedelta(minutes=6))
    (change,) = janitor.lose_with_host(now)
    assert change.object["state"] == "lost"
    assert change.object["error"]["code"] == "operation_lost"
    services.record(host=host, event=report(operation, OperationState.SUCCEEDED))
    operation.refresh_from_db()
    assert (operation.state, operation.error_code) == ("succeeded", "")


def test_what_waits_for_a_host_that_is_gone_goes_on_waiting(host: Host) -> None:
    submit(host)
    Host.objects.update(state=HostState.OFFLINE, seen_at=timezone.now() - dt.timedelta(hours=1))
    assert janitor.lose_with_host(timezone.now()) == []


def test_a_running_operation_that_its_host_does_not_know_is_lost(host: Host) -> None:
    known, unknown, waiting = submit(host), submit(host), submit(host)
    for operation in (known, unknown):
        services.record(host=host, event=report(operation, OperationState.RUNNING))
    still = OperationReport(
        operation_id=str(known.pk), attempt=1, state=OperationState.RUNNING, started_at=1
    )
    services.record_inventory(host=host, operations=[still], position=9)
    states = {str(one.pk): one.state for one in Operation.objects.all()}
    assert states[str(known.pk)] == "running"
    assert states[str(unknown.pk)] == "lost"
    assert states[str(waiting.pk)] == "queued"


def test_cancelling_asks_the_host_and_leaves_the_end_to_it(host: Host) -> None:
    operation = submit(host)
    services.cancel(actor=OWNER, operation_id=operation.pk)
    assert client().exists(names.cancel_key(str(host.pk), str(operation.pk)))
    operation.refresh_from_db()
    assert operation.state == "queued"
    assert operation.cancel_requested_at is not None


def test_what_has_ended_cannot_be_cancelled(host: Host) -> None:
    operation = submit(host)
    services.record(host=host, event=report(operation, OperationState.SUCCEEDED))
    with pytest.raises(OperationFinished):
        services.cancel(actor=OWNER, operation_id=operation.pk)


def test_an_operation_nobody_asked_for_is_not_found(host: Host) -> None:
    with pytest.raises(OperationNotFound):
        services.cancel(actor=OWNER, operation_id=uuid4())


def test_cancelling_with_redis_away_records_nothing(server: Valkey, host: Host) -> None:
    operation = submit(host)
    server.stop()
    with pytest.raises(BrokerUnavailable):
        services.cancel(actor=OWNER, operation_id=operation.pk)
    operation.refresh_from_db()
    assert operation.cancel_requested_at is None


def test_sending_works_again_once_redis_is_back(server: Valkey, host: Host) -> None:
    submit(host)
    server.stop()
    with pytest.raises(BrokerUnavailable):
        submit(host)
    server.start()
    wake(host)
    submit(host)
    assert Operation.objects.count() == 2


def _arguments(raw: bytes) -> tuple[str, str]:
    message = json.loads(raw)
    body, signature = json.loads(base64.b64decode(message["body"]))[0]
    return body, signature


def _operation_ids(host: Host) -> list[str]:
    return [json.loads(raw)["headers"]["id"] for raw in queued(host)]


def _age(operation: Operation) -> None:
    created = timezone.now() - janitor.RESEND_AFTER - dt.timedelta(seconds=1)
    Operation.objects.filter(pk=operation.pk).update(created_at=created)


def _until_subscribed(operation_id: UUID) -> None:
    channel = names.operation_channel(str(operation_id))
    deadline = time.monotonic() + 5
    while not client().pubsub_numsub(channel)[0][1]:
        assert time.monotonic() < deadline
        time.sleep(0.01)
