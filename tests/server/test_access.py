"""Roles, bindings, teams and tokens: what each gives, and that nobody gets more by them."""

from __future__ import annotations

from typing import Any

import pytest

from accounts import services
from accounts.access import Kind, Scope, Verb, may, require, visible
from accounts.errors import PermissionDenied, ProjectNotFound
from accounts.grants import EVERYTHING, Grants
from accounts.models import Binding, Role, Team, Token, User
from accounts.permissions import ALL, BUILT_IN
from audit.models import AuditEntry
from bus.errors import HostNotFound
from containers.models import Container
from projects.models import Project
from tests.support.rest import (
    PASSWORD,
    PlayedHost,
    Rest,
    actor_of,
    container_of,
    make_member,
    make_user,
    rest_of,
)

pytestmark = [pytest.mark.server, pytest.mark.django_db]


def bind(user: User, role: str, **place: Any) -> Binding:
    return Binding.objects.create(user=user, role_id=role, **place)


# --- what roles give ---------------------------------------------------------------------------


def test_each_built_in_role_has_its_row_and_cannot_be_changed_or_removed(rest: Rest) -> None:
    rows = {row["name"]: row for row in rest.get("roles").rows}
    assert set(rows) == set(BUILT_IN)
    for name, permissions in BUILT_IN.items():
        assert rows[name]["permissions"] == sorted(permissions)
        assert rows[name]["built_in"] is True
        for answer in (
            rest.patch(f"roles/{name}", {"permissions": []}),
            rest.delete(f"roles/{name}"),
        ):
            assert answer.problem == (409, "role_is_built_in")


@pytest.mark.parametrize("role", sorted(set(BUILT_IN) - {"admin", "deployer", "project_admin"}))
def test_secret_values_and_terminals_are_for_deployers_alone(role: str) -> None:
    for permission in ("view:secret", "exec:container", "attach:container"):
        assert permission not in BUILT_IN[role]
        assert permission in BUILT_IN["deployer"]


def test_no_role_within_a_project_changes_its_policy_or_other_projects() -> None:
    for permission in ("update:policy", "create:project", "delete:project", "create:user"):
        assert [name for name, held in BUILT_IN.items() if permission in held] == ["admin"]
    assert "host_options:container" not in BUILT_IN["deployer"]


def test_auditor_and_viewer_change_nothing() -> None:
    for role in ("auditor", "viewer"):
        verbs = {permission.partition(":")[0] for permission in BUILT_IN[role]}
        assert verbs <= {"view", "logs", "export"}


def test_scope_of_what_is_seen_is_one_condition(host: PlayedHost) -> None:
    Project.objects.create(id="other", name="Other")
    host.tell_container(container_of("ours"))
    host.tell_container(container_of("theirs", space="other"))
    for user, names in (
        (make_member("inside", "viewer"), ["ours"]),
        (make_member("on-host", "host_admin", project=None, host=host.row), ["ours", "theirs"]),
        (make_member("all", "auditor", project=None), ["ours", "theirs"]),
        (User.objects.create(username="none"), []),
    ):
        seen = Container.objects.filter(visible(actor_of(user), Kind.CONTAINER).where())
        assert list(seen.values_list("name", flat=True)) == names
    assert visible(actor_of(make_user()), Kind.CONTAINER) == Scope(everything=True)


def test_role_on_a_host_holds_for_what_is_on_it_alone(host: PlayedHost) -> None:
    actor = actor_of(make_member("keeper", "host_admin", project=None, host=host.row))
    require(actor, Verb.STOP, Kind.CONTAINER, project="default", host=host.id)
    with pytest.raises(PermissionDenied):
        require(actor, Verb.KILL, Kind.CONTAINER, project="default", host=host.id)
    with pytest.raises(ProjectNotFound):
        require(actor, Verb.STOP, Kind.CONTAINER, project="default", host="another")


def test_refusal_of_what_is_not_even_seen_is_that_it_is_not_there() -> None:
    nobody = actor_of(User.objects.create(username="nobody"))
    with pytest.raises(ProjectNotFound):
        require(nobody, Verb.CREATE, Kind.CONTAINER, project="default")
    with pytest.raises(HostNotFound):
        require(nobody, Verb.UPDATE, Kind.HOST, host="h")


def test_roles_of_teams_and_of_ones_own_add_up(owner: User) -> None:
    user = make_member("ann", "viewer")
    team = Team.objects.create(name="operators")
    Binding.objects.create(team=team, role_id="operator", project_id="default")
    assert not may(actor_of(user), Verb.START, Kind.CONTAINER, project="default")
    team.members.add(user)
    grants = actor_of(user).grants
    assert grants.projects == {"default": BUILT_IN["viewer"] | BUILT_IN["operator"]}
    assert grants.everywhere == frozenset()


def test_grants_are_found_by_one_query(
    owner: User, django_assert_num_queries: Any, host: PlayedHost
) -> None:
    for number in range(10):
        team = Team.objects.create(name=f"team-{number}")
        team.members.add(owner)
        Binding.objects.create(team=team, role_id="viewer", host=host.row)
    with django_assert_num_queries(1):
        assert actor_of(owner).grants.everywhere == ALL


# --- nobody hands on what they do not have -----------------------------------------------------


def test_project_admin_lets_people_into_their_project_and_no_further(owner: User) -> None:
    rest = rest_of(make_member("lead", "project_admin"))
    make_member("ann", "viewer", project=None)
    Project.objects.create(id="other", name="Other")
    given = rest.post("bindings", {"role": "deployer", "user": "ann", "project": "default"})
    assert given.status == 201
    assert given.body["subject"]["name"] == "ann"
    assert given.body["scope"] == {"kind": "project", "id": "default", "name": "Default"}
    for body, problem in (
        ({"role": "admin", "project": "default"}, (403, "authority_exceeded")),
        ({"role": "viewer", "project": "other"}, (404, "project_not_found")),
        ({"role": "viewer", "project": "nowhere"}, (404, "project_not_found")),
        ({"role": "viewer"}, (403, "permission_denied")),
    ):
        assert rest.post("bindings", {"user": "ann", **body}).problem == problem
    assert rest.delete(f"bindings/{given.body['id']}").status == 204
    assert AuditEntry.objects.filter(username="lead", outcome="denied").count() == 4


def test_project_admin_neither_sees_nor_takes_back_what_holds_beyond_the_project(
    owner: User,
) -> None:
    rest = rest_of(make_member("lead", "project_admin"))
    admins = Binding.objects.get(user=owner)
    assert [row["subject"]["name"] for row in rest.get("bindings").rows] == ["lead"]
    assert rest.get(f"bindings/{admins.pk}").problem == (404, "binding_not_found")
    assert rest.delete(f"bindings/{admins.pk}").problem == (404, "binding_not_found")


@pytest.fixture
def manager(owner: User) -> Rest:
    """The API as someone sees it who manages people and roles, and may do nothing else."""
    verbs = {
        "user": ("view", "create", "update", "delete"),
        "team": ("view", "create", "update", "delete"),
        "role": ("view", "create", "update", "delete"),
        "binding": ("view", "create", "delete"),
        "token": ("view", "create", "delete"),
        "invitation": ("view", "create", "delete"),
    }
    held = [f"{verb}:{kind}" for kind, names in verbs.items() for verb in names]
    Role.objects.create(name="manager", permissions=held)
    return rest_of(make_member("manager", "manager", project=None))


def test_manager_of_people_gives_and_takes_nothing_that_they_do_not_have(
    manager: Rest, owner: User
) -> None:
    admins = Team.objects.create(name="admins")
    Binding.objects.create(team=admins, role_id="admin")
    Role.objects.create(name="strong", permissions=["view:secret"])
    tries = (
        manager.post("bindings", {"role": "admin", "user": "manager"}),
        manager.post("roles", {"name": "mine", "permissions": ["view:secret"]}),
        manager.patch("roles/manager", {"permissions": sorted(ALL)}),
        manager.patch("roles/strong", {"permissions": []}),
        manager.delete("roles/strong"),
        manager.put("teams/admins/members/manager"),
        manager.delete("teams/admins/members/manager"),
        manager.delete("teams/admins"),
        manager.patch(f"users/{owner.pk}", {"password": "taken over by me"}),
        manager.delete(f"users/{owner.pk}"),
        manager.post("tokens", {"name": "theirs", "owner": "owner"}),
        manager.post("invitations", {"username": "me-too", "role": "admin"}),
        manager.post("invitations", {"username": "me-too", "team": "admins"}),
    )
    assert [answer.problem for answer in tries] == [(403, "authority_exceeded")] * len(tries)
    assert AuditEntry.objects.filter(username="manager", outcome="denied").count() == len(tries)
    assert not User.objects.filter(username="me-too").exists()
    assert owner.tokens.count() == 0


def test_manager_of_people_hands_on_what_they_have(manager: Rest) -> None:
    assert manager.post("roles", {"name": "peek", "permissions": ["view:user"]}).status == 201
    assert manager.post("users", {"username": "ann", "password": PASSWORD}).status == 201
    assert manager.post("bindings", {"role": "peek", "user": "ann"}).status == 201
    assert rest_of(User.objects.get(username="ann")).get("users").status == 200


# --- somebody always may do everything ---------------------------------------------------------


def test_last_admin_cannot_be_removed_shut_out_or_lose_the_role(rest: Rest, owner: User) -> None:
    binding = Binding.objects.get(user=owner)
    robot = rest.post("users", {"username": "robot"}).body
    rest.post("bindings", {"role": "admin", "user": "robot"})
    for answer in (
        rest.delete(f"users/{owner.pk}"),
        rest.patch(f"users/{owner.pk}", {"is_active": False}),
        rest.delete(f"bindings/{binding.pk}"),
    ):
        assert answer.problem == (409, "last_admin")
    assert robot["is_robot"] is True
    make_user("second")
    assert rest.delete(f"bindings/{binding.pk}").status == 204
    assert rest.get("users").problem == (403, "permission_denied")


def test_admin_by_a_team_alone_stays_in_it(rest: Rest, owner: User) -> None:
    rest.post("teams", {"name": "admins"})
    rest.put("teams/admins/members/owner")
    rest.post("bindings", {"role": "admin", "team": "admins"})
    assert rest.delete(f"bindings/{Binding.objects.get(user=owner).pk}").status == 204
    assert rest.delete("teams/admins/members/owner").problem == (409, "last_admin")
    assert rest.delete("teams/admins").problem == (409, "last_admin")
    assert rest.get("users").status == 200


# --- input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"role": "viewer"}, (400, "invalid_value")),
        ({"role": "viewer", "user": "owner", "team": "t"}, (400, "invalid_value")),
        (
            {"role": "viewer", "user": "owner", "project": "default", "host": "alpha"},
            (400, "invalid_value"),
        ),
        ({"role": "none", "user": "owner"}, (404, "role_not_found")),
        ({"role": "viewer", "user": "nobody"}, (404, "account_not_found")),
        ({"role": "viewer", "team": "none"}, (404, "team_not_found")),
        ({"role": "viewer", "token": 99}, (404, "token_not_found")),
        ({"role": "viewer", "user": "owner", "project": "none"}, (404, "project_not_found")),
        ({"role": "viewer", "user": "owner", "host": "none"}, (404, "host_not_found")),
    ],
)
def test_binding_of_what_is_not_there_is_refused(
    rest: Rest, body: dict[str, Any], problem: tuple[int, str]
) -> None:
    before = Binding.objects.count()
    assert rest.post("bindings", body).problem == problem
    assert Binding.objects.count() == before


def test_role_of_unknown_permissions_is_refused(rest: Rest) -> None:
    answer = rest.post("roles", {"name": "x", "permissions": ["view:container", "fly:plane"]})
    assert answer.problem == (400, "invalid_value")
    assert not Role.objects.filter(name="x").exists()


def test_custom_role_gives_just_its_permissions_and_takes_them_when_it_goes(rest: Rest) -> None:
    Project.objects.get_or_create(id="default", defaults={"name": "Default"})
    held = ["view:project", "view:registry"]
    rest.post("roles", {"name": "looker", "permissions": held})
    user = make_member("ann", "looker")
    assert actor_of(user).grants == Grants(projects={"default": frozenset(held)})
    rest.patch("roles/looker", {"permissions": ["view:project"]})
    assert actor_of(user).grants == Grants(projects={"default": frozenset({"view:project"})})
    assert rest.delete("roles/looker").status == 204
    assert actor_of(user).grants == Grants()


def test_names_that_are_taken_are_said(rest: Rest) -> None:
    rest.post("teams", {"name": "t"})
    rest.post("roles", {"name": "r", "permissions": []})
    assert rest.post("teams", {"name": "t"}).problem == (409, "team_exists")
    assert rest.post("roles", {"name": "r", "permissions": []}).problem == (409, "role_exists")
    assert rest.post("users", {"username": "owner"}).problem == (409, "username_taken")
    assert rest.post("invitations", {"username": "owner"}).problem == (409, "username_taken")


# --- tokens ------------------------------------------------------------------------------------


def scoped(rest: Rest, **limits: Any) -> Rest:
    return Rest(rest.post("tokens", {"name": "ci", **limits}).body["token"])


def test_token_does_no_more_than_its_permissions_in_its_projects(rest: Rest) -> None:
    Project.objects.create(id="other", name="Other")
    narrow = scoped(rest, permissions=["view:project", "view:container"], projects=["other"])
    assert [row["id"] for row in narrow.get("projects").rows] == ["other"]
    assert narrow.get("users/me").body["grants"] == {
        "everywhere": [],
        "projects": {"other": ["view:container", "view:project"]},
        "hosts": {},
    }
    assert narrow.get("users").problem == (403, "permission_denied")
    assert narrow.post("projects", {"id": "new"}).problem == (403, "permission_denied")


def test_token_has_no_more_than_its_owner_whatever_it_asks_for() -> None:
    user = make_member("ann", "viewer")
    narrow = scoped(rest_of(user), permissions=sorted(ALL), projects=["default"])
    held = narrow.get("users/me").body["grants"]["projects"]["default"]
    assert held == sorted(BUILT_IN["viewer"])
    Binding.objects.filter(user=user).delete()
    assert narrow.get("users/me").body["grants"]["projects"] == {"default": []}


def test_limited_token_makes_no_tokens_and_changes_no_password(rest: Rest) -> None:
    narrow = scoped(rest, permissions=sorted(ALL))
    body = {"current": PASSWORD, "new": "another horse entirely"}
    for answer in (
        narrow.post("tokens", {"name": "wide"}),
        narrow.post("users/me/password", body),
        narrow.delete(f"tokens/{Token.objects.latest('pk').pk}"),
    ):
        assert answer.problem == (403, "permission_denied")


def test_token_for_a_project_that_is_not_seen_is_refused() -> None:
    Project.objects.create(id="other", name="Other")
    rest = rest_of(make_member("ann", "viewer"))
    for project in ("other", "nowhere"):
        answer = rest.post("tokens", {"name": "t", "projects": [project]})
        assert answer.problem == (404, "project_not_found")


def test_robot_cannot_sign_in_and_works_with_a_token_that_an_admin_makes(rest: Rest) -> None:
    robot = rest.post("users", {"username": "builder"}).body
    rest.post("bindings", {"role": "deployer", "user": "builder", "project": "default"})
    made = rest.post("tokens", {"name": "ci", "owner": "builder", "projects": ["default"]}).body
    assert made["owner"] == "builder"
    assert Rest(made["token"]).get("users/me").body["id"] == robot["id"]
    for password in ("", "!", PASSWORD):
        body = {"username": "builder", "password": password or "x"}
        assert Rest().post("session", body).problem == (401, "invalid_credentials")
    refused = rest.patch(f"users/{robot['id']}", {"password": PASSWORD})
    assert refused.problem == (409, "robot_has_no_password")
    assert [row["name"] for row in rest.get("tokens", owner="builder").rows] == ["ci"]
    assert rest.delete(f"tokens/{made['id']}").status == 204


def test_role_that_is_bound_to_a_token_holds_for_it_alone(rest: Rest) -> None:
    user = make_member("ann", "viewer")
    plain, special = rest_of(user), rest_of(user)
    token = Token.objects.filter(user=user).latest("pk")
    body = {"role": "operator", "token": token.pk, "project": "default"}
    assert rest.post("bindings", body).status == 201
    held = [
        "start:container" in one.get("users/me").body["grants"]["projects"]["default"]
        for one in (plain, special)
    ]
    assert held == [False, True]


def test_program_of_ours_may_do_everything_and_has_nothing_of_its_own() -> None:
    from accounts import selectors
    from accounts.actor import program

    actor = program("test")
    assert actor.grants == EVERYTHING
    assert list(selectors.tokens(actor=actor)) == []
    assert list(selectors.sessions(actor=actor)) == []
    assert services.renewed(actor) is None
