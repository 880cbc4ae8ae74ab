"""What a client may write, field by field: a new one is a decision, not an accident."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.serializers import BaseSerializer, ListSerializer, Serializer

from accounts.api.base import StrictSerializer
from config import urls

assert urls.urlpatterns, "importing them imports every serializer"

PORT = ("container_port", "host_address", "host_port", "protocol")
RESOURCES = ("cpu_shares", "cpus", "memory", "pids")
SPEC = (
    "cap_add",
    "cap_drop",
    "command",
    "entrypoint",
    "env",
    "hostname",
    "image",
    "labels",
    "log",
    "log.max_files",
    "log.max_size",
    "name",
    "network",
    "no_new_privileges",
    "ports",
    *(f"ports.{name}" for name in PORT),
    "privileged",
    "readonly_rootfs",
    "resources",
    *(f"resources.{name}" for name in RESOURCES),
    "seccomp",
    "stop_signal",
    "stop_timeout",
    "tty",
    "user",
    "userns",
    "working_dir",
)
REGISTRY = ("ca", "host", "insecure", "name", "password", "username")
PAGE = ("page", "page_size")
POLICY = (
    "capabilities",
    "host_addresses",
    "host_network",
    "host_user_namespace",
    "hosts",
    "max_memory",
    "max_pids",
    "no_new_privileges",
    "ports",
    "ports.first",
    "ports.last",
    "privileged",
    "registries",
    "unconfined_seccomp",
)

SEARCH = (
    "actor", "kind", "object", "operation", "outcome", "project", "since", "text", "until", "verb",
)  # fmt: skip

WRITABLE: dict[str, tuple[str, ...]] = {
    "AcceptInvitationSerializer": ("password", "token"),
    "AuditExportQuery": ("form", *SEARCH),
    "AuditQuery": (*PAGE, *SEARCH),
    "BindingsQuery": ("host", *PAGE, "project", "role", "team", "user"),
    "InvitationQuery": ("token",),
    "NewBindingSerializer": ("host", "project", "role", "team", "token", "user"),
    "NewInvitationSerializer": ("days", "project", "role", "team", "username"),
    "NewRoleSerializer": ("description", "name", "permissions"),
    "NewTeamSerializer": ("description", "name"),
    "NewUserSerializer": ("password", "username"),
    "PasswordChangeSerializer": ("current", "new"),
    "RoleChangeSerializer": ("description", "permissions"),
    "SessionsQuery": (*PAGE, "user"),
    "TeamChangeSerializer": ("description",),
    "TokensQuery": ("owner", *PAGE),
    "UserChangeSerializer": ("is_active", "password"),
    "UsersQuery": (*PAGE, "text"),
    "_SearchSerializer": SEARCH,
    "ContainerQuery": ("host", "name", *PAGE, "project", "state"),
    "ContainerSpecSerializer": SPEC,
    "ImageQuery": ("host", "project"),
    "ImagesQuery": ("host", *PAGE, "project"),
    "KillSerializer": ("signal",),
    "LogOptionsSerializer": ("max_files", "max_size"),
    "NetworkQuery": ("host", *PAGE, "project"),
    "NewContainerSerializer": tuple(sorted((*SPEC, "host", "project", "start"))),
    "NewProjectSerializer": ("id", "name"),
    "NewRegistrySerializer": tuple(sorted((*REGISTRY, "project"))),
    "NewTokenSerializer": ("expires_at", "name", "owner", "permissions", "projects"),
    "NothingSerializer": (),
    "OperationQuery": ("host", "kind", *PAGE, "project", "state", "subject"),
    "PageQuery": PAGE,
    "PolicySerializer": POLICY,
    "PortBindingSerializer": PORT,
    "PortRangeSerializer": ("first", "last"),
    "ProjectChangeSerializer": ("name",),
    "PullSerializer": ("host", "project", "reference"),
    "RegistryChangeSerializer": REGISTRY,
    "RegistryQuery": (*PAGE, "project"),
    "RegistryTestSerializer": ("host",),
    "RemoveImageQuery": ("force", "host", "project", "reference"),
    "RemoveQuery": ("force",),
    "ResourcesSerializer": RESOURCES,
    "SetupSerializer": ("password", "token", "username"),
    "SignInSerializer": ("password", "username"),
    "StopSerializer": ("timeout",),
}


def subclasses(kind: type[StrictSerializer]) -> Iterator[type[StrictSerializer]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def writable(form: BaseSerializer[Any], prefix: str = "") -> Iterator[str]:
    inner = form.child if isinstance(form, ListSerializer) else form
    assert isinstance(inner, Serializer)
    for name, field in inner.fields.items():
        if not field.read_only:
            yield prefix + name
            if isinstance(field, BaseSerializer):
                yield from writable(field, f"{prefix}{name}.")


def test_writable_fields_of_all_input_are_those_that_are_listed() -> None:
    found = {
        form.__name__: tuple(sorted(writable(form()))) for form in subclasses(StrictSerializer)
    }
    assert found == {name: tuple(sorted(fields)) for name, fields in WRITABLE.items()}


@pytest.mark.parametrize("name", sorted(WRITABLE))
def test_field_that_is_not_listed_is_refused(name: str) -> None:
    form = next(form for form in subclasses(StrictSerializer) if form.__name__ == name)
    for injected in ("id", "is_admin", "user", "hash", "state", "space"):
        if injected in WRITABLE[name]:
            continue
        filled = form(data={injected: "x"})
        assert not filled.is_valid()
        assert filled.errors[injected] == ["There is no such field."]
