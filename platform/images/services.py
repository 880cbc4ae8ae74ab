"""Everything that changes images: asked of their host, which alone does it."""

from __future__ import annotations

from accounts.access import Kind, Verb, require
from accounts.actor import Actor
from bus.messages import ImagePull, ImageRemove, OperationKind
from bus.names import Queue
from engine.errors import ImageNotFound
from engine.spec.reference import parse_reference
from hosts import selectors as hosts
from images import selectors
from images.mirror import record as record_image
from images.mirror import replace as replace_images
from operations import services as operations
from operations.models import Operation
from projects import selectors as projects
from projects.policy import judge_host, judge_image
from projects.services import enforce
from registries import services as registries

__all__ = ["pull", "record_image", "remove", "replace_images"]


def pull(*, actor: Actor, host: str, project: str, reference: str) -> Operation:
    """Ask *host* for the image at *reference*, with the project's credentials for its registry."""
    projects.get_project(actor=actor, project=project)
    found = projects.get_project(actor=actor, project=project)
    chosen = hosts.get_host(actor=actor, host=host)
    require(actor, Verb.PULL, Kind.IMAGE, project=project, host=str(chosen.pk))
    wanted = str(parse_reference(reference))
    policy = projects.policy_of(found)
    enforce(
        actor=actor,
        verb=Verb.PULL,
        kind=Kind.IMAGE,
        project=project,
        name=wanted,
        broken=judge_image(policy, wanted) + judge_host(policy, str(chosen.pk)),
    )
    access = registries.access_for(
        actor=actor, project=project, reference=wanted, public_key=bytes(chosen.public_key)
    )
    return operations.submit(
        actor=actor,
        kind=OperationKind.IMAGE_PULL,
        host=chosen,
        project=project,
        subject_kind=Kind.IMAGE,
        subject_id=wanted,
        subject_name=parse_reference(reference).familiar,
        payload=ImagePull(reference=wanted, access=access),
        queue=Queue.BUILD,
    )


def remove(
    *,
    actor: Actor,
    digest: str,
    project: str | None = None,
    host: str | None = None,
    reference: str = "",
    force: bool = False,
) -> Operation:
    """Ask for an image to be removed, or with *reference* for that tag of it alone."""
    found = selectors.find(actor=actor, digest=digest, project=project, host=host)
    require(actor, Verb.DELETE, Kind.IMAGE, project=found.project_id, host=str(found.host_id))
    wanted = str(parse_reference(reference)) if reference else found.digest
    if reference and wanted not in (*found.tags, *found.digests):
        raise ImageNotFound(reference=reference)
    return operations.submit(
        actor=actor,
        kind=OperationKind.IMAGE_REMOVE,
        host=found.host,
        project=found.project_id,
        subject_kind=Kind.IMAGE,
        subject_id=found.digest,
        subject_name=reference or (found.tags[0] if found.tags else found.digest),
        payload=ImageRemove(reference=wanted, force=force),
    )
