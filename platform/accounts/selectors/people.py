"""Users and teams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from accounts.access import Kind, Verb, require, require_own
from accounts.actor import Actor
from accounts.errors import AccountNotFound, SignInRequired, TeamNotFound
from accounts.models import Team, User

Row = dict[str, Any]

_USER_COLUMNS = ("id", "username", "is_robot", "is_active", "created_at", "last_login")
_TEAM_COLUMNS = ("id", "name", "description", "created_at")


def setup_required() -> bool:
    """Whether the first admin is still to be made; known to everyone."""
    return not User.objects.exists()


def current_user(*, actor: Actor) -> User:
    """Return the actor's own account."""
    require_own(actor, Verb.VIEW, Kind.USER)
    found = None if actor.user_id is None else User.objects.filter(pk=actor.user_id).first()
    if found is None:
        raise SignInRequired
    return found


def users(*, actor: Actor, text: str = "") -> QuerySet[User, Row]:
    """Return the rows of all users, by name; *text* is any part of the name."""
    require(actor, Verb.VIEW, Kind.USER)
    found = User.objects.order_by("username")
    if text:
        found = found.filter(username__icontains=text)
    rows: QuerySet[User, Row] = found.values(*_USER_COLUMNS)
    return rows


def user(*, actor: Actor, user_id: int) -> User:
    """Return one user, or raise AccountNotFound."""
    require(actor, Verb.VIEW, Kind.USER)
    found = User.objects.filter(pk=user_id).first()
    if found is None:
        raise AccountNotFound(username=str(user_id))
    return found


def user_named(*, actor: Actor, username: str) -> User:
    """Return the user of this name, or raise AccountNotFound."""
    require(actor, Verb.VIEW, Kind.USER)
    found = User.objects.filter(username=username.lower()).first()
    if found is None:
        raise AccountNotFound(username=username)
    return found


def teams(*, actor: Actor) -> QuerySet[Team, Row]:
    """Return the rows of all teams, by name."""
    require(actor, Verb.VIEW, Kind.TEAM)
    rows: QuerySet[Team, Row] = Team.objects.values(*_TEAM_COLUMNS)
    return rows


def team_documents(rows: Iterable[Row]) -> list[Row]:
    """Return rows of teams as clients see them; one query finds all their members."""
    rows = list(rows)
    members: defaultdict[int, list[Row]] = defaultdict(list)
    found = User.objects.filter(teams__in=[row["id"] for row in rows]).order_by("username")
    for team_id, user_id, name in found.values_list("teams__id", "id", "username"):
        members[team_id].append({"id": user_id, "username": name})
    return [{**row, "members": members[row["id"]]} for row in rows]


def team(*, actor: Actor, name: str) -> Team:
    """Return one team, or raise TeamNotFound."""
    require(actor, Verb.VIEW, Kind.TEAM)
    found = Team.objects.filter(name=name).first()
    if found is None:
        raise TeamNotFound(team=name)
    return found
