"""Giving roles, and taking them back."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from accounts import selectors
from accounts.access import Kind, Verb, require
from accounts.actor import Actor
from accounts.models import Binding, Team, Token, User
from accounts.services.authority import require_admin_left, require_covering
from accounts.services.notices import access_changed
from audit import services as audit
from engine.errors import InvalidValue


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    user: User | None = None
    team: Team | None = None
    token: Token | None = None


def create_binding(
    *,
    actor: Actor,
    role: str,
    user: str | None = None,
    team: str | None = None,
    token: int | None = None,
    project: str | None = None,
    host: str | None = None,
) -> Binding:
    """Give *role* to one of *user*, *team* and *token*: in *project*, on *host*, or everywhere.

    Nobody gives a role that holds more than they have there themselves.
    """
    if project is not None and host is not None:
        raise InvalidValue(field="host", value=host, problem="cannot be given beside a project")
    host_id = None if host is None else selectors.host_id(actor, host)
    require(actor, Verb.CREATE, Kind.BINDING, project=project, host=host_id)
    if project is not None:
        selectors.require_project(actor, project)
    given = selectors.role(actor=actor, name=role)
    held = selectors.permissions_of(given.name, given.permissions)
    require_covering(actor, Verb.CREATE, Kind.BINDING, held, project=project, host=host_id)
    subject = _subject(actor, user, team, token)
    with transaction.atomic():
        binding = Binding.objects.create(
            role=given,
            user=subject.user,
            team=subject.team,
            token=subject.token,
            project_id=project,
            host_id=host_id,
        )
        _audit(actor, Verb.CREATE, binding)
        access_changed(_affected(binding))
    return binding


def delete_binding(*, actor: Actor, binding_id: int) -> None:
    """Take a role back, from whoever has no more there than the actor."""
    binding = selectors.binding(actor=actor, binding_id=binding_id)
    place = {
        "project": binding.project_id,
        "host": None if binding.host_id is None else str(binding.host_id),
    }
    require(actor, Verb.DELETE, Kind.BINDING, **place)
    held = selectors.permissions_of(binding.role_id, binding.role.permissions)
    require_covering(actor, Verb.DELETE, Kind.BINDING, held, **place)
    with transaction.atomic():
        affected = _affected(binding)
        _audit(actor, Verb.DELETE, binding)
        binding.delete()
        require_admin_left()
        access_changed(affected)


def _subject(actor: Actor, user: str | None, team: str | None, token: int | None) -> _Subject:
    match user, team, token:
        case str(), None, None:
            return _Subject(user=selectors.user_named(actor=actor, username=user))
        case None, str(), None:
            return _Subject(team=selectors.team(actor=actor, name=team))
        case None, None, int():
            return _Subject(token=selectors.token(actor=actor, token_id=token))
    raise InvalidValue(field="user", value=user, problem="give one of user, team and token")


def _affected(binding: Binding) -> list[int]:
    if binding.user_id is not None:
        return [binding.user_id]
    if binding.token is not None:
        return [binding.token.user_id]
    return [] if binding.team is None else list(binding.team.members.values_list("pk", flat=True))


def _audit(actor: Actor, verb: Verb, binding: Binding) -> None:
    subject = binding.user or binding.team or binding.token
    audit.record(
        actor=actor,
        verb=verb,
        kind=Kind.BINDING,
        object_id=str(binding.pk),
        object_name=f"{binding.role_id}: {subject}",
        project=binding.project_id or "",
        detail={"host": str(binding.host_id)} if binding.host_id else None,
    )
