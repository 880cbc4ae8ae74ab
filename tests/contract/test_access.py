"""Every route and method, walked from the URL configuration: what is not listed here is closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from audit.models import AuditEntry
from operations.models import Operation
from projects.models import Project
from tests.support.rest import PlayedHost, Rest, container_of, image_of, make_member, rest_of

pytestmark = [pytest.mark.server, pytest.mark.django_db]

OPEN_TO_ALL = {
    ("GET", "/api/v1/setup"),
    ("POST", "/api/v1/setup"),
    ("OPTIONS", "/api/v1/setup"),
    ("GET", "/api/v1/invitation"),
    ("POST", "/api/v1/invitation"),
    ("OPTIONS", "/api/v1/invitation"),
    ("GET", "/api/v1/session"),
    ("POST", "/api/v1/session"),
    ("OPTIONS", "/api/v1/session"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/version"),
    # The console's own files: it shows the sign-in page.
    ("GET", "/(?!api/|static/|ws/|agent/)"),
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SAFE = ("GET", "OPTIONS")
_ARGUMENT = re.compile(r"<(\w+):\w+>")
_SAMPLES = {"str": "sample", "int": "1", "uuid": "00000000-0000-4000-8000-000000000000"}


def patterns(
    entries: list[URLPattern | URLResolver], prefix: str = "/"
) -> Iterator[tuple[str, Any]]:
    for entry in entries:
        path = prefix + str(entry.pattern).removeprefix("^")
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns, path)
        else:
            yield path, entry.callback


def routes() -> Iterator[tuple[str, str]]:
    for path, view in patterns(get_resolver().url_patterns):
        handlers = getattr(view, "view_class", getattr(view, "cls", None))
        for method in METHODS:
            if method == "GET" if handlers is None else hasattr(handlers, method.lower()):
                yield method, path


ROUTES = list(routes())


def test_walk_finds_the_routes_that_people_use() -> None:
    assert {
        ("POST", "/api/v1/containers"),
        ("DELETE", "/api/v1/images/<str:image_id>"),
        ("GET", "/api/v1/schema"),
        ("GET", "/api/docs"),
        ("GET", "/api/v1/containers/<str:container_id>/logs"),
    } <= set(ROUTES)
    assert set(ROUTES) >= OPEN_TO_ALL


@pytest.mark.parametrize(("method", "path"), [r for r in ROUTES if r not in OPEN_TO_ALL])
@pytest.mark.parametrize("credentials", ["", "Bearer berth_unknown", "Bearer x", "Basic eDp5"])
def test_route_is_closed_without_credentials(
    nobody: Rest, method: str, path: str, credentials: str
) -> None:
    address = _ARGUMENT.sub(lambda found: _SAMPLES[found.group(1)], path)
    headers = {"Authorization": credentials} if credentials else {}
    answer = Client().generic(method, address, b"{}", "application/json", headers=headers)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert AuditEntry.objects.count() == 0
    assert Operation.objects.count() == 0


@pytest.mark.parametrize(
    ("method", "path"), [r for r in ROUTES if r not in OPEN_TO_ALL and r[0] not in SAFE]
)
def test_session_changes_nothing_without_its_csrf_header(
    owner: User, method: str, path: str
) -> None:
    address = _ARGUMENT.sub(lambda found: _SAMPLES[found.group(1)], path)
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    before = AuditEntry.objects.count()
    answer = client.generic(method, address, b"{}", "application/json")
    assert answer.status_code == 403
    assert AuditEntry.objects.count() == before


def test_objects_of_a_project_that_is_not_yours_are_not_there(host: PlayedHost) -> None:
    rest = rest_of(make_member(role="project_admin"))
    Project.objects.create(id="secret", name="Secret")
    container, image = container_of("web", space="secret"), image_of("app", space="secret")
    host.tell_container(container)
    host.tell_image(image)
    for path in ("containers", "images", "networks", "registries", "operations"):
        assert rest.get(path).rows == []
    assert [row["id"] for row in rest.get("projects").rows] == ["default"]
    assert rest.get(f"containers/{container.id}").problem == (404, "container_not_found")
    assert rest.get("containers/web").problem == (404, "container_not_found")
    assert rest.get(f"containers/{container.id}/logs").problem == (404, "container_not_found")
    for verb in ("start", "stop", "kill", "restart"):
        answer = rest.post(f"containers/{container.id}/{verb}", {})
        assert answer.problem == (404, "container_not_found")
    assert rest.delete("containers/web").problem == (404, "container_not_found")
    assert rest.get(f"images/{image.id}").problem == (404, "image_not_found")
    assert rest.delete(f"images/{image.id}").problem == (404, "image_not_found")
    taken = {"host": "alpha", "name": "web", "image": "busybox"}
    assert rest.post("containers", taken).status == 202
