"""The main path by REST, with the kernel looked at after each step."""

from __future__ import annotations

import socket
import time

import httpx
import pytest

from tests.support.images import minbase_image
from tests.support.instance import Api, Instance, free_port
from tests.support.kernel import limit_of, links_of, processes_of, ruleset, traces_of
from tests.support.registry import Registry
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.kernel, pytest.mark.timeout(300)]

MEBIBYTE = 1024 * 1024
SERVE = (
    "mkdir -p /www; echo hello from inside >/www/index.html; trap 'exit 3' TERM; "
    "httpd -p 80 -h /www; echo to stdout; echo to stderr >&2; while :; do sleep 0.1; done"
)


def serving(api: Api, image: str, port: int, name: str = "web") -> dict[str, object]:
    return {
        "host": api.host(),
        "name": name,
        "image": image,
        "command": ["sh", "-c", SERVE],
        "resources": {"memory": 64 * MEBIBYTE, "cpus": 0.5, "pids": 50},
        "ports": [{"container_port": 80, "host_port": port}],
        "start": True,
    }


def answer_of(port: int) -> str:
    def look() -> str | None:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/", timeout=2).text
        except httpx.TransportError:
            return None

    return wait_until(look, what=f"an answer on port {port}")


def test_container_lives_and_goes_without_a_trace(
    instance: Instance, api: Api, busybox: str
) -> None:
    port = free_port()
    made = api.do("containers", serving(api, busybox, port))
    assert made["state"] == "running"
    container = str(made["id"])

    assert answer_of(port) == "hello from inside\n"
    assert limit_of(container, "memory.max", "memory.limit_in_bytes") == str(64 * MEBIBYTE)
    assert limit_of(container, "pids.max") == "50"
    assert len(processes_of(container)) >= 2
    assert str(port) in ruleset(instance)
    logs = api.client.get(f"containers/{container}/logs").text
    assert {"to stdout", "to stderr"} <= set(logs.splitlines())

    stopped = api.do(f"containers/{container}/stop")
    assert (stopped["state"], stopped["exit_code"]) == ("exited", 3)
    assert processes_of(container) == set()
    assert str(port) not in ruleset(instance)

    started = api.do(f"containers/{container}/start")
    assert started["state"] == "running"
    assert answer_of(port) == "hello from inside\n"

    api.delete(f"containers/{container}?force=true")
    assert traces_of(instance, container) == []
    assert str(port) not in ruleset(instance)
    assert api.rows("containers") == []


def test_program_that_ignores_term_is_killed_after_its_timeout(api: Api, busybox: str) -> None:
    made = api.do(
        "containers",
        {
            "host": api.host(),
            "name": "deaf",
            "image": busybox,
            "command": ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"],
            "stop_timeout": 1,
            "start": True,
        },
    )
    begun = time.monotonic()
    stopped = api.do(f"containers/{made['id']}/stop")
    assert (stopped["state"], stopped["exit_code"]) == ("exited", 137)
    assert 1 <= time.monotonic() - begun < 5


def test_whole_debian_is_pulled_and_runs(api: Api, registry: Registry) -> None:
    minbase_image().push(registry.client, "minbase", "12")
    reference = f"{registry.name}/minbase:12"
    api.do("images/pull", {"host": api.host(), "reference": reference})
    made = api.do(
        "containers",
        {
            "host": api.host(),
            "name": "debian",
            "image": reference,
            "command": ["sh", "-c", ". /etc/os-release; echo $ID; id -u"],
            "start": True,
        },
    )
    ended = api.container("debian", "exited")
    assert ended["exit_code"] == 0
    logs = api.client.get(f"containers/{made['id']}/logs").text
    assert logs.splitlines() == ["debian", "0"]


def test_names_that_are_taken_and_ports_that_are_held_are_said(api: Api, busybox: str) -> None:
    with socket.create_server(("0.0.0.0", 0)) as held:
        port = held.getsockname()[1]
        problem = api.refused("containers", serving(api, busybox, port))
        assert (problem["http"], problem["code"]) == (409, "port_in_use")
        assert str(port) in problem["detail"]
    api.do("containers", serving(api, busybox, free_port(), "taken"))
    problem = api.refused("containers", serving(api, busybox, free_port(), "taken"))
    assert (problem["http"], problem["code"]) == (409, "name_in_use")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"image": "nowhere:1"}, "image_not_found"),
        ({"resources": {"memory": MEBIBYTE}}, "memory_limit_too_low"),
        ({"command": ["/no/such/program"]}, "command_not_found"),
        ({"command": ["/etc/passwd"]}, "command_not_executable"),
        ({"user": "stranger"}, "user_not_found"),
    ],
)
def test_what_cannot_run_gets_a_clear_error_and_no_process_or_rule(
    instance: Instance, api: Api, busybox: str, asked: dict[str, object], code: str
) -> None:
    before = (links_of(instance), ruleset(instance))
    body = {"host": api.host(), "name": "wrong", "image": busybox, "start": True, **asked}
    assert api.refused("containers", body)["code"] == code
    assert (links_of(instance), ruleset(instance)) == before
    for row in api.rows("containers"):
        assert row["state"] in {"created", "exited"}
        api.delete(f"containers/{row['id']}")
        assert traces_of(instance, row["id"]) == []


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("{registry}/nothing:1", "manifest_not_found"),
        ("127.0.0.1:1/busybox:1", "registry_unreachable"),
        ("Not A Reference", "invalid_reference"),
    ],
)
def test_pull_that_cannot_be_gets_a_clear_error(
    api: Api, registry: Registry, reference: str, code: str
) -> None:
    body = {"host": api.host(), "reference": reference.format(registry=registry.name)}
    assert api.refused("images/pull", body)["code"] == code
