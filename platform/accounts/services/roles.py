"""Roles that an instance makes for itself; built-in ones stay as they are."""

from __future__ import annotations

import re
from collections.abc import Collection

from django.db import IntegrityError, transaction

from accounts import selectors
from accounts.access import Kind, Verb, require
from accounts.actor import Actor
from accounts.errors import RoleExists, RoleIsBuiltIn
from accounts.models import NAME_PATTERN, Role
from accounts.services.authority import known, require_covering
from accounts.services.notices import access_of_all_changed
from audit import services as audit
from engine.errors import InvalidValue


def create_role(
    *, actor: Actor, name: str, permissions: Collection[str], description: str = ""
) -> Role:
    """Make a role; nobody puts into one what they may not do everywhere themselves."""
    require(actor, Verb.CREATE, Kind.ROLE)
    if re.fullmatch(NAME_PATTERN, name) is None:
        raise InvalidValue(field="name", value=name, problem="may hold a-z, 0-9, '_' and '-' alone")
    role = Role(name=name, description=description, permissions=known(permissions))
    require_covering(actor, Verb.CREATE, Kind.ROLE, role.permissions)
    try:
        with transaction.atomic():
            role.save(force_insert=True)
            _audit(actor, Verb.CREATE, role)
    except IntegrityError as error:
        raise RoleExists(name=name) from error
    return role


def update_role(
    *,
    actor: Actor,
    name: str,
    permissions: Collection[str] | None = None,
    description: str | None = None,
) -> Role:
    """Change a role, for all who have it; None leaves what it is about."""
    role = _changeable(actor, Verb.UPDATE, name)
    if permissions is not None:
        role.permissions = known(permissions)
        require_covering(actor, Verb.UPDATE, Kind.ROLE, role.permissions)
    if description is not None:
        role.description = description
    with transaction.atomic():
        role.save(update_fields=["permissions", "description"])
        _audit(actor, Verb.UPDATE, role)
        access_of_all_changed()
    return role


def delete_role(*, actor: Actor, name: str) -> None:
    """Remove a role and its bindings."""
    role = _changeable(actor, Verb.DELETE, name)
    with transaction.atomic():
        _audit(actor, Verb.DELETE, role)
        role.delete()
        access_of_all_changed()


def _changeable(actor: Actor, verb: Verb, name: str) -> Role:
    require(actor, verb, Kind.ROLE)
    role = selectors.role(actor=actor, name=name)
    if role.built_in:
        raise RoleIsBuiltIn(name=name)
    # Nor does anyone take from others what they do not have themselves.
    require_covering(actor, verb, Kind.ROLE, role.permissions)
    return role


def _audit(actor: Actor, verb: Verb, role: Role) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        kind=Kind.ROLE,
        object_id=role.name,
        object_name=role.name,
        detail={"permissions": " ".join(role.permissions)},
    )
