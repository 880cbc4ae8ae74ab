"""Everything that reads projects."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.access import Kind, Verb, require, visible_projects
from accounts.actor import Actor
from projects.models import Project

_COLUMNS = ("id", "name", "created_at")


def projects(*, actor: Actor) -> QuerySet[Project, dict[str, Any]]:
    """Return the projects that the actor may see."""
    require(actor, Verb.VIEW, Kind.PROJECT)
    found = Project.objects.filter(id__in=visible_projects(actor))
    rows: QuerySet[Project, dict[str, Any]] = found.values(*_COLUMNS)
    return rows
