"""Everything that reads registries; passwords are never among it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.access import Kind, visible
from accounts.actor import Actor
from projects.selectors import get_project
from registries.errors import RegistryNotFound
from registries.models import Registry

_COLUMNS = (
    "id",
    "project_id",
    "name",
    "host",
    "username",
    "sealed_password",
    "insecure",
    "ca",
    "created_at",
    "updated_at",
)


def registries(*, actor: Actor, project: str | None = None) -> QuerySet[Registry, dict[str, Any]]:
    """Return the registries of the projects that the actor may see."""
    found = Registry.objects.filter(visible(actor, Kind.REGISTRY).where(host=None))
    if project is not None:
        found = found.filter(project=get_project(actor=actor, project=project))
    rows: QuerySet[Registry, dict[str, Any]] = found.values(*_COLUMNS)
    return rows


def registry(*, actor: Actor, registry_id: int) -> dict[str, Any]:
    """Return one registry in its public form, or raise RegistryNotFound."""
    row = registries(actor=actor).filter(pk=registry_id).first()
    if row is None:
        raise RegistryNotFound(registry=str(registry_id))
    return public(row)


def public(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as users see it: whether there is a password, never the password."""
    shown = {name: row[name] for name in _COLUMNS if name not in ("project_id", "sealed_password")}
    return {**shown, "project": row["project_id"], "has_password": bool(row["sealed_password"])}
