"""Nobody hands on what they do not have, and somebody always may do everything."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from accounts import selectors
from accounts.access import Kind, Verb
from accounts.actor import Actor
from accounts.errors import AuthorityExceeded, LastAdmin, PermissionDenied
from accounts.models import Binding, Role, User
from accounts.permissions import ADMIN, ALL, Permission
from engine.errors import InvalidValue


def require_covering(
    actor: Actor,
    verb: Verb,
    kind: Kind,
    permissions: Collection[Permission],
    *,
    project: str | None = None,
    host: str | None = None,
) -> None:
    """Return if *actor* has all *permissions* there, as whoever hands them on to others must."""
    missing = [
        one
        for one in sorted(permissions)
        if not actor.grants.allow(one, project=project, host=host)
    ]
    if missing:
        denied = PermissionDenied(verb=verb.value, kind=kind.value, project=project or "")
        raise AuthorityExceeded(missing=", ".join(missing)) from denied


def require_covering_bindings(actor: Actor, verb: Verb, kind: Kind, whose: Q) -> None:
    """Return if *actor* has all that the bindings *whose* give."""
    for held in selectors.held_by(whose):
        require_covering(actor, verb, kind, held.permissions, project=held.project, host=held.host)


def require_covering_user(actor: Actor, verb: Verb, kind: Kind, user: User) -> None:
    """Return if *actor* has all that *user* has, as whoever could act as them must."""
    if user.pk != actor.user_id:
        require_covering_bindings(actor, verb, kind, selectors.bindings_of(user))


def require_admin_left() -> None:
    """Return if someone who can sign in still may do everything; in the change's transaction."""
    # Two who take each other's role at one moment do it one after the other.
    Role.objects.select_for_update().get(pk=ADMIN)
    person = {"is_active": True, "is_robot": False}
    direct = Q(**{f"user__{name}": value for name, value in person.items()})
    by_team = Q(**{f"team__members__{name}": value for name, value in person.items()})
    admins = Binding.objects.filter(role=ADMIN, project=None, host=None)
    if not admins.filter(direct | by_team).exists():
        raise LastAdmin


def known(permissions: Collection[str]) -> list[Permission]:
    """Return *permissions*, sorted, or raise InvalidValue for one that does not exist."""
    for one in permissions:
        if one not in ALL:
            raise InvalidValue(field="permissions", value=one, problem="is no permission")
    return sorted(set(permissions))
