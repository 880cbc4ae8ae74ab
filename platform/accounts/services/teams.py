"""Teams and who is in them."""

from __future__ import annotations

import re

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import selectors
from accounts.access import Kind, Verb, require
from accounts.actor import Actor
from accounts.errors import TeamExists
from accounts.models import NAME_PATTERN, Team
from accounts.services.authority import require_admin_left, require_covering_bindings
from accounts.services.notices import access_changed
from audit import services as audit
from engine.errors import InvalidValue


def create_team(*, actor: Actor, name: str, description: str = "") -> Team:
    """Make a team without members."""
    require(actor, Verb.CREATE, Kind.TEAM)
    if re.fullmatch(NAME_PATTERN, name) is None:
        raise InvalidValue(field="name", value=name, problem="may hold a-z, 0-9, '_' and '-' alone")
    try:
        with transaction.atomic():
            team = Team.objects.create(name=name, description=description)
            _audit(actor, Verb.CREATE, team)
    except IntegrityError as error:
        raise TeamExists(name=name) from error
    return team


def update_team(*, actor: Actor, name: str, description: str) -> Team:
    """Describe a team anew."""
    require(actor, Verb.UPDATE, Kind.TEAM)
    team = selectors.team(actor=actor, name=name)
    team.description = description
    with transaction.atomic():
        team.save(update_fields=["description"])
        _audit(actor, Verb.UPDATE, team)
    return team


def delete_team(*, actor: Actor, name: str) -> None:
    """Remove a team; its members lose what they had by it."""
    require(actor, Verb.DELETE, Kind.TEAM)
    team = selectors.team(actor=actor, name=name)
    require_covering_bindings(actor, Verb.DELETE, Kind.TEAM, Q(team=team))
    members = list(team.members.values_list("pk", flat=True))
    with transaction.atomic():
        _audit(actor, Verb.DELETE, team)
        team.delete()
        require_admin_left()
        access_changed(members)


def add_member(*, actor: Actor, team: str, username: str) -> None:
    """Put a user into a team; whoever does so must have all that the team has."""
    _change(actor, team, username, is_member=True)


def remove_member(*, actor: Actor, team: str, username: str) -> None:
    """Take a user out of a team."""
    _change(actor, team, username, is_member=False)


def _change(actor: Actor, name: str, username: str, *, is_member: bool) -> None:
    require(actor, Verb.UPDATE, Kind.TEAM)
    team = selectors.team(actor=actor, name=name)
    user = selectors.user_named(actor=actor, username=username)
    require_covering_bindings(actor, Verb.UPDATE, Kind.TEAM, Q(team=team))
    with transaction.atomic():
        if is_member:
            team.members.add(user)
        else:
            team.members.remove(user)
            require_admin_left()
        _audit(actor, Verb.UPDATE, team, "added" if is_member else "removed", user.username)
        access_changed((user.pk,))


def _audit(actor: Actor, verb: Verb, team: Team, change: str = "", username: str = "") -> None:
    audit.record(
        actor=actor,
        verb=verb,
        kind=Kind.TEAM,
        object_id=str(team.pk),
        object_name=team.name,
        detail={change: username} if change else None,
    )
