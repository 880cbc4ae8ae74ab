"""Two projects on one real host: same names, same tags, nothing in common; and no way to root."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.support.dns import ask
from tests.support.images import TestImage, busybox_layer, file, layer_of
from tests.support.instance import Api, Instance, free_port
from tests.support.kernel import processes_of
from tests.support.netns import NetworkNamespace
from tests.support.registry import Registry
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.kernel, pytest.mark.timeout(300)]

WAIT = {"Prefer": "wait=60"}


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """A project as its one deployer sees it."""

    project: str
    token: str
    api: Api
    reference: str
    """The same for both, as is its tag."""
    image: str
    """Id of what that is in this project."""

    def run(self, name: str, script: str, **asked: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.api.do("containers", self.wanted(name, script, **asked))
        return made

    def wanted(self, name: str, script: str, **asked: Any) -> dict[str, Any]:
        return {
            "host": self.api.host(),
            "project": self.project,
            "name": name,
            "image": self.reference,
            "command": ["sh", "-c", script],
            "start": True,
            **asked,
        }

    def said(self, container: str) -> list[str]:
        """Return what a container has printed, once it has ended."""
        wait_until(
            lambda: self.api.get(f"containers/{container}")["state"] == "exited",
            what="its end",
            seconds=60,
        )
        return self.api.client.get(f"containers/{container}/logs").text.splitlines()


@pytest.fixture(scope="module")
def admin(instance: Instance, token: str) -> Iterator[Api]:
    with instance.api(token) as opened:
        yield opened


@pytest.fixture(scope="module")
def tenants(instance: Instance, admin: Api, registry: Registry) -> Iterator[tuple[Tenant, Tenant]]:
    """Projects `red` and `blue`: under one tag, each has pulled an image that is its own."""
    reference = f"{registry.name}/app:1"
    with ExitStack() as stack:
        made = []
        for project in ("red", "blue"):
            layers = (busybox_layer(), layer_of(file("whoami", f"{project}\n".encode())))
            image = TestImage(layers, {"Env": ["PATH=/bin", f"BUILT_FOR={project}"]})
            image.push(registry.client, "app", "1")
            secret = deployer(admin, project)
            api = stack.enter_context(instance.api(secret))
            pull = {"host": api.host(), "project": project, "reference": reference}
            pulled = api.do("images/pull", pull)
            made.append(
                Tenant(
                    project=project,
                    token=secret,
                    api=api,
                    reference=reference,
                    image=pulled["id"],
                )
            )
        red, blue = made
        yield red, blue


@pytest.fixture(autouse=True)
def _cleared(admin: Api) -> Iterator[None]:
    yield
    for row in admin.rows("containers"):
        admin.delete(f"containers/{row['id']}?force=true")


def deployer(admin: Api, project: str) -> str:
    """Make a project with one robot that deploys in it, and return its token."""
    for path, body in (
        ("projects", {"id": project}),
        ("users", {"username": f"{project}-robot"}),
        ("bindings", {"role": "deployer", "user": f"{project}-robot", "project": project}),
    ):
        answer = admin.client.post(path, json=body)
        assert answer.status_code == 201, answer.text
    asked = {"name": "deploy", "owner": f"{project}-robot"}
    issued = admin.client.post("tokens", json=asked).json()
    return str(issued["token"])


def refusal(api: Api, method: str, path: str, body: Any = None) -> tuple[int, str]:
    answer = api.client.request(method, path, json=body, headers=WAIT)
    return answer.status_code, str(answer.json().get("code", ""))


# --- the same names --------------------------------------------------------------------------


def test_same_names_and_tags_are_each_projects_own(tenants: tuple[Tenant, Tenant]) -> None:
    red, blue = tenants
    assert red.image != blue.image
    made = {tenant: tenant.run("web", "cat /whoami; echo $SECRET", env=[f"SECRET={tenant.project}"])
            for tenant in tenants}  # fmt: skip
    for tenant, container in made.items():
        assert tenant.said(container["id"]) == [tenant.project, tenant.project]
        assert tenant.api.get("containers/web")["id"] == container["id"]
        for path in ("containers", "images", "networks"):
            body = tenant.api.get(path)
            assert body["count"] == 1
            assert body["results"][0]["project"] == tenant.project
        (image,) = tenant.api.rows("images")
        assert (image["id"], image["tags"]) == (tenant.image, [tenant.reference])
        assert {row["project"] for row in tenant.api.rows("operations")} == {tenant.project}
        assert [row["id"] for row in tenant.api.rows("projects")] == [tenant.project]


def test_nothing_of_the_other_is_found_touched_or_told(tenants: tuple[Tenant, Tenant]) -> None:
    red, blue = tenants
    theirs = blue.run("web", "sleep 1000")
    before = processes_of(theirs["id"])
    (operation, *_) = blue.api.rows("operations")
    container = f"containers/{theirs['id']}"
    for method, path, code in (
        ("GET", container, "container_not_found"),
        ("GET", "containers/web", "container_not_found"),
        ("GET", f"{container}/logs", "container_not_found"),
        ("POST", f"{container}/stop", "container_not_found"),
        ("POST", f"{container}/kill", "container_not_found"),
        ("DELETE", f"{container}?force=true", "container_not_found"),
        ("GET", f"images/{blue.image}", "image_not_found"),
        ("DELETE", f"images/{blue.image}?force=true", "image_not_found"),
        ("GET", f"operations/{operation['id']}", "operation_not_found"),
        ("POST", f"operations/{operation['id']}/cancel", "operation_not_found"),
        ("GET", "projects/blue", "project_not_found"),
        ("GET", "containers?project=blue", "project_not_found"),
    ):
        body: Any = {} if method == "POST" else None
        assert refusal(red.api, method, path, body) == (404, code), path
    for image in (blue.image, blue.image[:20], blue.image.removeprefix("sha256:")[:12]):
        stolen = red.wanted("thief", "cat /whoami", image=image)
        assert refusal(red.api, "POST", "containers", stolen)[1] in (
            "image_not_found",
            "invalid_input",
            "invalid_reference",
        )
    assert processes_of(theirs["id"]) == before
    assert blue.api.get(container)["state"] == "running"
    assert blue.api.get(f"images/{blue.image}")["used_by"] == ["web"]


def test_port_that_the_other_holds_is_held_by_nobody_in_particular(
    tenants: tuple[Tenant, Tenant],
) -> None:
    red, blue = tenants
    ports = [{"container_port": 80, "host_port": free_port()}]
    blue.run("very-secret-name", "sleep 1000", ports=ports)
    answer = red.api.client.post(
        "containers", json=red.wanted("mine", "sleep 1000", ports=ports), headers=WAIT
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "port_in_use")
    assert "very-secret-name" not in answer.text
    assert "blue" not in answer.text
    assert "pid" not in answer.json()["facts"]["holder"]


def test_networks_of_the_two_do_not_meet(tenants: tuple[Tenant, Tenant]) -> None:
    red, blue = tenants
    serve = "mkdir /www; cp /whoami /www/index.html; httpd -f -p 80 -h /www"
    theirs, own = (tenant.run("shop", serve) for tenant in (blue, red))
    probe = red.run("probe", "sleep 1000")
    there, here = (made["endpoints"][0]["address"] for made in (theirs, own))
    gateway = probe["endpoints"][0]["gateway"]
    with inside(probe["id"]) as namespace:
        assert namespace.call(lambda: fetched(here)) == "red"
        assert namespace.call(lambda: ask(gateway, "shop")).address == here
        assert namespace.call(lambda: ask(gateway, theirs["id"][:12])).records == 0
        with pytest.raises(TimeoutError):
            namespace.call(lambda: fetched(there))


@contextmanager
def inside(container: str) -> Iterator[NetworkNamespace]:
    """Give the network namespace of a running container."""
    process = min(processes_of(container))
    namespace = NetworkNamespace(os.open(f"/proc/{process}/ns/net", os.O_RDONLY))
    try:
        yield namespace
    finally:
        namespace.close()


def fetched(address: str) -> str:
    """Return the page at *address*, which may still be starting."""

    def look() -> str | None:
        try:
            with socket.create_connection((address, 80), timeout=3) as asking:
                asking.sendall(b"GET /index.html HTTP/1.0\r\n\r\n")
                asking.settimeout(3)
                return asking.makefile().read().splitlines()[-1]
        except ConnectionRefusedError:
            return None

    return wait_until(look, what=f"a page at {address}")


# --- websockets ------------------------------------------------------------------------------


def page(instance: Instance, tenant: Tenant, path: str) -> connect:
    address = instance.url.replace("http", "ws", 1) + path
    return connect(address, additional_headers={"Authorization": f"Bearer {tenant.token}"})


async def told(socket: ClientConnection) -> Any:
    return json.loads(await asyncio.wait_for(socket.recv(), 10))


async def test_page_of_one_hears_nothing_of_the_other(
    instance: Instance, tenants: tuple[Tenant, Tenant]
) -> None:
    red, blue = tenants
    heard = []
    async with page(instance, red, "/ws/events") as socket:
        await asyncio.sleep(0.5)
        theirs = await asyncio.to_thread(blue.run, "web", "echo theirs; sleep 1000")
        own = await asyncio.to_thread(red.run, "web", "echo ours; sleep 1000")
        while True:
            change = await told(socket)
            heard.append(change)
            if change["id"] == own["id"] and change["object"]["state"] == "running":
                break
    assert {change["project"] for change in heard if change["kind"] != "host"} == {"red"}
    assert theirs["id"] not in json.dumps(heard)
    async with page(instance, red, f"/ws/containers/{theirs['id']}/logs") as socket:
        assert (await told(socket))["error"]["code"] == "container_not_found"
    async with page(instance, red, f"/ws/containers/{own['id']}/logs") as socket:
        assert (await told(socket))["lines"][0]["text"] == "ours"


# --- no way to root --------------------------------------------------------------------------

ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("privileged", {"privileged": True}),
    ("host_network", {"network": "host"}),
    ("host_user_namespace", {"userns": "host"}),
    ("unconfined_seccomp", {"seccomp": "unconfined"}),
    ("capabilities", {"cap_add": ["cap_sys_admin"]}),
    ("capabilities", {"cap_add": ["all"]}),
    ("capabilities", {"cap_add": ["SYS_MODULE"], "cap_drop": ["ALL"]}),
)
"""With the rule that stops it."""

MALFORMED: tuple[dict[str, Any], ...] = (
    {"name": "../../etc"},
    {"hostname": "x\n127.0.0.1 registry"},
    {"working_dir": "../../.."},
    {"userns": "container:1"},
    {"network": "host "},
    {"volumes": ["/:/host"]},
    {"devices": ["/dev/sda"]},
    {"pid": "host"},
    {"cgroup_parent": "/"},
    {"env": ["LD_PRELOAD"]},
)


@pytest.mark.parametrize(("rule", "asked"), ASKED)
def test_deployer_gets_no_option_that_reaches_the_host(
    tenants: tuple[Tenant, Tenant], rule: str, asked: dict[str, Any]
) -> None:
    red, _ = tenants
    answer = red.api.client.post("containers", json=red.wanted("root", "id", **asked), headers=WAIT)
    assert (answer.status_code, answer.json()["code"]) == (422, "policy_violation")
    assert set(answer.json()["facts"]) == {"project", rule}
    assert red.api.rows("containers") == []


@pytest.mark.parametrize("asked", MALFORMED, ids=lambda asked: next(iter(asked)))
def test_deployer_smuggles_nothing_in(
    tenants: tuple[Tenant, Tenant], asked: dict[str, Any]
) -> None:
    red, _ = tenants
    wanted = {**red.wanted("root", "id"), **asked}
    answer = red.api.client.post("containers", json=wanted, headers=WAIT)
    assert answer.status_code in (400, 404, 422), answer.text
    assert [row for row in red.api.rows("containers") if row["state"] == "running"] == []


def test_deployer_gives_themself_no_more_rights(tenants: tuple[Tenant, Tenant]) -> None:
    red, _ = tenants
    everything = {"privileged": True, "capabilities": ["ALL"]}
    for method, path, body, codes in (
        ("PUT", "projects/red/policy", everything, (403,)),
        ("PUT", "projects/blue/policy", everything, (404,)),
        ("PATCH", "projects/red", {"name": "mine"}, (403,)),
        ("DELETE", "projects/red", None, (403,)),
        ("POST", "projects", {"id": "mine"}, (403,)),
        ("POST", "bindings", {"role": "admin", "user": "red-robot"}, (403, 404)),
        (
            "POST",
            "bindings",
            {"role": "project_admin", "user": "red-robot", "project": "red"},
            (403, 404),
        ),
        ("POST", "users", {"username": "accomplice"}, (403,)),
        ("POST", "roles", {"name": "mine", "permissions": ["update:policy"]}, (403,)),
        ("POST", "tokens", {"name": "x", "owner": "owner"}, (403, 404)),
        ("POST", "registries", {"host": "evil.test", "project": "red"}, (403,)),
        ("GET", "audit", None, (403, 404)),
    ):
        assert refusal(red.api, method, path, body)[0] in codes, (method, path)
    assert refusal(red.api, "POST", "containers", red.wanted("r", "id", project="default")) == (
        404,
        "project_not_found",
    )


TRIES = {
    "mounts": "mkdir -p /m && mount -t tmpfs none /m",
    "reads a disk": "mknod /disk b 8 0 && head -c 1 /disk",
    "reads memory": "mknod /mem c 1 1 && head -c 1 /mem",
    "sets the core pattern": "echo '|/x' >/proc/sys/kernel/core_pattern",
    "sets the event helper": "echo /x >/sys/kernel/uevent_helper",
    "rings sysrq": "echo h >/proc/sysrq-trigger",
    "sets a release agent": "for f in /sys/fs/cgroup/release_agent /sys/fs/cgroup/*/release_agent; "
    "do echo /x >$f && exit 0; done; exit 1",
    "joins the host": "nsenter -t 1 -m true",
    "loads a module": "insmod /whoami",
    "sets the clock": "date -s 2000-01-01 && test $(date +%Y) = 2000",
    "sets the host's name": "echo x >/proc/sys/kernel/hostname && hostname evil-name && "
    'test "$(cat /proc/1/root/etc/hostname)" = evil-name',
    "lifts its limits": "echo 100000 >/sys/fs/cgroup/pids/pids.max || "
    "echo max >/sys/fs/cgroup/pids.max",
    "sees the kernel's log": "dmesg | head -c 1 | grep -q .",
    "raises the host's file table": "echo 1 >/proc/sys/fs/file-max",
}


def test_root_of_a_container_is_nobody_on_the_host(tenants: tuple[Tenant, Tenant]) -> None:
    red, _ = tenants
    tries = "; ".join(f"try {quote(name)} {quote(attempt)}" for name, attempt in TRIES.items())
    script = (
        'try() { timeout 3 sh -c "$2" >/dev/null 2>&1 </dev/null && echo "it $1"; }; '
        f"id -u; {tries};"
    )
    made = red.run("root", f"{script} echo tried; sleep 1000")
    log = f"containers/{made['id']}/logs"
    lines = wait_until(
        lambda: (found := red.api.client.get(log).text.splitlines())[-1:] == ["tried"] and found,
        what="all tries",
        seconds=60,
    )
    assert lines == ["0", "tried"]
    for pid in processes_of(made["id"]):
        status = Path(f"/proc/{pid}/status").read_text()
        ids = [
            line.split()[1:] for line in status.splitlines() if line.startswith(("Uid:", "Gid:"))
        ]
        assert all(int(number) >= 65536 for line in ids for number in line)
    assert "evil-name" not in Path("/proc/sys/kernel/hostname").read_text()
