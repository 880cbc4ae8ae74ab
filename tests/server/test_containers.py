from __future__ import annotations

import dataclasses
import threading
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks

from audit.models import AuditEntry
from bus.messages import (
    ContainerCreate,
    ContainerKill,
    ContainerRemove,
    ContainerRestart,
    ContainerStart,
    ContainerStop,
    OperationKind,
)
from engine.errors import PortInUse
from engine.spec import codec
from engine.spec.container import ContainerSpec, ContainerState, PortBinding, Protocol, Resources
from engine.spec.event import ObjectKind
from operations.models import Operation
from tests.support.rest import CREATED, SECOND, PlayedHost, Rest, container_of, make_host

pytestmark = [pytest.mark.server, pytest.mark.django_db]

MEBIBYTE = 1024 * 1024
Capture = DjangoCaptureOnCommitCallbacks


def asked(**changes: Any) -> dict[str, Any]:
    return {"host": "alpha", "name": "web", "image": "busybox:1", **changes}


# --- asking ----------------------------------------------------------------------------------


def test_create_sends_the_whole_specification_signed_and_answers_with_the_operation(
    rest: Rest, host: PlayedHost, django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = rest.post(
            "containers",
            asked(
                command=["sh", "-c", " echo $A "],
                env=["A= spaced ", "EMPTY="],
                labels={"team": "harbor"},
                resources={"memory": 64 * MEBIBYTE, "cpus": 0.5, "pids": 50},
                ports=[{"container_port": 80, "host_port": 8080, "protocol": "udp"}],
                stop_signal="TERM",
                start=True,
            ),
        )

    assert answer.status == 202
    assert answer.headers["Location"] == f"/api/v1/operations/{answer.body['id']}"
    assert (answer.body["kind"], answer.body["state"]) == ("containers.create", "queued")
    task = host.take()
    assert (task.kind, task.space) == (OperationKind.CONTAINER_CREATE, "default")
    assert task.operation_id == answer.body["id"]
    assert isinstance(task.payload, ContainerCreate)
    assert answer.body["subject"] == {
        "kind": "container",
        "id": task.payload.container_id,
        "name": "web",
    }
    assert len(task.payload.container_id) == 64
    assert task.payload.start is True
    assert task.payload.spec == ContainerSpec(
        name="web",
        image="busybox:1",
        command=("sh", "-c", " echo $A "),
        env=("A= spaced ", "EMPTY="),
        labels={"team": "harbor"},
        resources=Resources(memory=64 * MEBIBYTE, cpus=0.5, pids=50),
        ports=(PortBinding(container_port=80, host_port=8080, protocol=Protocol.UDP),),
        stop_signal="TERM",
    )


def test_create_writes_one_audit_row_that_names_the_operation(rest: Rest, host: PlayedHost) -> None:
    before = AuditEntry.objects.count()
    answer = rest.post("containers", asked())
    row = AuditEntry.objects.latest("id")
    assert AuditEntry.objects.count() == before + 1
    assert (row.verb, row.kind, row.object_name, row.project) == (
        "create",
        "container",
        "web",
        "default",
    )
    assert str(row.operation_id) == answer.body["id"]
    assert (row.username, row.origin, row.token_id is None) == ("owner", "192.0.2.1", False)


def test_container_without_a_name_is_given_one(rest: Rest, host: PlayedHost) -> None:
    body = asked()
    del body["name"]
    name = rest.post("containers", body).body["subject"]["name"]
    assert name.count("-") == 1
    assert name.replace("-", "").isalnum()


def test_name_that_a_container_of_the_host_has_is_refused_before_anything_is_sent(
    rest: Rest, host: PlayedHost
) -> None:
    container = container_of("web")
    host.tell_container(container)
    answer = rest.post("containers", asked())
    assert answer.problem == (409, "name_in_use")
    assert answer.body["facts"]["holder"] == f"container {container.id[:12]}"
    assert Operation.objects.count() == 0
    assert host.is_idle()


def test_same_name_may_be_used_on_another_host(rest: Rest, host: PlayedHost) -> None:
    make_host("beta").tell_container(container_of("web"))
    assert rest.post("containers", asked()).status == 202


@pytest.mark.parametrize(
    ("verb", "body", "payload"),
    [
        ("start", {}, ContainerStart(container_id="ID")),
        ("stop", {}, ContainerStop(container_id="ID")),
        ("stop", {"timeout": 3}, ContainerStop(container_id="ID", timeout=3)),
        ("restart", {"timeout": 0}, ContainerRestart(container_id="ID", timeout=0)),
        ("kill", {}, ContainerKill(container_id="ID", signal="KILL")),
        ("kill", {"signal": "HUP"}, ContainerKill(container_id="ID", signal="HUP")),
    ],
)
def test_verbs_are_sent_to_the_containers_own_host(
    rest: Rest,
    host: PlayedHost,
    django_capture_on_commit_callbacks: Capture,
    verb: str,
    body: dict[str, Any],
    payload: Any,
) -> None:
    container = container_of("web")
    host.tell_container(container)
    with django_capture_on_commit_callbacks(execute=True):
        assert rest.post(f"containers/{container.id}/{verb}", body).status == 202
    assert host.take().payload == dataclasses.replace(payload, container_id=container.id)
    assert AuditEntry.objects.filter(verb=verb, object_id=container.id).count() == 1


@pytest.mark.parametrize(("query", "force"), [("", False), ("?force=true", True)])
def test_remove_is_sent_with_force_only_when_asked(
    rest: Rest,
    host: PlayedHost,
    django_capture_on_commit_callbacks: Capture,
    query: str,
    *,
    force: bool,
) -> None:
    container = container_of("web")
    host.tell_container(container)
    with django_capture_on_commit_callbacks(execute=True):
        assert rest.delete(f"containers/web{query}").status == 202
    assert host.take().payload == ContainerRemove(container_id=container.id, force=force)


def test_host_without_a_worker_is_said_at_once_and_nothing_is_recorded(
    rest: Rest, host: PlayedHost
) -> None:
    host.die()
    before = AuditEntry.objects.count()
    answer = rest.post("containers", asked())
    assert answer.problem == (503, "host_unavailable")
    assert Operation.objects.count() == 0
    assert AuditEntry.objects.count() == before
    assert host.is_idle()


# --- waiting ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fails", [False, True])
def test_preferred_wait_answers_with_what_came_of_it(
    rest: Rest, host: PlayedHost, *, fails: bool
) -> None:
    def play() -> None:
        task = host.take()
        assert isinstance(task.payload, ContainerCreate)
        if not fails:
            told = container_of("web", key=task.payload.container_id)
            host.tell_container(dataclasses.replace(told, spec=task.payload.spec))
        held = PortInUse(protocol="tcp", address="0.0.0.0", port=80, holder="nginx (pid 7)")
        host.finish(task, held if fails else None)
        connection.close()

    engine = threading.Thread(target=play)
    engine.start()
    answer = rest.post("containers", asked(start=True), Prefer="wait=20")
    engine.join()

    if fails:
        assert answer.problem == (409, "port_in_use")
        assert answer.body["facts"]["holder"] == "nginx (pid 7)"
    else:
        assert answer.status == 201
        assert (answer.body["name"], answer.body["state"]) == ("web", "running")
        assert answer.body["host"] == {"id": host.id, "name": "alpha"}


@pytest.mark.django_db(transaction=True)
def test_removal_that_is_waited_for_leaves_nothing_to_show(rest: Rest, host: PlayedHost) -> None:
    container = container_of("web")
    host.tell_container(container)

    def play() -> None:
        task = host.take()
        host.tell(ObjectKind.CONTAINER, container.id, "destroy", None)
        host.finish(task)
        connection.close()

    engine = threading.Thread(target=play)
    engine.start()
    answer = rest.delete("containers/web", Prefer="wait=20")
    engine.join()
    assert (answer.status, answer.body) == (204, None)
    assert rest.get("containers/web").problem == (404, "container_not_found")


@pytest.mark.django_db(transaction=True)
def test_operation_that_takes_longer_than_the_wait_is_answered_as_it_stands(
    rest: Rest, host: PlayedHost
) -> None:
    answer = rest.post("containers", asked(), Prefer="respond-async, wait=1")
    assert (answer.status, answer.body["state"]) == (202, "queued")


# --- reading ---------------------------------------------------------------------------------


def test_container_is_shown_as_its_host_told_of_it(rest: Rest, host: PlayedHost) -> None:
    container = container_of(
        "web",
        state=ContainerState.EXITED,
        finished_at=CREATED + 2 * SECOND + 1_500,
        exit_code=137,
        oom_killed=True,
        ports=(PortBinding(container_port=80, host_port=40001),),
    )
    host.tell_container(container)
    shown = rest.get(f"containers/{container.id}").body
    assert shown == {
        "id": container.id,
        "name": "web",
        "image": "busybox:1",
        "image_id": container.image_id,
        "host": {"id": host.id, "name": "alpha"},
        "project": "default",
        "state": "exited",
        "exit_code": 137,
        "oom_killed": True,
        "error": "",
        "created_at": "2026-09-21T14:13:20Z",
        "started_at": "2026-09-21T14:13:21Z",
        "finished_at": "2026-09-21T14:13:22.000001Z",
        "ports": [
            {
                "container_port": 80,
                "host_port": 40001,
                "host_address": "0.0.0.0",
                "protocol": "tcp",
            }
        ],
        "endpoints": [],
        "spec": codec.to_plain(container.spec),
        "version": 1,
    }
    assert rest.get("containers").rows == [shown]


def test_container_is_found_by_id_name_and_beginning_of_its_id(
    rest: Rest, host: PlayedHost
) -> None:
    first, second = "abcd" + "0" * 60, "abcd" + "1" * 60
    host.tell_container(container_of("first", key=first))
    host.tell_container(container_of("second", key=second))
    for key in (first, "first", first[:12]):
        assert rest.get(f"containers/{key}").body["id"] == first
    assert rest.get("containers/abcd").problem == (400, "ambiguous_id")
    assert rest.get("containers/abc").problem == (404, "container_not_found")
    assert rest.get("containers/nothing").problem == (404, "container_not_found")


def test_list_is_filtered_by_host_state_and_name(rest: Rest, host: PlayedHost) -> None:
    host.tell_container(container_of("web-1"))
    host.tell_container(container_of("web-2", state=ContainerState.EXITED))
    make_host("beta").tell_container(container_of("db", key="d" * 64))

    def names(**query: str) -> list[str]:
        return [row["name"] for row in rest.get("containers", **query).rows]

    assert names() == ["db", "web-1", "web-2"]
    assert names(host="alpha") == names(host=host.id) == ["web-1", "web-2"]
    assert names(state="exited") == ["web-2"]
    assert names(name="WEB") == ["web-1", "web-2"]
    assert rest.get("containers", host="gamma").problem == (404, "host_not_found")
    assert rest.get("containers", state="happy").problem == (400, "invalid_input")
    assert rest.get("containers", stat="exited").problem == (400, "invalid_input")


def test_list_is_cut_into_pages(rest: Rest, host: PlayedHost) -> None:
    for number in range(5):
        host.tell_container(container_of(f"web-{number}"))
    first = rest.get("containers", page_size="2").body
    assert (first["count"], len(first["results"])) == (5, 2)
    assert first["next"].endswith("/api/v1/containers?page=2&page_size=2")
    assert len(rest.get("containers", page="3", page_size="2").rows) == 1
    assert rest.get("containers", page="4", page_size="2").problem == (404, "not_found")
    assert rest.get("containers", page_size="1001").problem == (400, "invalid_input")
