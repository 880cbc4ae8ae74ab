"""Links by which people whom somebody asked in become users."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import selectors
from accounts.access import Kind, Verb, require
from accounts.actor import Actor
from accounts.errors import InvalidInvitation, InvitationNotFound, UsernameTaken
from accounts.models import Binding, Invitation, Role, Team, User
from accounts.services.actors import actor_of
from accounts.services.authority import require_covering, require_covering_bindings
from accounts.services.passwords import new_user, valid_username
from accounts.tokens import digest
from audit import services as audit

LIFETIME = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """An invitation with the secret of its link, which nobody can read again."""

    invitation: Invitation
    secret: str = field(repr=False)


def create_invitation(
    *,
    actor: Actor,
    username: str,
    role: str | None = None,
    project: str | None = None,
    team: str | None = None,
    lifetime: dt.timedelta = LIFETIME,
) -> NewInvitation:
    """Ask *username* in: into *team*, with *role* in *project* or on everything; else with nothing.

    An invitation of theirs that was open is void. Nobody gives more than they have themselves.
    """
    require(actor, Verb.CREATE, Kind.INVITATION)
    name = valid_username(username)
    if User.objects.filter(username=name).exists():
        raise UsernameTaken(username=name)
    given = _role(actor, role, project)
    joined = _team(actor, team)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        Invitation.objects.filter(username=name).delete()
        invitation = Invitation.objects.create(
            username=name,
            hash=digest(secret),
            role=given,
            project_id=project,
            team=joined,
            created_by=actor.username,
            expires_at=timezone.now() + lifetime,
        )
        _audit(actor, Verb.CREATE, invitation)
    return NewInvitation(invitation=invitation, secret=secret)


def delete_invitation(*, actor: Actor, invitation_id: int) -> None:
    """Make an invitation's link useless."""
    require(actor, Verb.DELETE, Kind.INVITATION)
    invitation = Invitation.objects.filter(pk=invitation_id).first()
    if invitation is None:
        raise InvitationNotFound(invitation=str(invitation_id))
    with transaction.atomic():
        _audit(actor, Verb.DELETE, invitation)
        invitation.delete()


def invitation_of(*, token: str) -> Invitation:
    """Return the open invitation with this secret, or raise InvalidInvitation."""
    open_ones = Invitation.objects.filter(expires_at__gt=timezone.now())
    invitation = open_ones.filter(hash=digest(token)).first()
    if invitation is None:
        raise InvalidInvitation
    return invitation


def accept_invitation(*, actor: Actor, token: str, password: str) -> User:
    """Make the user who was asked in, under the name they were asked by; works once."""
    invitation = invitation_of(token=token)
    user = new_user(invitation.username, password)
    try:
        with transaction.atomic():
            # Whoever comes second finds nothing to delete.
            deleted, _ = Invitation.objects.filter(pk=invitation.pk).delete()
            if not deleted:
                raise InvalidInvitation
            user.save()
            _give(invitation, user)
            _audit(actor_of(user=user, origin=actor.origin), Verb.ACCEPT, invitation)
    except IntegrityError as error:
        raise UsernameTaken(username=user.username) from error
    return user


def _role(actor: Actor, name: str | None, project: str | None) -> Role | None:
    if project is not None:
        selectors.require_project(actor, project)
    if name is None:
        return None
    role = selectors.role(actor=actor, name=name)
    held = selectors.permissions_of(role.name, role.permissions)
    require_covering(actor, Verb.CREATE, Kind.INVITATION, held, project=project)
    return role


def _team(actor: Actor, name: str | None) -> Team | None:
    if name is None:
        return None
    team = selectors.team(actor=actor, name=name)
    require_covering_bindings(actor, Verb.CREATE, Kind.INVITATION, Q(team=team))
    return team


def _give(invitation: Invitation, user: User) -> None:
    if invitation.role is not None:
        Binding.objects.create(role=invitation.role, user=user, project=invitation.project)
    if invitation.team is not None:
        invitation.team.members.add(user)


def _audit(actor: Actor, verb: Verb, invitation: Invitation) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        kind=Kind.INVITATION,
        object_id=str(invitation.pk),
        object_name=invitation.username,
        project=invitation.project_id or "",
        detail={"role": invitation.role_id or "", "team": str(invitation.team or "")},
    )
