"""Which roles may use which route: one row for each method of each route.

A role stands for a user who has it alone: `host_admin` on the host, `auditor` and `admin` on
everything, the others in the project; `stranger` is the admin of another project, `nobody` has no
role. Whoever is named neither as allowed nor as blind sees the object and is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ROLES = (
    "viewer",
    "operator",
    "deployer",
    "project_admin",
    "host_admin",
    "auditor",
    "admin",
    "stranger",
    "nobody",
)
EVERYONE = frozenset(ROLES)
ADMIN = frozenset({"admin"})
AUDITING = ADMIN | {"auditor"}
PROJECT_ADMIN = ADMIN | {"project_admin"}
DEPLOYING = PROJECT_ADMIN | {"deployer"}
OPERATING = DEPLOYING | {"operator"}
STOPPING = OPERATING | {"host_admin"}
READING = OPERATING | {"viewer"}
SEEING = READING | {"auditor"}
ON_HOST = SEEING | {"host_admin"}
HOSTS = ON_HOST | {"stranger"}
PEOPLE = AUDITING | {"project_admin", "stranger"}
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Row:
    """`allowed` get an answer of success; `blind` get 404; all others 403."""

    allowed: frozenset[str]
    blind: frozenset[str] = NOBODY
    body: dict[str, Any] | None = None
    query: dict[str, str] = field(default_factory=dict)
    answer: int | None = None
    """The status that the allowed get, where it is no success."""


def seen(allowed: frozenset[str], by: frozenset[str], body: dict[str, Any] | None = None) -> Row:
    """Return the row of an object that exists for some alone."""
    return Row(allowed=allowed, blind=EVERYONE - by, body=body)


_CREATED = {"host": "alpha", "image": "busybox:1", "name": "new"}

TABLE: dict[tuple[str, str], Row] = {
    # --- one's own ---
    ("GET", "session"): Row(allowed=EVERYONE),
    ("POST", "session"): Row(allowed=EVERYONE, body={"username": "ann", "password": "{password}"}),
    ("DELETE", "session"): Row(allowed=EVERYONE),
    ("GET", "users-me"): Row(allowed=EVERYONE),
    ("POST", "users-password"): Row(
        allowed=EVERYONE, body={"current": "{password}", "new": "another horse entirely"}
    ),
    ("GET", "permissions"): Row(allowed=EVERYONE),
    ("GET", "tokens"): Row(allowed=EVERYONE),
    ("POST", "tokens"): Row(allowed=EVERYONE, body={"name": "t"}),
    ("DELETE", "token"): Row(allowed=ADMIN, blind=EVERYONE - AUDITING),
    ("GET", "sessions"): Row(allowed=EVERYONE),
    ("DELETE", "browser"): Row(allowed=ADMIN, blind=EVERYONE - AUDITING),
    # --- people ---
    ("GET", "users"): Row(allowed=PEOPLE),
    ("POST", "users"): Row(allowed=ADMIN, body={"username": "new"}),
    ("GET", "user"): Row(allowed=PEOPLE),
    ("PATCH", "user"): Row(allowed=ADMIN, body={"is_active": False}),
    ("DELETE", "user"): Row(allowed=ADMIN),
    ("GET", "teams"): Row(allowed=PEOPLE),
    ("POST", "teams"): Row(allowed=ADMIN, body={"name": "new"}),
    ("GET", "team"): Row(allowed=PEOPLE),
    ("PATCH", "team"): Row(allowed=ADMIN, body={"description": "x"}),
    ("DELETE", "team"): Row(allowed=ADMIN),
    ("PUT", "team-member"): Row(allowed=ADMIN),
    ("DELETE", "team-member"): Row(allowed=ADMIN),
    ("GET", "roles"): Row(allowed=PEOPLE),
    ("POST", "roles"): Row(allowed=ADMIN, body={"name": "new", "permissions": []}),
    ("GET", "role"): Row(allowed=PEOPLE),
    ("PATCH", "role"): Row(allowed=ADMIN, body={"description": "x"}),
    ("DELETE", "role"): Row(allowed=ADMIN),
    ("GET", "bindings"): Row(allowed=EVERYONE),
    ("POST", "bindings"): seen(
        PROJECT_ADMIN, SEEING, {"role": "viewer", "user": "ann", "project": "default"}
    ),
    ("GET", "binding"): seen(PROJECT_ADMIN | AUDITING, PROJECT_ADMIN | AUDITING),
    ("DELETE", "binding"): seen(PROJECT_ADMIN, PROJECT_ADMIN | AUDITING),
    ("GET", "invitations"): Row(allowed=AUDITING),
    ("POST", "invitations"): Row(allowed=ADMIN, body={"username": "new"}),
    ("DELETE", "invitation"): Row(allowed=ADMIN),
    ("GET", "audit"): Row(allowed=PEOPLE),
    ("GET", "audit-export"): Row(allowed=PEOPLE),
    # --- projects and hosts ---
    ("GET", "projects"): Row(allowed=EVERYONE),
    ("POST", "projects"): Row(allowed=ADMIN, body={"id": "new", "name": "New"}),
    ("GET", "project"): seen(SEEING, SEEING),
    ("PATCH", "project"): seen(PROJECT_ADMIN, SEEING, {"name": "x"}),
    ("DELETE", "project"): seen(ADMIN, SEEING),
    ("GET", "project-policy"): seen(DEPLOYING | AUDITING, SEEING),
    ("PUT", "project-policy"): seen(ADMIN, SEEING, {}),
    ("GET", "hosts"): Row(allowed=EVERYONE),
    ("GET", "host"): seen(HOSTS, HOSTS),
    # --- what projects have ---
    ("GET", "operations"): Row(allowed=EVERYONE),
    ("GET", "operation"): seen(ON_HOST, ON_HOST),
    ("POST", "operation-cancel"): seen(OPERATING, ON_HOST),
    ("GET", "registries"): Row(allowed=EVERYONE),
    ("POST", "registries"): seen(PROJECT_ADMIN, SEEING, {"host": "new.test"}),
    ("GET", "registry"): seen(SEEING, SEEING),
    ("PATCH", "registry"): seen(PROJECT_ADMIN, SEEING, {"name": "x"}),
    ("DELETE", "registry"): seen(PROJECT_ADMIN, SEEING),
    ("POST", "registry-test"): seen(PROJECT_ADMIN, SEEING, {"host": "alpha"}),
    ("GET", "images"): Row(allowed=EVERYONE),
    ("POST", "image-pull"): seen(
        DEPLOYING, SEEING, {"host": "alpha", "project": "default", "reference": "busybox:2"}
    ),
    ("GET", "image"): seen(ON_HOST, ON_HOST),
    ("DELETE", "image"): seen(DEPLOYING, ON_HOST),
    ("GET", "networks"): Row(allowed=EVERYONE),
    ("GET", "containers"): Row(allowed=EVERYONE),
    ("POST", "containers"): seen(DEPLOYING, SEEING, _CREATED),
    ("GET", "container"): seen(ON_HOST, ON_HOST),
    ("DELETE", "container"): seen(DEPLOYING, ON_HOST),
    ("POST", "container-start"): seen(OPERATING, ON_HOST),
    ("POST", "container-stop"): seen(STOPPING, ON_HOST, {}),
    ("POST", "container-kill"): seen(OPERATING, ON_HOST, {}),
    ("POST", "container-restart"): seen(OPERATING, ON_HOST, {}),
    # With a tail that cannot be read: judged before, and nothing is asked of the host.
    ("GET", "container-logs"): Row(
        allowed=READING, blind=EVERYONE - ON_HOST, query={"tail": "x"}, answer=400
    ),
}
