"""Everything that reads people and tokens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from accounts.access import Kind, Verb, require_own
from accounts.actor import Actor
from accounts.errors import SignInRequired
from accounts.grants import Grants
from accounts.models import Binding, Team, Token, User
from accounts.permissions import BUILT_IN, Permission

_TOKEN_COLUMNS = ("id", "name", "prefix", "created_at", "expires_at", "last_used_at")


def setup_required() -> bool:
    """Whether the first admin is still to be made; known to everyone."""
    return not User.objects.exists()


def current_user(*, actor: Actor) -> User:
    """Return the actor's own account."""
    require_own(actor, Verb.VIEW, Kind.USER)
    user = None if actor.user_id is None else User.objects.filter(pk=actor.user_id).first()
    if user is None:
        raise SignInRequired
    return user


def tokens(*, actor: Actor) -> QuerySet[Token, dict[str, Any]]:
    """Return the actor's own tokens, newest first, without what could be used."""
    require_own(actor, Verb.VIEW, Kind.TOKEN)
    rows: QuerySet[Token, dict[str, Any]] = own_tokens(actor).values(*_TOKEN_COLUMNS)
    return rows


def own_tokens(actor: Actor) -> QuerySet[Token]:
    """Return the tokens that stand for the actor; a program of ours has none."""
    if actor.user_id is None:
        return Token.objects.none()
    return Token.objects.filter(user_id=actor.user_id)


def grants_of(user: User, token: Token | None = None) -> Grants:
    """Return what *user* may do, or what is left of it under the limits of their *token*."""
    whose = Q(user=user) | Q(team__in=Team.objects.filter(members=user).values("pk"))
    if token is not None:
        whose |= Q(token=token)
    everywhere: set[Permission] = set()
    projects: defaultdict[str, set[Permission]] = defaultdict(set)
    hosts: defaultdict[str, set[Permission]] = defaultdict(set)
    rows = Binding.objects.filter(whose).order_by()
    for role, custom, project, host in rows.values_list(
        "role_id", "role__permissions", "project_id", "host_id"
    ):
        held = permissions_of(role, custom)
        if project is not None:
            projects[project] |= held
        elif host is not None:
            hosts[str(host)] |= held
        else:
            everywhere |= held
    grants = Grants(
        everywhere=frozenset(everywhere),
        projects={place: frozenset(held) for place, held in projects.items()},
        hosts={place: frozenset(held) for place, held in hosts.items()},
    )
    return grants if token is None else grants.within(**_limits(token))


def permissions_of(role: str, custom: Collection[Permission]) -> frozenset[Permission]:
    """Return what the role of this name allows; *custom* is what its row says."""
    built_in = BUILT_IN.get(role)
    return frozenset(custom) if built_in is None else built_in


def _limits(token: Token) -> dict[str, frozenset[str] | None]:
    return {
        "permissions": None if token.permissions is None else frozenset(token.permissions),
        "projects": None if token.projects is None else frozenset(token.projects),
    }
