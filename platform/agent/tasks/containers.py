"""Tasks on containers: each is one engine call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from agent.operation import Verb, Work
from bus import messages
from bus.messages import OperationKind
from engine.errors import EngineError
from engine.spec.container import Container


def create(work: Work) -> Container:
    """Create the container, and start it if that was asked in the same breath: both or neither."""
    payload = cast("messages.ContainerCreate", work.payload)
    container = work.engine.create(payload.spec, payload.container_id)
    if not payload.start:
        return container
    try:
        return work.engine.start(container.id)
    except EngineError:
        # One that never ran would keep the name from the next try.
        work.engine.remove(container.id)
        raise


def start(work: Work) -> Container:
    payload = cast("messages.ContainerStart", work.payload)
    return work.engine.start(payload.container_id)


def stop(work: Work) -> Container:
    payload = cast("messages.ContainerStop", work.payload)
    return work.engine.stop(payload.container_id, payload.timeout)


def kill(work: Work) -> Container:
    payload = cast("messages.ContainerKill", work.payload)
    return work.engine.kill(payload.container_id, payload.signal)


def restart(work: Work) -> Container:
    payload = cast("messages.ContainerRestart", work.payload)
    return work.engine.restart(payload.container_id, payload.timeout)


def remove(work: Work) -> None:
    payload = cast("messages.ContainerRemove", work.payload)
    work.engine.remove(payload.container_id, force=payload.force)


VERBS: Mapping[OperationKind, Verb] = {
    OperationKind.CONTAINER_CREATE: create,
    OperationKind.CONTAINER_START: start,
    OperationKind.CONTAINER_STOP: stop,
    OperationKind.CONTAINER_KILL: kill,
    OperationKind.CONTAINER_RESTART: restart,
    OperationKind.CONTAINER_REMOVE: remove,
}
