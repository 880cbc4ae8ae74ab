"""Everything that reads projects."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from accounts.access import Kind, Verb, require, visible
from accounts.actor import Actor
from accounts.errors import ProjectNotFound
from engine.spec import codec
from projects.models import Project
from projects.policy import Policy

_COLUMNS = ("id", "name", "created_at")


def projects(*, actor: Actor) -> QuerySet[Project, dict[str, Any]]:
    """Return the projects that the actor may see."""
    rows: QuerySet[Project, dict[str, Any]] = _seen(actor).values(*_COLUMNS)
    return rows


def project(*, actor: Actor, project: str) -> dict[str, Any]:
    """Return one project as clients see it, or raise ProjectNotFound."""
    row = projects(actor=actor).filter(pk=project).first()
    if row is None:
        raise ProjectNotFound(project=project)
    return row


def get_project(*, actor: Actor, project: str, lock: bool = False) -> Project:
    """Return the project, or raise ProjectNotFound also where the actor may not see it."""
    seen = _seen(actor)
    found = (seen.select_for_update() if lock else seen).filter(pk=project).first()
    if found is None:
        raise ProjectNotFound(project=project)
    return found


def policy(*, actor: Actor, project: str) -> Policy:
    """Return a project's policy, for those who may read it."""
    found = get_project(actor=actor, project=project)
    require(actor, Verb.VIEW, Kind.POLICY, project=project)
    return policy_of(found)


def policy_of(project: Project) -> Policy:
    """Return the policy that a project has."""
    return codec.from_plain(Policy, project.policy)


def hosts_of(projects: Collection[str]) -> list[tuple[str, ...] | None]:
    """Return the hosts that the policy of each of *projects* allows; None is any."""
    if not projects:
        return []
    return [policy_of(found).hosts for found in Project.objects.filter(pk__in=projects)]


def _seen(actor: Actor) -> QuerySet[Project]:
    return Project.objects.filter(visible(actor, Kind.PROJECT).where(project="pk", host=None))
