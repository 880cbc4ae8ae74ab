"""The one place that says what an actor may do; all that is not granted is refused."""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass

from django.db.models import Q

from accounts.actor import Actor
from accounts.errors import PermissionDenied, ProjectNotFound, SignInRequired
from accounts.permissions import Kind, Verb, permission
from bus.errors import HostNotFound

__all__ = ["DEFAULT_PROJECT", "Kind", "Scope", "Verb", "may", "require", "require_own", "visible"]

DEFAULT_PROJECT = "default"
"""The project every instance has; its id is the engine space, as every project's is."""

_SHARED = frozenset({Kind.HOST, Kind.USER, Kind.TEAM, Kind.ROLE})
"""Kinds that lie in no project: who may view them through any project or host sees them."""
_SEES_PROJECT = permission(Verb.VIEW, Kind.PROJECT)
_SEES_HOST = permission(Verb.VIEW, Kind.HOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where an actor sees objects of a kind: everywhere, or in some projects and on some hosts."""

    everything: bool = False
    projects: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is seen."""
        return not (self.everything or self.projects or self.hosts)

    def where(self, *, project: str | None = "project__pk", host: str | None = "host__pk") -> Q:
        """Return the condition on rows whose columns these are (None: they have no such column)."""
        if self.everything:
            return Q()
        places = {project: self.projects, host: self.hosts}
        wanted = [Q(**{f"{name}__in": ids}) for name, ids in places.items() if name and ids]
        return functools.reduce(operator.or_, wanted, Q()) if wanted else Q(pk__in=())


def require(
    actor: Actor,
    verb: Verb,
    kind: Kind,
    *,
    project: str | None = None,
    host: str | None = None,
) -> None:
    """Return if *actor* may *verb* objects of *kind* in *project* on *host* (None: in or on none).

    Else raise PermissionDenied; or, where the actor sees neither such objects nor the project or
    host, ProjectNotFound or HostNotFound, caused by it.
    """
    if may(actor, verb, kind, project=project, host=host):
        return
    if not actor.is_authenticated:
        raise SignInRequired
    denied = PermissionDenied(verb=verb.value, kind=kind.value, project=project or "")
    if _allowed(actor, permission(Verb.VIEW, kind), project=project, host=host):
        raise denied
    if project is not None and not _allowed(actor, _SEES_PROJECT, project=project, host=None):
        raise ProjectNotFound(project=project) from denied
    if host is not None and not actor.grants.hold_somewhere(_SEES_HOST):
        raise HostNotFound(host=host) from denied
    raise denied


def may(
    actor: Actor,
    verb: Verb,
    kind: Kind,
    *,
    project: str | None = None,
    host: str | None = None,
) -> bool:
    """Whether *actor* may *verb* objects of *kind* in *project* on *host* (None: in or on none)."""
    if not actor.is_authenticated:
        return False
    wanted = permission(verb, kind)
    if verb is Verb.VIEW and kind in _SHARED:
        return actor.grants.hold_somewhere(wanted)
    return _allowed(actor, wanted, project=project, host=host)


def require_own(actor: Actor, verb: Verb, kind: Kind) -> None:
    """Return if *actor* may *verb* what is their own, as everyone may but a limited token."""
    if not actor.is_authenticated:
        raise SignInRequired
    if actor.is_limited and verb is not Verb.VIEW:
        raise PermissionDenied(verb=verb.value, kind=kind.value, project="")


def visible(actor: Actor, kind: Kind, *, verb: Verb = Verb.VIEW) -> Scope:
    """Return where *actor* sees objects of *kind*: what selectors put into their one WHERE.

    With another *verb*: where the actor may do that.
    """
    if not actor.is_authenticated:
        raise SignInRequired
    wanted, grants = permission(verb, kind), actor.grants
    if wanted in grants.everywhere:
        return Scope(everything=True)
    return Scope(
        projects=frozenset(place for place, held in grants.projects.items() if wanted in held),
        hosts=frozenset(place for place, held in grants.hosts.items() if wanted in held),
    )


def _allowed(actor: Actor, wanted: str, *, project: str | None, host: str | None) -> bool:
    return actor.grants.allow(wanted, project=project, host=host)
