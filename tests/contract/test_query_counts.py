"""Queries that each list costs, whatever is in it; raising a number here is a choice."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session as StoredSession
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Binding, Invitation, Role, Session, Team, Token, User
from audit.models import AuditEntry
from operations.models import Operation
from projects.models import Project
from registries.models import Registry
from tests.support.rest import (
    PlayedHost,
    Rest,
    container_of,
    image_id,
    image_of,
    make_member,
    network_of,
    rest_of,
)

pytestmark = [pytest.mark.server, pytest.mark.django_db]

QUERIES = {
    "containers": 4,
    "containers?host=alpha&state=running&name=web": 5,
    "hosts": 4,
    "images": 5,
    "networks": 4,
    "operations": 4,
    "projects": 4,
    "registries": 4,
    "tokens": 4,
    "audit": 4,
    "audit?text=web&project=default": 4,
    "bindings": 4,
    "bindings?project=default": 5,
    "invitations": 4,
    "roles": 4,
    "sessions?user=other": 4,
    "teams": 5,
    "users": 4,
}
"""One finds the token and its user, one what they may do, one counts, one reads a page."""


def fill(host: PlayedHost, owner: User, first: int, last: int) -> None:
    for number in range(first, last):
        host.tell_image(image_of(f"image-{number}"))
        host.tell_network(network_of(f"net-{number}"))
        host.tell_container(container_of(f"web-{number}", image_id=image_id(f"image-{number}")))
        Registry.objects.create(project_id="default", name="r", host=f"r{number}.test")
        Token.objects.create(user=owner, name="t", prefix="berth_", hash=str(number))
        Project.objects.create(id=f"p-{number}", name="p")
        fill_access(number)
        Operation.objects.create(
            kind="containers.start",
            host=host.row,
            project_id="default",
            subject_kind="container",
            subject_id="c",
        )


def fill_access(number: int) -> None:
    user = User.objects.create(username=f"user-{number}")
    other, _ = User.objects.get_or_create(username="other")
    team = Team.objects.create(name=f"team-{number}")
    team.members.add(user, other)
    Role.objects.create(name=f"role-{number}", permissions=["view:container"])
    Binding.objects.create(role_id="viewer", team=team, project_id="default")
    end = timezone.now() + dt.timedelta(days=1)
    Invitation.objects.create(username=f"ann-{number}", hash=str(number), expires_at=end)
    StoredSession.objects.create(session_key=f"s-{number}", session_data="", expire_date=end)
    Session.objects.create(user=other, key=f"s-{number}", last_used_at=end)
    AuditEntry.objects.create(
        username="x", verb="start", kind="container", object_name="web", project="default"
    )


def count(rest: Rest, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert rest.get(path).status == 200
    return len(captured)


def test_cost_of_a_list_does_not_grow_with_what_is_in_it(
    rest: Rest, owner: User, host: PlayedHost
) -> None:
    fill(host, owner, 0, 1)
    rest.get("users/me")  # the token's last use is written once a minute
    few = {path: count(rest, path) for path in QUERIES}
    fill(host, owner, 1, 40)
    many = {path: count(rest, path) for path in QUERIES}
    assert few == many == QUERIES


OF_A_MEMBER = {
    "containers": 4,
    "containers?project=default": 5,
    "containers?host=alpha&project=default": 7,
    "hosts": 5,
    "images?project=default": 6,
    "networks?project=default": 5,
    "operations?project=default": 5,
    "projects": 4,
    "registries?project=default": 5,
}
"""As above; a project that is named is looked up, and hosts are asked of the projects' policies."""


def test_cost_of_a_list_does_not_grow_with_the_places_that_one_has_roles_in(
    owner: User, host: PlayedHost
) -> None:
    fill(host, owner, 0, 2)
    member = make_member("member", "viewer")
    for project in ("p-0", "p-1"):
        host.tell_container(container_of("own", space=project))
        Binding.objects.create(role_id="viewer", user=member, project_id=project)
    rest = rest_of(member)
    rest.get("users/me")
    few = {path: count(rest, path) for path in OF_A_MEMBER}
    fill(host, owner, 2, 50)
    for number in range(2, 50):
        Binding.objects.create(role_id="viewer", user=member, project_id=f"p-{number}")
        host.tell_container(container_of("own", space=f"p-{number}"))
    assert len(rest.get("projects").rows) == 51
    many = {path: count(rest, path) for path in OF_A_MEMBER}
    assert few == many == OF_A_MEMBER
