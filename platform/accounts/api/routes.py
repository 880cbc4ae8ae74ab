"""Every route and method that answers, with the permission it is for; any other is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView

OWN = "own"
"""What everyone may do who is signed in, with what is theirs."""

ROUTES: Mapping[str, Mapping[str, str]] = {
    "session": {"GET": OWN, "POST": OWN, "DELETE": OWN},
    "users": {"GET": "view:user", "POST": "create:user"},
    "users-me": {"GET": OWN},
    "users-password": {"POST": OWN},
    "user": {"GET": "view:user", "PATCH": "update:user", "DELETE": "delete:user"},
    "teams": {"GET": "view:team", "POST": "create:team"},
    "team": {"GET": "view:team", "PATCH": "update:team", "DELETE": "delete:team"},
    "team-member": {"PUT": "update:team", "DELETE": "update:team"},
    "permissions": {"GET": OWN},
    "roles": {"GET": "view:role", "POST": "create:role"},
    "role": {"GET": "view:role", "PATCH": "update:role", "DELETE": "delete:role"},
    "bindings": {"GET": "view:binding", "POST": "create:binding"},
    "binding": {"GET": "view:binding", "DELETE": "delete:binding"},
    "tokens": {"GET": OWN, "POST": OWN},
    "token": {"DELETE": OWN},
    "sessions": {"GET": OWN},
    "browser": {"DELETE": OWN},
    "invitations": {"GET": "view:invitation", "POST": "create:invitation"},
    "invitation": {"DELETE": "delete:invitation"},
    "audit": {"GET": "view:audit"},
    "audit-export": {"GET": "export:audit"},
    "projects": {"GET": "view:project", "POST": "create:project"},
    "project": {"GET": "view:project", "PATCH": "update:project", "DELETE": "delete:project"},
    "project-policy": {"GET": "view:policy", "PUT": "update:policy"},
    "hosts": {"GET": "view:host"},
    "host": {"GET": "view:host"},
    "operations": {"GET": "view:operation"},
    "operation": {"GET": "view:operation"},
    "operation-cancel": {"POST": "cancel:operation"},
    "registries": {"GET": "view:registry", "POST": "create:registry"},
    "registry": {"GET": "view:registry", "PATCH": "update:registry", "DELETE": "delete:registry"},
    "registry-test": {"POST": "test:registry"},
    "images": {"GET": "view:image"},
    "image-pull": {"POST": "pull:image"},
    "image": {"GET": "view:image", "DELETE": "delete:image"},
    "networks": {"GET": "view:network"},
    "containers": {"GET": "view:container", "POST": "create:container"},
    "container": {"GET": "view:container", "DELETE": "delete:container"},
    "container-start": {"POST": "start:container"},
    "container-stop": {"POST": "stop:container"},
    "container-kill": {"POST": "kill:container"},
    "container-restart": {"POST": "restart:container"},
    "container-logs": {"GET": "logs:container"},
}
"""By the route's name. The service judges with the object in its hands; this keeps closed what
nobody thought about."""


class ListedRoute(IsAuthenticated):
    """Lets signed-in callers to the routes of the table, and nobody to any other."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        match = request.resolver_match
        listed = ROUTES.get(match.url_name or "", {}) if match is not None else {}
        method = request.method or ""
        is_listed = method in listed or (method in SAFE_METHODS and bool(listed))
        # What the view has no handler for is answered as such: 405.
        is_closed = not is_listed and hasattr(view, method.lower())
        return not is_closed and super().has_permission(request, view)
