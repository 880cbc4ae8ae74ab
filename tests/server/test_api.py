from __future__ import annotations

from typing import Any

import pytest

from audit.models import AuditEntry
from containers.api.serializers import NewContainerSerializer
from engine.spec.container import ContainerSpec, LogOptions, PortBinding, Resources
from operations.models import Operation
from tests.support.rest import PlayedHost, Rest

pytestmark = [pytest.mark.server, pytest.mark.django_db]

MEBIBYTE = 1024 * 1024
PORT = {"container_port": 80, "host_port": 8080}


def asked(**changes: Any) -> dict[str, Any]:
    return {"host": "alpha", "name": "web", "image": "busybox:1", **changes}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "-web"}, "name"),
        ({"name": "we b"}, "name"),
        ({"name": "../web"}, "name"),
        ({"name": "w" * 129}, "name"),
        ({"name": "web\0"}, "name"),
        ({"name": None}, "name"),
        ({"image": ""}, "image"),
        ({"command": "sh"}, "command"),
        ({"command": ["a\0b"]}, "command.0"),
        ({"command": ["x" * 131_073]}, "command.0"),
        ({"env": ["A=1", "NOVALUE"]}, "env.1"),
        ({"env": ["=1"]}, "env.0"),
        ({"env": {"A": "1"}}, "env"),
        ({"working_dir": "here"}, "working_dir"),
        ({"hostname": "under_score"}, "hostname"),
        ({"hostname": "h" * 64}, "hostname"),
        ({"labels": ["a"]}, "labels"),
        ({"tty": "perhaps"}, "tty"),
        ({"resources": {"memory": "much"}}, "resources.memory"),
        ({"resources": {"memory": -1}}, "resources.memory"),
        ({"resources": {"cpus": 0}}, "resources.cpus"),
        ({"resources": {"cpus": "NaN"}}, "resources.cpus"),
        ({"resources": {"cpu_shares": 1}}, "resources.cpu_shares"),
        ({"resources": {"pids": 0}}, "resources.pids"),
        ({"resources": {"memroy": 1}}, "resources.memroy"),
        ({"ports": [{}]}, "ports.0.container_port"),
        ({"ports": [{"container_port": 0}]}, "ports.0.container_port"),
        ({"ports": [{"container_port": 65_536}]}, "ports.0.container_port"),
        ({"ports": [{**PORT, "host_port": -1}]}, "ports.0.host_port"),
        ({"ports": [{**PORT, "host_address": "localhost"}]}, "ports.0.host_address"),
        ({"ports": [{**PORT, "protocol": "icmp"}]}, "ports.0.protocol"),
        ({"ports": [PORT, {**PORT, "container_port": 81}]}, "ports"),
        ({"ports": [PORT], "network": "none"}, "ports"),
        ({"ports": [PORT], "network": "host"}, "ports"),
        ({"cap_add": ["NET ADMIN"]}, "cap_add.0"),
        ({"seccomp": "off"}, "seccomp"),
        ({"userns": "mine"}, "userns"),
        ({"stop_signal": "SIGNOPE"}, "stop_signal"),
        ({"stop_signal": "99"}, "stop_signal"),
        ({"stop_timeout": -1}, "stop_timeout"),
        ({"log": {"max_files": 0}}, "log.max_files"),
        ({"start": "maybe"}, "start"),
        ({"id": "mine"}, "id"),
        ({"state": "running"}, "state"),
        ({"space": "elsewhere"}, "space"),
    ],
)
def test_container_that_cannot_be_is_refused_by_field_and_leaves_nothing(
    rest: Rest, host: PlayedHost, changes: dict[str, Any], field: str
) -> None:
    before = AuditEntry.objects.count()
    answer = rest.post("containers", asked(**changes))
    assert answer.problem == (400, "invalid_input")
    assert list(answer.body["facts"]) == [field]
    assert field in answer.body["detail"]
    assert Operation.objects.count() == 0
    assert AuditEntry.objects.count() == before
    assert host.is_idle()


def test_memory_below_the_floor_has_an_error_of_its_own(rest: Rest, host: PlayedHost) -> None:
    floor = 6 * MEBIBYTE
    answer = rest.post("containers", asked(resources={"memory": floor - 1}))
    assert answer.problem == (400, "memory_limit_too_low")
    assert answer.body["facts"] == {"limit": str(floor - 1), "minimum": str(floor)}
    assert rest.post("containers", asked(resources={"memory": floor})).status == 202


@pytest.mark.parametrize("image", ["UPPER:1", "a b", "x:" + "t" * 129, "busybox@sha256:short"])
def test_image_that_is_no_reference_has_an_error_of_its_own(
    rest: Rest, host: PlayedHost, image: str
) -> None:
    assert rest.post("containers", asked(image=image)).problem == (400, "invalid_reference")


def test_all_missing_fields_are_named_at_once(rest: Rest) -> None:
    answer = rest.post("containers", {})
    assert set(answer.body["facts"]) == {"host", "image"}


def test_signals_are_taken_by_name_with_and_without_sig_and_by_number(
    rest: Rest, host: PlayedHost
) -> None:
    for number, signal in enumerate(("TERM", "SIGTERM", "sigusr1", "15", "RTMIN+3", "64", "")):
        body = asked(name=f"web-{number}", stop_signal=signal)
        assert rest.post("containers", body).status == 202


def test_unknown_host_and_forbidden_project_are_said(rest: Rest, host: PlayedHost) -> None:
    assert rest.post("containers", asked(host="gamma")).problem == (404, "host_not_found")
    elsewhere = rest.post("containers", asked(project="elsewhere"))
    assert elsewhere.problem == (404, "project_not_found")
    assert host.is_idle()


def test_defaults_of_rest_are_those_of_the_engine() -> None:
    form = NewContainerSerializer(data=asked(ports=[{"container_port": 80}], resources={}, log={}))
    assert form.is_valid()
    assert form.spec() == ContainerSpec(
        name="web",
        image="busybox:1",
        ports=(PortBinding(container_port=80),),
        resources=Resources(),
        log=LogOptions(),
    )
    assert form.place() == {"host": "alpha", "project": "default", "start": False}


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"{", "application/json"), (b"[1]", "application/json"), (b"\xff", "application/json")],
)
def test_body_that_cannot_be_read_is_a_problem(rest: Rest, body: bytes, kind: str) -> None:
    answer = rest.client.generic(
        "POST", "/api/v1/containers", body, content_type=kind, headers=rest.headers
    )
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_forms_are_not_taken(rest: Rest) -> None:
    answer = rest.client.post("/api/v1/containers", {"host": "alpha"}, headers=rest.headers)
    assert answer.status_code == 415


def test_method_and_path_that_are_not_there_are_problems(rest: Rest) -> None:
    assert rest.send("PUT", "containers", {}).problem[0] == 405
    assert rest.get("nothing").problem == (404, "not_found")


def test_wait_that_cannot_be_read_is_no_preference(rest: Rest, host: PlayedHost) -> None:
    for number, preference in enumerate(("wait", "wait=soon", "wait=-1", "handling=strict")):
        answer = rest.post("containers", asked(name=f"web-{number}"), Prefer=preference)
        assert answer.status == 202


def test_redis_away_is_said_and_nothing_is_recorded(
    rest: Rest, host: PlayedHost, redis: Any
) -> None:
    redis.stop()
    try:
        answer = rest.post("containers", asked())
    finally:
        redis.start()
    assert answer.problem == (503, "broker_unavailable")
    assert Operation.objects.count() == 0
