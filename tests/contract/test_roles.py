"""Each route by each method in each role: all of the URL configuration stands in the table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ActorView
from accounts.api.routes import OWN, ROUTES
from accounts.models import Binding, Invitation, Role, Session, Team, Token, User
from accounts.permissions import BUILT_IN
from audit.models import AuditEntry
from operations.models import Operation
from projects.models import Project
from registries.models import Registry
from tests.contract.access_table import EVERYONE, ROLES, TABLE, Row
from tests.support.rest import (
    PASSWORD,
    Answer,
    PlayedHost,
    Rest,
    container_of,
    image_of,
    make_host,
    make_member,
    make_user,
    network_of,
    rest_of,
)
from tests.support.valkey import Valkey

pytestmark = [pytest.mark.server, pytest.mark.django_db]

METHODS = ("get", "post", "put", "patch", "delete")
OPEN = {"setup", "invitation-accept", "schema", "docs"}
"""Looked at by tests of their own: for everyone, or for whoever is signed in."""


def views(entries: list[URLPattern | URLResolver]) -> Iterator[tuple[str, Any]]:
    for entry in entries:
        if isinstance(entry, URLResolver):
            yield from views(entry.url_patterns)
        elif entry.name:
            yield entry.name, entry.callback


def routes() -> set[tuple[str, str]]:
    return {
        (method.upper(), name)
        for name, view in views(get_resolver().url_patterns)
        for method in METHODS
        if name not in OPEN and hasattr(view.view_class, method)
    }


def test_every_route_is_in_the_table_and_in_the_list_of_the_platform() -> None:
    listed = {(method, name) for name, methods in ROUTES.items() for method in methods}
    assert routes() == listed == set(TABLE)


def test_table_and_list_name_the_same_roles() -> None:
    for (method, name), row in TABLE.items():
        needed = ROUTES[name][method]
        for role in row.allowed - {"nobody"} if needed != OWN else ():
            held = BUILT_IN["project_admin" if role == "stranger" else role]
            # Of a list everyone gets what they see of it.
            assert needed in held or row.allowed == EVERYONE, (method, name, role)


class Forgotten(ActorView):
    def get(self, request: Request) -> Response:
        return Response({"told": "everything"})

    post = get


def test_route_that_is_not_listed_is_refused_to_everyone(settings: Any, db: None) -> None:
    settings.ROOT_URLCONF = (path("forgotten", Forgotten.as_view(), name="forgotten"),)
    admin = rest_of(make_user())
    for method in ("GET", "POST", "OPTIONS"):
        answer = Client().generic(method, "/forgotten", headers=admin.headers)
        assert (answer.status_code, b"told" in answer.content) == (403, False)


@dataclass(frozen=True)
class World:
    """One object of each kind, and a caller for each role."""

    arguments: dict[str, dict[str, Any]]
    callers: dict[str, Rest]

    def ask(self, role: str, method: str, name: str, row: Row) -> Answer:
        address = reverse(name, kwargs=self.arguments.get(name, {})).removeprefix("/api/v1/")
        if method == "GET":
            return self.callers[role].get(address, **row.query)
        return self.callers[role].send(method, address, filled(row.body))


def filled(body: dict[str, Any] | None) -> dict[str, Any] | None:
    if body is None:
        return None
    return {name: PASSWORD if value == "{password}" else value for name, value in body.items()}


@pytest.fixture
def world(db: None, redis: Valkey) -> World:
    host = make_host("alpha")
    make_user("root")
    container, image = container_of("web"), image_of("busybox")
    host.tell_container(container)
    host.tell_image(image)
    host.tell_network(network_of())
    Project.objects.create(id="other", name="Other")
    return World(arguments=objects(host, container.id, image.id), callers=callers(host))


def objects(host: PlayedHost, container: str, image: str) -> dict[str, dict[str, Any]]:
    ann = User(username="ann")
    ann.set_password(PASSWORD)
    ann.save()
    Team.objects.create(name="builders").members.add(ann)
    Role.objects.create(name="custom", permissions=["view:container"])
    binding = Binding.objects.create(role_id="viewer", user=ann, project_id="default")
    token = Token.objects.create(user=ann, name="t", prefix="berth_", hash="h")
    browser = Client()
    browser.force_login(ann)
    browser.get("/api/v1/users/me")
    operation = Operation.objects.create(
        kind="containers.start",
        host=host.row,
        project_id="default",
        subject_kind="container",
        subject_id=container,
    )
    registry = Registry.objects.create(project_id="default", name="r", host="r.test")
    invitation = Invitation.objects.create(
        username="bob", hash="i", created_by="root", expires_at=token.created_at.replace(year=2999)
    )
    named: dict[str, dict[str, Any]] = {
        "user": {"user_id": ann.pk},
        "team": {"name": "builders"},
        "team-member": {"name": "builders", "username": "ann"},
        "role": {"name": "custom"},
        "binding": {"binding_id": binding.pk},
        "token": {"token_id": token.pk},
        "browser": {"session_id": Session.objects.get(user=ann).pk},
        "invitation": {"invitation_id": invitation.pk},
        "project": {"project": "default"},
        "project-policy": {"project": "default"},
        "host": {"host": "alpha"},
        "operation": {"operation_id": operation.pk},
        "operation-cancel": {"operation_id": operation.pk},
        "registry": {"registry_id": registry.pk},
        "registry-test": {"registry_id": registry.pk},
        "image": {"image_id": image},
    }
    verbs = ("", "-start", "-stop", "-kill", "-restart", "-logs")
    return named | {f"container{verb}": {"container_id": container} for verb in verbs}


def callers(host: PlayedHost) -> dict[str, Rest]:
    everywhere = {role: make_member(role, role, project=None) for role in ("auditor", "admin")}
    inside = {
        role: make_member(role, role)
        for role in ("viewer", "operator", "deployer", "project_admin")
    }
    people = {
        **everywhere,
        **inside,
        "host_admin": make_member("host_admin", "host_admin", project=None, host=host.row),
        "stranger": make_member("stranger", "project_admin", project="other"),
        "nobody": User.objects.create(username="nobody"),
    }
    nobody = people["nobody"]
    nobody.set_password(PASSWORD)
    nobody.save()
    return {role: rest_of(user) for role, user in people.items()}


def status_of(row: Row, role: str) -> int | None:
    """The status that *role* gets; None for success."""
    if role in row.allowed:
        return row.answer
    return 404 if role in row.blind else 403


@pytest.mark.parametrize(("method", "name"), sorted(TABLE))
def test_each_role_gets_what_the_table_says(world: World, method: str, name: str) -> None:
    row = TABLE[method, name]
    found, expected = {}, {}
    for role in ROLES:
        if (method, name, role) == ("DELETE", "project", "admin"):
            continue  # the default project stays; test_projects removes another
        with transaction.atomic():
            answer = world.ask(role, method, name, row)
            denied = AuditEntry.objects.filter(outcome="denied", username=role)
            refused = answer.status == 403 and method != "GET"
            assert denied.exists() or not refused, f"{role}: the refusal is not in the audit trail"
            transaction.set_rollback(True)
        wanted = status_of(row, role)
        expected[role] = wanted
        found[role] = None if wanted is None and answer.status < 300 else answer.status
    assert found == expected
