"""Two projects on one host with the same names: for either, the other is not there at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from audit.models import AuditEntry
from operations.models import Operation
from registries.models import Registry
from tests.support.rest import Answer, PlayedHost, Rest, container_of, image_id, image_of
from tests.support.tenants import Tenant, Tenants, tenants

__all__ = ["tenants"]

pytestmark = [pytest.mark.server, pytest.mark.django_db]

LISTS = ("containers", "images", "networks", "registries", "operations")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ARGUMENT = re.compile(r"<\w+:(\w+)>")
NOWHERE = {
    "container_id": "f" * 64,
    "image_id": image_id("nothing"),
    "registry_id": "999999",
    "operation_id": "00000000-0000-4000-8000-000000000000",
    "project": "nowhere",
}
BODIES: dict[tuple[str, str], dict[str, object]] = {
    ("PATCH", "projects/<str:project>"): {"name": "mine"},
    ("POST", "registries/<int:registry_id>/test"): {"host": "alpha"},
}
"""What a request must say to be more than malformed; the others need nothing."""


def routes() -> Iterator[tuple[str, str]]:
    """Every route of REST that names an object of a project, with its methods."""

    def walk(entries: list[Any], prefix: str) -> Iterator[tuple[str, Any]]:
        for entry in entries:
            path = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, path)
            elif isinstance(entry, URLPattern):
                yield path.removeprefix("api/v1/"), entry.callback

    for path, view in walk(get_resolver().url_patterns, ""):
        arguments = set(_ARGUMENT.findall(path))
        if arguments & set(NOWHERE):
            for method in METHODS:
                if hasattr(view.view_class, method.lower()):
                    yield method, path


ROUTES = sorted(set(routes()))


def named(tenant: Tenant) -> dict[str, str]:
    return {
        "container_id": tenant.container,
        "image_id": tenant.image,
        "registry_id": str(tenant.registry),
        "operation_id": tenant.operation,
        "project": tenant.project,
    }


def asked(tenant: Tenant, method: str, path: str, names: dict[str, str]) -> Answer:
    address = _ARGUMENT.sub(lambda found: names[found.group(1)], path)
    body = None if method == "GET" else BODIES.get((method, path), {})
    return tenant.rest.send(method, address, body)


def text_of(answer: Answer, names: dict[str, str]) -> str:
    """Return an answer as text, without the names that the question had."""
    text = json.dumps(answer.body)
    for name in sorted(names.values(), key=len, reverse=True):
        text = text.replace(name, "…")
    return text


def untouched(host: PlayedHost, before: tuple[int, int]) -> bool:
    return host.is_idle() and before == (Operation.objects.count(), Registry.objects.count())


def counts() -> tuple[int, int]:
    return Operation.objects.count(), Registry.objects.count()


def test_routes_are_those_that_people_use() -> None:
    assert {
        ("GET", "containers/<str:container_id>/logs"),
        ("POST", "containers/<str:container_id>/start"),
        ("DELETE", "images/<str:image_id>"),
        ("PUT", "projects/<str:project>/policy"),
        ("POST", "operations/<uuid:operation_id>/cancel"),
    } <= set(ROUTES)


@pytest.mark.parametrize(
    ("method", "path"), [route for route in ROUTES if "image_id" not in route[1]]
)
def test_object_of_another_project_answers_as_one_that_never_was(
    tenants: Tenants, host: PlayedHost, method: str, path: str
) -> None:
    before = counts()
    theirs = asked(tenants.ours, method, path, named(tenants.theirs))
    nothing = asked(tenants.ours, method, path, NOWHERE)
    assert theirs.status == nothing.status == 404
    assert text_of(theirs, named(tenants.theirs)) == text_of(nothing, NOWHERE)
    assert untouched(host, before)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_image_that_another_project_alone_has_answers_as_one_that_never_was(
    tenants: Tenants, host: PlayedHost, method: str
) -> None:
    private = image_of("private", space=tenants.theirs.project)
    host.tell_image(private)
    theirs, names = f"images/{private.id}", {"image_id": private.id}
    found = tenants.ours.rest.send(method, theirs, None)
    nothing = tenants.ours.rest.send(method, f"images/{NOWHERE['image_id']}", None)
    assert found.status == nothing.status == 404
    assert text_of(found, names) == text_of(nothing, {"image_id": NOWHERE["image_id"]})
    assert host.is_idle()


@pytest.mark.parametrize("path", LISTS)
def test_each_lists_and_counts_its_own_alone(tenants: Tenants, path: str) -> None:
    for tenant in (tenants.ours, tenants.theirs):
        body = tenant.rest.get(path).body
        assert body["count"] == 1
        assert [row["project"] for row in body["results"]] == [tenant.project]


@pytest.mark.parametrize("path", LISTS)
def test_filter_by_another_project_answers_as_one_that_never_was(
    tenants: Tenants, path: str
) -> None:
    ours = tenants.ours.rest
    assert ours.get(path, project="red").body["count"] == 1
    for project in ("blue", "nowhere"):
        assert ours.get(path, project=project).problem == (404, "project_not_found")


def test_one_name_means_each_projects_own(tenants: Tenants) -> None:
    for tenant in (tenants.ours, tenants.theirs):
        assert tenant.rest.get("containers/web").body["id"] == tenant.container
        image = tenant.rest.get(f"images/{tenant.image}").body
        assert (image["project"], image["used_by"]) == (tenant.project, ["web"])


def test_projects_of_others_are_not_listed(tenants: Tenants) -> None:
    assert [row["id"] for row in tenants.ours.rest.get("projects").rows] == ["red"]


def test_image_is_used_by_the_projects_own_containers_alone(
    tenants: Tenants, host: PlayedHost
) -> None:
    host.tell_container(container_of("secret-of-theirs", space="blue"))
    (image,) = tenants.ours.rest.get("images").rows
    assert image["used_by"] == ["web"]


NEW = (
    ("containers", {"host": "alpha", "name": "web", "image": "busybox:1"}),
    ("images/pull", {"host": "alpha", "reference": "busybox:1"}),
    ("registries", {"host": "registry.test"}),
)


@pytest.mark.parametrize(("path", "body"), NEW)
def test_nothing_is_made_in_another_project_nor_told_of_it(
    tenants: Tenants, host: PlayedHost, path: str, body: dict[str, str]
) -> None:
    before = counts()
    theirs = tenants.ours.rest.post(path, {**body, "project": "blue"})
    nothing = tenants.ours.rest.post(path, {**body, "project": "nowhere"})
    assert theirs.problem == nothing.problem == (404, "project_not_found")
    assert text_of(theirs, {"project": "blue"}) == text_of(nothing, {"project": "nowhere"})
    assert untouched(host, before)


def test_project_that_nobody_has_answers_its_admin_the_same(rest: Rest, host: PlayedHost) -> None:
    for path, body in NEW:
        answer = rest.post(path, {**body, "project": "nowhere"})
        assert answer.problem == (404, "project_not_found")


def test_name_that_another_project_has_is_free(tenants: Tenants, host: PlayedHost) -> None:
    host.tell_container(container_of("taken", space="blue"))
    wanted = {"host": "alpha", "name": "taken", "image": "busybox:1", "project": "red"}
    made = tenants.ours.rest.post("containers", wanted)
    assert (made.status, made.body["project"]) == (202, "red")
    again = tenants.ours.rest.post("containers", {**wanted, "name": "web"})
    assert again.problem == (409, "name_in_use")
    assert tenants.theirs.container[:12] not in json.dumps(again.body)


@pytest.mark.django_db(transaction=True)
def test_task_is_for_the_space_of_the_project_that_asked(
    tenants: Tenants, host: PlayedHost
) -> None:
    for tenant in (tenants.ours, tenants.theirs):
        tenant.rest.post("containers/web/stop", {})
        task = host.take()
        assert task.space == tenant.project
        assert task.payload.container_id == tenant.container  # type: ignore[union-attr]
        tenant.rest.delete(f"images/{tenant.image}")
        assert host.take().space == tenant.project


def test_trail_of_refusals_stays_with_who_was_refused(tenants: Tenants) -> None:
    tenants.ours.rest.post(f"containers/{tenants.theirs.container}/start", {})
    assert not AuditEntry.objects.filter(object_id=tenants.theirs.container).exists()


def test_who_is_in_both_projects_says_which_image_is_meant(rest: Rest, tenants: Tenants) -> None:
    path = f"images/{tenants.ours.image}"
    assert rest.get(path).problem == (400, "ambiguous_id")
    assert rest.get("containers/web").problem == (400, "ambiguous_id")
    for project in ("red", "blue"):
        assert rest.get(path, project=project).body["project"] == project
    assert rest.delete(f"{path}?project=blue").body["project"] == "blue"
