"""Roles and bindings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet

from accounts.access import Kind, Verb, require, visible
from accounts.actor import Actor
from accounts.errors import BindingNotFound, RoleNotFound
from accounts.models import Binding, Role
from accounts.selectors.grants import host_id, permissions_of, require_project

Row = dict[str, Any]

_ROLE_COLUMNS = ("name", "description", "permissions", "built_in", "created_at")
_BINDING_COLUMNS = ("id", "role_id", "user_id", "team_id", "token_id", "project_id", "host_id")
_SUBJECTS = ("user", "team", "token")
_PLACES = ("project", "host")


def roles(*, actor: Actor) -> QuerySet[Role, Row]:
    """Return the rows of all roles, built-in ones first."""
    require(actor, Verb.VIEW, Kind.ROLE)
    rows: QuerySet[Role, Row] = Role.objects.values(*_ROLE_COLUMNS)
    return rows


def role_documents(rows: Iterable[Row]) -> list[Row]:
    """Return rows of roles as clients see them."""
    return [
        {**row, "permissions": sorted(permissions_of(row["name"], row["permissions"]))}
        for row in rows
    ]


def role(*, actor: Actor, name: str) -> Role:
    """Return one role, or raise RoleNotFound."""
    require(actor, Verb.VIEW, Kind.ROLE)
    found = Role.objects.filter(pk=name).first()
    if found is None:
        raise RoleNotFound(role=name)
    return found


def bindings(
    *,
    actor: Actor,
    user: str | None = None,
    team: str | None = None,
    role: str | None = None,
    project: str | None = None,
    host: str | None = None,
) -> QuerySet[Binding, Row]:
    """Return the rows of the bindings that the actor may see and that fit all that is given."""
    if project is not None:
        require_project(actor, project)
    wanted = {
        "user__username": user,
        "team__name": team,
        "role": role,
        "project": project,
        "host": None if host is None else host_id(actor, host),
    }
    found = _seen(actor).filter(**{name: one for name, one in wanted.items() if one is not None})
    rows: QuerySet[Binding, Row] = found.values(
        *_BINDING_COLUMNS,
        "created_at",
        user_name=F("user__username"),
        team_name=F("team__name"),
        token_name=F("token__name"),
        project_name=F("project__name"),
        host_name=F("host__name"),
    )
    return rows


def binding_documents(rows: Iterable[Row]) -> list[Row]:
    """Return rows of bindings as clients see them."""
    return [
        {
            "id": row["id"],
            "role": row["role_id"],
            "subject": _reference(row, _SUBJECTS),
            "scope": _reference(row, _PLACES) or {"kind": "everything", "id": "", "name": ""},
            "created_at": row["created_at"],
        }
        for row in rows
    ]


def binding(*, actor: Actor, binding_id: int) -> Binding:
    """Return one binding with what it is of, or raise BindingNotFound."""
    seen = _seen(actor).select_related("role", "user", "team", "token")
    found = seen.filter(pk=binding_id).first()
    if found is None:
        raise BindingNotFound(binding=str(binding_id))
    return found


def _seen(actor: Actor) -> QuerySet[Binding]:
    return Binding.objects.filter(visible(actor, Kind.BINDING).where())


def _reference(row: Row, kinds: Iterable[str]) -> Row | None:
    for kind in kinds:
        if row[f"{kind}_id"] is not None:
            return {"kind": kind, "id": str(row[f"{kind}_id"]), "name": row[f"{kind}_name"]}
    return None
