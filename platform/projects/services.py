"""Everything that changes projects."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts.access import DEFAULT_PROJECT, Kind, Verb, require
from accounts.actor import Actor
from accounts.services.notices import access_of_all_changed
from audit import services as audit
from audit.models import Outcome
from engine.spec import codec
from projects.errors import ProjectExists, ProjectIsDefault, ProjectNotEmpty, violated
from projects.models import Project
from projects.policy import Policy, Violation
from projects.selectors import get_project

_UNFINISHED = ("queued", "running")


def create_project(*, actor: Actor, project: str, name: str) -> Project:
    """Make a project; its id, which never changes, is its space on every host."""
    require(actor, Verb.CREATE, Kind.PROJECT)
    made = Project(id=project, name=name)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            _audit(actor, Verb.CREATE, Kind.PROJECT, made)
    except IntegrityError as error:
        raise ProjectExists(project=project) from error
    return made


def rename_project(*, actor: Actor, project: str, name: str) -> Project:
    """Give a project another name."""
    with transaction.atomic():
        found = get_project(actor=actor, project=project)
        require(actor, Verb.UPDATE, Kind.PROJECT, project=project)
        found.name = name
        found.save(update_fields=["name"])
        _audit(actor, Verb.UPDATE, Kind.PROJECT, found)
    return found


def set_policy(*, actor: Actor, project: str, policy: Policy) -> Project:
    """Replace a project's policy; it judges what is asked for from now on, not what runs."""
    with transaction.atomic():
        found = get_project(actor=actor, project=project)
        require(actor, Verb.UPDATE, Kind.POLICY, project=project)
        found.policy = codec.to_plain(policy)
        found.save(update_fields=["policy"])
        _audit(actor, Verb.UPDATE, Kind.POLICY, found)
        # Which hosts its people see may be others now.
        access_of_all_changed()
    return found


def delete_project(*, actor: Actor, project: str) -> None:
    """Remove a project that has nothing on any host, with its registries and bindings."""
    with transaction.atomic():
        found = get_project(actor=actor, project=project, lock=True)
        require(actor, Verb.DELETE, Kind.PROJECT, project=project)
        if project == DEFAULT_PROJECT:
            raise ProjectIsDefault(project=project)
        contents = {
            "containers": found.containers.count(),
            "images": found.images.count(),
            "running operations": found.operations.filter(state__in=_UNFINISHED).count(),
        }
        left = [f"{count} {what}" for what, count in contents.items() if count]
        if left:
            raise ProjectNotEmpty(project=project, contents=", ".join(left))
        _audit(actor, Verb.DELETE, Kind.PROJECT, found)
        found.delete()
        access_of_all_changed()


def enforce(
    *, actor: Actor, verb: Verb, kind: Kind, project: str, name: str, broken: tuple[Violation, ...]
) -> None:
    """Return if no rule of the project's policy is *broken*; else note the denial and raise it."""
    if not broken:
        return
    audit.record(
        actor=actor,
        verb=verb,
        kind=kind,
        object_name=name[:255],
        project=project,
        outcome=Outcome.DENIED,
        detail={violation.rule.value: violation.text for violation in broken},
    )
    raise violated(project, broken)


def _audit(actor: Actor, verb: Verb, kind: Kind, project: Project) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        kind=kind,
        object_id=project.pk,
        object_name=project.name,
        project=project.pk,
    )
