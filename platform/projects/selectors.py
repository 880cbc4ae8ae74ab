"""Everything that reads projects."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.access import Kind, Verb, require, visible_projects
from accounts.actor import Actor
from projects.models import Project


def projects(*, actor: Actor) -> QuerySet[Project, dict[str, Any]]:
    """Return the projects that the actor may see."""
    require(actor, Verb.VIEW, Kind.PROJECT)
    return Project.objects.filter(id__in=visible_projects(actor)).values("id", "name", "created_at")


def known_ids() -> frozenset[str]:
    """Return the id of every project: the spaces of which a host's events are taken."""
    return frozenset(Project.objects.values_list("id", flat=True))
