"""Projects, their policies, and what a deployer is refused by them."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Binding
from audit.models import AuditEntry
from bus.names import Queue
from engine.spec.container import ContainerSpec
from operations.models import Operation
from projects.models import Project
from tests.support.rest import (
    PlayedHost,
    Rest,
    container_of,
    image_of,
    make_host,
    make_member,
    network_of,
    rest_of,
)

pytestmark = [pytest.mark.server, pytest.mark.django_db]

SAFE = {
    "privileged": False,
    "host_network": False,
    "host_user_namespace": False,
    "unconfined_seccomp": False,
    "capabilities": [],
    "ports": {"first": 1, "last": 65535},
    "host_addresses": None,
    "registries": None,
    "hosts": None,
    "max_memory": None,
    "max_pids": None,
    "no_new_privileges": False,
}
OPEN = {
    "privileged": True,
    "host_network": True,
    "host_user_namespace": True,
    "unconfined_seccomp": True,
    "capabilities": ["ALL"],
    "ports": {"first": 1, "last": 65535},
}
ESCAPES: dict[str, dict[str, Any]] = {
    "privileged": {"privileged": True},
    "host_network": {"network": "host"},
    "host_user_namespace": {"userns": "host"},
    "unconfined_seccomp": {"seccomp": "unconfined"},
    "capabilities": {"cap_add": ["SYS_ADMIN"]},
}
"""What may lead out of a container, by the rule that stops it."""


def put(rest: Rest, project: str, policy: dict[str, Any]) -> Any:
    return rest.send("PUT", f"projects/{project}/policy", policy)


def create(rest: Rest, **asked: Any) -> Any:
    return rest.post("containers", {"host": "alpha", "image": "busybox:1", **asked})


@pytest.fixture
def deployer(db: None) -> Rest:
    """Someone who deploys in the project `default`."""
    return rest_of(make_member("deployer", "deployer"))


# --- projects --------------------------------------------------------------------------------


def test_project_is_made_renamed_and_removed(rest: Rest) -> None:
    made = rest.post("projects", {"id": "shop", "name": "The shop"})
    assert (made.status, made.body["id"], made.body["name"]) == (201, "shop", "The shop")
    assert rest.get("projects/shop").body == made.body
    renamed = rest.patch("projects/shop", {"name": "Shop"})
    assert (renamed.body["id"], renamed.body["name"]) == ("shop", "Shop")
    assert rest.delete("projects/shop").status == 204
    assert rest.get("projects/shop").problem == (404, "project_not_found")
    trail = AuditEntry.objects.filter(kind="project", object_id="shop").order_by("id")
    assert [entry.verb for entry in trail] == ["create", "update", "delete"]


def test_project_is_named_by_its_id_where_no_name_is_given(rest: Rest) -> None:
    assert rest.post("projects", {"id": "shop"}).body["name"] == "shop"
    assert rest.post("projects", {"id": "shop"}).problem == (409, "project_exists")


@pytest.mark.parametrize("key", ["", "Shop", "-shop", "a/b", "..", "a_b", "x" * 64, "sh\nop"])
def test_what_is_no_slug_is_no_project(rest: Rest, key: str) -> None:
    assert rest.post("projects", {"id": key}).problem == (400, "invalid_input")


def test_id_of_a_project_never_changes(rest: Rest) -> None:
    rest.post("projects", {"id": "shop"})
    assert rest.patch("projects/shop", {"id": "mall", "name": "x"}).problem == (
        400,
        "invalid_input",
    )
    assert rest.patch("projects/shop", {"policy": OPEN, "name": "x"}).status == 400


def test_project_goes_only_when_it_has_nothing_on_any_host(rest: Rest, host: PlayedHost) -> None:
    rest.post("projects", {"id": "shop"})
    container, image = container_of("web", space="shop"), image_of(space="shop")
    host.tell_container(container)
    host.tell_image(image)
    host.tell_network(network_of(space="shop"))
    waiting = Operation.objects.create(
        kind="containers.start", host=host.row, project_id="shop", subject_kind="container"
    )
    refused = rest.delete("projects/shop")
    assert refused.problem == (409, "project_not_empty")
    assert refused.body["facts"]["contents"] == "1 containers, 1 images, 1 running operations"
    Project.objects.get(pk="shop").containers.all().delete()
    Project.objects.get(pk="shop").images.all().delete()
    assert rest.delete("projects/shop").problem == (409, "project_not_empty")
    waiting.state = "succeeded"
    waiting.save()
    assert rest.delete("projects/shop").status == 204


def test_bindings_go_with_their_project_so_that_its_id_opens_nothing_later(rest: Rest) -> None:
    rest.post("projects", {"id": "shop"})
    member = rest_of(make_member("keeper", "project_admin", project="shop"))
    assert member.get("projects/shop").status == 200
    rest.delete("projects/shop")
    rest.post("projects", {"id": "shop"})
    assert Binding.objects.filter(project="shop").count() == 0
    assert member.get("projects/shop").problem == (404, "project_not_found")


def test_default_project_stays(rest: Rest) -> None:
    Project.objects.get_or_create(id="default", defaults={"name": "Default"})
    assert rest.delete("projects/default").problem == (409, "project_is_default")


@pytest.mark.parametrize("role", ["viewer", "operator", "deployer", "project_admin"])
def test_who_works_in_a_project_makes_and_removes_none(role: str, db: None) -> None:
    rest = rest_of(make_member("member", role))
    assert rest.post("projects", {"id": "shop"}).problem == (403, "permission_denied")
    assert rest.delete("projects/default").problem == (403, "permission_denied")
    assert not Project.objects.filter(pk="shop").exists()


# --- policies --------------------------------------------------------------------------------


def test_new_project_has_the_safe_policy(rest: Rest) -> None:
    rest.post("projects", {"id": "shop"})
    assert rest.get("projects/shop/policy").body == SAFE


def test_policy_is_replaced_whole_and_what_is_left_out_is_safe_again(rest: Rest) -> None:
    rest.post("projects", {"id": "shop"})
    asked = {**OPEN, "capabilities": ["cap_net_admin"], "host_addresses": ["127.0.0.1/32", "::/0"]}
    changed = put(rest, "shop", asked)
    assert changed.status == 200
    assert changed.body == rest.get("projects/shop/policy").body
    assert changed.body["capabilities"] == ["NET_ADMIN"]
    assert changed.body["host_addresses"] == ["127.0.0.1", "::/0"]
    assert put(rest, "shop", {}).body == SAFE
    assert AuditEntry.objects.filter(verb="update", kind="policy", project="shop").count() == 2


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"ports": {"first": 9, "last": 8}}, "ports.first"),
        ({"ports": {"first": 0}}, "ports.first"),
        ({"host_addresses": ["everywhere"]}, "host_addresses"),
        ({"host_addresses": ["10.0.0.1/8"]}, "host_addresses"),
        ({"registries": ["https://docker.io"]}, "registries"),
        ({"hosts": ["alpha"]}, "hosts.0"),
        ({"capabilities": ["NET ADMIN"]}, "capabilities.0"),
        ({"max_memory": 1}, "max_memory"),
        ({"privilegd": True}, "privilegd"),
    ],
)
def test_what_is_no_policy_is_refused_by_field(
    rest: Rest, asked: dict[str, Any], field: str
) -> None:
    rest.post("projects", {"id": "shop"})
    answer = put(rest, "shop", asked)
    assert answer.problem == (400, "invalid_input")
    assert list(answer.body["facts"]) == [field]
    assert rest.get("projects/shop/policy").body == SAFE


@pytest.mark.parametrize("role", ["viewer", "operator", "deployer", "project_admin", "host_admin"])
def test_nobody_loosens_the_policy_they_live_under(role: str, db: None) -> None:
    rest = rest_of(make_member("member", role))
    answer = put(rest, "default", OPEN)
    unseen = role == "host_admin"
    assert answer.body["code"] == ("project_not_found" if unseen else "permission_denied")
    assert Project.objects.get(pk="default").policy == {}


# --- what a deployer is refused --------------------------------------------------------------


@pytest.mark.parametrize("rule", sorted(ESCAPES))
def test_deployer_under_the_default_policy_gets_nothing_that_reaches_the_host(
    deployer: Rest, host: PlayedHost, rule: str
) -> None:
    answer = create(deployer, **ESCAPES[rule])
    assert answer.problem == (422, "policy_violation")
    assert set(answer.body["facts"]) == {"project", rule}
    assert Operation.objects.count() == 0
    assert host.is_idle()
    denial = AuditEntry.objects.get(verb="create", kind="container")
    assert (denial.outcome, list(denial.detail)) == ("denied", [rule])


def test_every_broken_rule_is_named_at_once(deployer: Rest, host: PlayedHost) -> None:
    asked: dict[str, Any] = {}
    for options in ESCAPES.values():
        asked |= options
    answer = create(deployer, **asked)
    assert set(answer.body["facts"]) == {"project", *ESCAPES}
    assert answer.body["detail"].count(";") >= len(ESCAPES)


@pytest.mark.parametrize("rule", sorted(ESCAPES))
def test_policy_alone_is_not_enough_nor_is_the_permission_alone(
    rest: Rest, deployer: Rest, host: PlayedHost, rule: str
) -> None:
    keeper = rest_of(make_member("keeper", "project_admin"))
    for who in (keeper, rest):
        assert create(who, **ESCAPES[rule]).problem == (422, "policy_violation")
    put(rest, "default", OPEN)
    assert create(deployer, **ESCAPES[rule]).problem == (403, "permission_denied")
    assert create(keeper, **ESCAPES[rule]).status == 202


def test_policy_of_one_project_opens_nothing_in_another(
    rest: Rest, deployer: Rest, host: PlayedHost
) -> None:
    rest.post("projects", {"id": "lab"})
    put(rest, "lab", OPEN)
    user = make_member("both", "project_admin")
    Binding.objects.create(role_id="project_admin", user=user, project_id="lab")
    both = rest_of(user)
    assert create(both, privileged=True, project="lab").status == 202
    assert create(both, privileged=True).problem == (422, "policy_violation")


@pytest.mark.django_db(transaction=True)
def test_specification_that_was_judged_is_the_one_that_is_sent(
    deployer: Rest, host: PlayedHost
) -> None:
    assert create(deployer, name="web", user="0", cap_add=["CHOWN"]).status == 202
    sent = host.take().payload
    assert sent.spec == ContainerSpec(  # type: ignore[union-attr]
        name="web", image="busybox:1", user="0", cap_add=("CHOWN",)
    )


def test_registries_and_hosts_of_the_policy_hold_for_pulls_too(
    rest: Rest, host: PlayedHost
) -> None:
    beta = make_host("beta")
    put(rest, "default", {"registries": ["registry.test:5000"], "hosts": [beta.id]})
    pull = {"host": "beta", "reference": "registry.test:5000/app:1"}
    assert rest.post("images/pull", pull).status == 202
    elsewhere = rest.post("images/pull", {**pull, "reference": "busybox:1"})
    assert elsewhere.problem == (422, "policy_violation")
    assert set(elsewhere.body["facts"]) == {"project", "registries"}
    other_host = rest.post("images/pull", {**pull, "host": "alpha"})
    assert set(other_host.body["facts"]) == {"project", "hosts"}
    registry = rest.post("registries", {"host": "registry.test:5000"}).body["id"]
    tested = rest.post(f"registries/{registry}/test", {"host": "alpha"})
    assert tested.problem == (422, "policy_violation")
    assert host.is_idle()
    assert Operation.objects.get().queue == Queue.BUILD


# --- hosts of a project ----------------------------------------------------------------------


def test_hosts_that_a_project_may_not_use_are_not_there_for_its_people(
    rest: Rest, deployer: Rest, host: PlayedHost
) -> None:
    beta = make_host("beta")
    assert [row["name"] for row in deployer.get("hosts").rows] == ["alpha", "beta"]
    put(rest, "default", {"hosts": [beta.id]})
    assert [row["name"] for row in deployer.get("hosts").rows] == ["beta"]
    for key in ("alpha", host.id):
        assert deployer.get(f"hosts/{key}").problem == (404, "host_not_found")
        assert create(deployer, host=key).problem == (404, "host_not_found")
    for path in ("containers", "images", "networks", "operations"):
        assert deployer.get(path, host="alpha").problem == (404, "host_not_found")
    assert create(deployer, host="beta").status == 202
    assert [row["name"] for row in rest.get("hosts").rows] == ["alpha", "beta"]


def test_admin_of_one_host_sees_that_host_alone(host: PlayedHost) -> None:
    make_host("beta")
    keeper = rest_of(make_member("keeper", "host_admin", project=None, host=host.row))
    assert [row["name"] for row in keeper.get("hosts").rows] == ["alpha"]
    assert keeper.get("hosts/beta").problem == (404, "host_not_found")


def test_who_deploys_on_a_host_does_so_only_in_projects_they_see(
    rest: Rest, host: PlayedHost
) -> None:
    rest.post("projects", {"id": "shop"})
    user = make_member("builder", "deployer", project=None, host=host.row)
    builder = rest_of(user)
    assert create(builder, project="shop").problem == (404, "project_not_found")
    Binding.objects.create(role_id="viewer", user=user, project_id="shop")
    assert create(rest_of(user), project="shop").status == 202
