"""The OpenAPI schema: complete, readable, and what the answers really are."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from tests.support.rest import PlayedHost, Rest, container_of, image_of, network_of

pytestmark = pytest.mark.server

OPERATIONS = {
    "audit_export",
    "audit_list",
    "bindings_create",
    "bindings_destroy",
    "bindings_list",
    "bindings_retrieve",
    "containers_create",
    "containers_destroy",
    "containers_kill",
    "containers_list",
    "containers_logs",
    "containers_restart",
    "containers_retrieve",
    "containers_start",
    "containers_stop",
    "hosts_list",
    "hosts_retrieve",
    "images_destroy",
    "images_list",
    "images_pull",
    "images_retrieve",
    "invitation_accept",
    "invitation_retrieve",
    "invitations_create",
    "invitations_destroy",
    "invitations_list",
    "networks_list",
    "operations_cancel",
    "operations_list",
    "operations_retrieve",
    "projects_create",
    "projects_destroy",
    "permissions_list",
    "projects_list",
    "projects_policy_retrieve",
    "projects_policy_update",
    "projects_retrieve",
    "projects_update",
    "registries_create",
    "registries_destroy",
    "registries_list",
    "registries_retrieve",
    "registries_test",
    "registries_update",
    "roles_create",
    "roles_destroy",
    "roles_list",
    "roles_retrieve",
    "roles_update",
    "session_create",
    "session_destroy",
    "session_retrieve",
    "sessions_destroy",
    "sessions_list",
    "setup_complete",
    "setup_retrieve",
    "teams_add_member",
    "teams_create",
    "teams_destroy",
    "teams_list",
    "teams_remove_member",
    "teams_retrieve",
    "teams_update",
    "tokens_create",
    "tokens_destroy",
    "tokens_list",
    "users_change_password",
    "users_create",
    "users_destroy",
    "users_list",
    "users_me",
    "users_retrieve",
    "users_update",
}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema, generated as the front end has it; a warning fails."""
    out = io.StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=out)
    found: dict[str, Any] = yaml.safe_load(out.getvalue())
    return found


def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for path in schema["paths"].values()
        for operation in path.values()
    }


def test_operations_have_names_that_read_well(schema: dict[str, Any]) -> None:
    assert set(operations(schema)) == OPERATIONS


def test_every_operation_says_what_it_does_and_how_it_fails(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema).items():
        assert operation["description"].endswith("."), name
        assert "application/problem+json" in operation["responses"]["default"]["content"], name
        assert operation["security"], name


def test_no_enumeration_has_a_name_made_by_the_generator(schema: dict[str, Any]) -> None:
    assert [name for name in schema["components"]["schemas"] if name.endswith("Enum")] == []


def test_descriptions_of_operations_are_their_own(schema: dict[str, Any]) -> None:
    told = Counter(operation["description"] for operation in operations(schema).values())
    assert [text for text, count in told.items() if count > 1] == []


@pytest.mark.django_db
def test_answers_are_what_the_schema_says(
    schema: dict[str, Any], rest: Rest, host: PlayedHost
) -> None:
    host.tell_image(image_of("busybox"))
    host.tell_network(network_of())
    container = container_of("web")
    host.tell_container(container)
    rest.post("registries", {"host": "docker.io"})
    rest.post("containers", {"host": "alpha", "image": "busybox:1"})
    rest.post("teams", {"name": "builders"})
    rest.put("teams/builders/members/owner")
    rest.post("invitations", {"username": "ann", "team": "builders"})
    asked = {
        "/api/v1/containers": "containers",
        "/api/v1/containers/{container_id}": f"containers/{container.id}",
        "/api/v1/images": "images",
        "/api/v1/images/{image_id}": f"images/{container.image_id}",
        "/api/v1/networks": "networks",
        "/api/v1/operations": "operations",
        "/api/v1/projects": "projects",
        "/api/v1/projects/{project}": "projects/default",
        "/api/v1/projects/{project}/policy": "projects/default/policy",
        "/api/v1/registries": "registries",
        "/api/v1/tokens": "tokens",
        "/api/v1/hosts": "hosts",
        "/api/v1/session": "session",
        "/api/v1/setup": "setup",
        "/api/v1/users/me": "users/me",
        "/api/v1/users": "users",
        "/api/v1/roles": "roles",
        "/api/v1/roles/{name}": "roles/viewer",
        "/api/v1/bindings": "bindings",
        "/api/v1/teams": "teams",
        "/api/v1/invitations": "invitations",
        "/api/v1/audit": "audit",
    }
    for path, place in asked.items():
        said = schema["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
        answer = rest.get(place).body
        assert "results" not in answer or answer["results"], place
        jsonschema.validate(answer, _readable(said["schema"] | schema_parts(schema)))


def schema_parts(schema: dict[str, Any]) -> dict[str, Any]:
    return {"components": schema["components"]}


def _readable(part: Any) -> Any:
    """Return OpenAPI 3.0's `nullable` as JSON Schema has it, and close every object."""
    if isinstance(part, list):
        return [_readable(item) for item in part]
    if not isinstance(part, dict):
        return part
    read = {name: _readable(value) for name, value in part.items() if name != "nullable"}
    if isinstance(part.get("properties"), dict) and "additionalProperties" not in part:
        read["additionalProperties"] = False
    if part.get("nullable") is True:
        return {"anyOf": [read, {"type": "null"}]}
    return read


@pytest.mark.django_db
def test_schema_and_explorer_are_served_to_whoever_is_signed_in(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    assert b"containers_list" in client.get("/api/v1/schema").content
    page = client.get("/api/docs").content
    assert b"/static/drf_spectacular_sidecar/swagger-ui-dist/" in page
    assert b"https://cdn" not in page
