"""Everything that changes containers: asked of their host, which alone does it."""

from __future__ import annotations

import secrets
from dataclasses import replace

from accounts.access import Kind, Verb, require
from accounts.actor import Actor
from bus.messages import (
    ContainerCreate,
    ContainerKill,
    ContainerRemove,
    ContainerRestart,
    ContainerStart,
    ContainerStop,
    OperationKind,
    Payload,
)
from containers import selectors
from containers.mirror import record as record_container
from containers.mirror import replace as replace_containers
from containers.models import Container
from containers.names import suggest
from engine.errors import NameInUse
from engine.spec.container import ContainerSpec
from hosts import selectors as hosts
from hosts.models import Host
from operations import services as operations
from operations.models import Operation
from projects import selectors as projects
from projects.models import Project
from projects.policy import affects_host, judge
from projects.services import enforce

__all__ = [
    "create",
    "kill",
    "record_container",
    "remove",
    "replace_containers",
    "restart",
    "start",
    "stop",
]


def create(*, actor: Actor, host: str, project: str, spec: ContainerSpec, start: bool) -> Operation:
    """Ask *host* for a container; one without a name in its *spec* is given one."""
    projects.get_project(actor=actor, project=project)
    found = projects.get_project(actor=actor, project=project)
    chosen = hosts.get_host(actor=actor, host=host)
    _judge(actor, found, chosen, spec)
    taken = selectors.names_on(host=chosen, project=project)
    if holder := taken.get(spec.name):
        raise NameInUse(kind="container", name=spec.name, holder=f"container {holder[:12]}")
    if not spec.name:
        spec = replace(spec, name=suggest(frozenset(taken)))
    container_id = secrets.token_hex(32)
    return operations.submit(
        actor=actor,
        kind=OperationKind.CONTAINER_CREATE,
        host=chosen,
        project=project,
        subject_kind=Kind.CONTAINER,
        subject_id=container_id,
        subject_name=spec.name,
        payload=ContainerCreate(container_id=container_id, spec=spec, start=start),
    )


def start(*, actor: Actor, key: str) -> Operation:
    """Ask for a created or exited container to run."""
    found = _find(actor, Verb.START, key)
    return _submit(
        actor, OperationKind.CONTAINER_START, found, ContainerStart(container_id=found.pk)
    )


def stop(*, actor: Actor, key: str, timeout: int | None) -> Operation:
    """Ask for a container's end by its stop signal, then by KILL after *timeout* seconds."""
    found = _find(actor, Verb.STOP, key)
    payload = ContainerStop(container_id=found.pk, timeout=timeout)
    return _submit(actor, OperationKind.CONTAINER_STOP, found, payload)


def kill(*, actor: Actor, key: str, signal: str) -> Operation:
    """Ask for a signal to be sent to a container's first process."""
    found = _find(actor, Verb.KILL, key)
    payload = ContainerKill(container_id=found.pk, signal=signal)
    return _submit(actor, OperationKind.CONTAINER_KILL, found, payload)


def restart(*, actor: Actor, key: str, timeout: int | None) -> Operation:
    """Ask for a container to be stopped as `stop` does, and started."""
    found = _find(actor, Verb.RESTART, key)
    payload = ContainerRestart(container_id=found.pk, timeout=timeout)
    return _submit(actor, OperationKind.CONTAINER_RESTART, found, payload)


def remove(*, actor: Actor, key: str, force: bool) -> Operation:
    """Ask for a container to be removed; one that runs only with *force*."""
    found = _find(actor, Verb.DELETE, key)
    payload = ContainerRemove(container_id=found.pk, force=force)
    return _submit(actor, OperationKind.CONTAINER_REMOVE, found, payload)


def _judge(actor: Actor, project: Project, host: Host, spec: ContainerSpec) -> None:
    """Let pass what the actor may ask for and the policy takes: the very *spec* that is run."""
    place = {"project": project.pk, "host": str(host.pk)}
    require(actor, Verb.CREATE, Kind.CONTAINER, **place)
    enforce(
        actor=actor,
        verb=Verb.CREATE,
        kind=Kind.CONTAINER,
        project=project.pk,
        name=spec.name,
        broken=judge(projects.policy_of(project), spec, host=str(host.pk)),
    )
    if affects_host(spec):
        require(actor, Verb.HOST_OPTIONS, Kind.CONTAINER, **place)


def _find(actor: Actor, verb: Verb, key: str) -> Container:
    found = selectors.find(actor=actor, key=key)
    require(actor, verb, Kind.CONTAINER, project=found.project_id, host=str(found.host_id))
    return found


def _submit(actor: Actor, kind: OperationKind, container: Container, payload: Payload) -> Operation:
    return operations.submit(
        actor=actor,
        kind=kind,
        host=container.host,
        project=container.project_id,
        subject_kind=Kind.CONTAINER,
        subject_id=container.pk,
        subject_name=container.name,
        payload=payload,
    )
