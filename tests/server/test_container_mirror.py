"""What hosts tell of containers, as the mirror keeps it."""

from __future__ import annotations

import dataclasses

import pytest

from accounts.models import User
from containers.models import Container
from containers.services import record_container, replace_containers
from engine.spec import codec
from engine.spec.container import ContainerState
from engine.spec.event import Event, ObjectKind
from tests.support.rest import CREATED, PlayedHost, Rest, container_of, make_host

pytestmark = [pytest.mark.server, pytest.mark.django_db]


def told(sequence: int, payload: object | None, key: str) -> Event:
    return Event(
        sequence=sequence,
        space="default",
        kind=ObjectKind.CONTAINER,
        id=key,
        action="start",
        time=CREATED,
        payload={} if payload is None else codec.to_plain(payload),
    )


def test_older_event_never_overwrites_a_newer_one(owner: User, host: PlayedHost) -> None:
    running = container_of("web")
    exited = dataclasses.replace(running, state=ContainerState.EXITED, exit_code=0)
    change = record_container(host.row, told(7, exited, running.id))
    assert change is not None
    assert (change.version, change.object["state"]) == (7, "exited")
    for sequence in (3, 7):
        assert record_container(host.row, told(sequence, running, running.id)) is None
    assert record_container(host.row, told(5, None, running.id)) is None
    row = Container.objects.get()
    assert (row.state, row.version) == ("exited", 7)


def test_event_that_is_repeated_does_not_bring_a_removed_container_back(
    rest: Rest, host: PlayedHost
) -> None:
    container = container_of("web")
    host.tell_container(container)
    host.tell(ObjectKind.CONTAINER, container.id, "destroy", None)
    host.sequence = 0
    host.tell_container(container)
    assert rest.get("containers").rows == []


def test_host_cannot_change_or_remove_a_container_of_another(rest: Rest, host: PlayedHost) -> None:
    container = container_of("web")
    host.tell_container(container)
    beta = make_host("beta")
    beta.sequence = 100
    beta.tell_container(dataclasses.replace(container, state=ContainerState.DEAD))
    beta.tell(ObjectKind.CONTAINER, container.id, "destroy", None)
    shown = rest.get("containers/web").body
    assert (shown["host"]["name"], shown["state"]) == ("alpha", "running")


def test_event_whose_payload_is_another_object_is_not_taken(rest: Rest, host: PlayedHost) -> None:
    host.tell(ObjectKind.CONTAINER, "e" * 64, "create", container_of("web"))
    assert rest.get("containers").rows == []


def test_container_of_a_project_that_is_unknown_or_not_yours_is_not_shown(
    rest: Rest, host: PlayedHost
) -> None:
    host.tell_container(container_of("web", space="elsewhere"))
    assert Container.objects.count() == 0
    rest.get("projects")


def test_inventory_repairs_the_mirror_but_leaves_what_is_newer(host: PlayedHost) -> None:
    for number, name in enumerate(("gone", "stale", "fresh"), start=1):
        record_container(host.row, told(number, container_of(name), container_of(name).id))
    record_container(host.row, told(9, container_of("fresh"), container_of("fresh").id))
    stale = container_of("stale", state=ContainerState.EXITED, version=5)
    replace_containers(host.row, [stale, container_of("new", version=4)], position=6, fresh=False)
    found = {row.name: (row.state, row.version) for row in Container.objects.all()}
    assert found == {"fresh": ("running", 9), "new": ("running", 4), "stale": ("exited", 5)}


def test_inventory_of_a_new_epoch_replaces_everything(host: PlayedHost) -> None:
    record_container(host.row, told(900, container_of("old"), container_of("old").id))
    record_container(host.row, told(901, container_of("both"), container_of("both").id))
    both = container_of("both", version=1)
    replace_containers(host.row, [both], position=1, fresh=True)
    assert [(row.name, row.version) for row in Container.objects.all()] == [("both", 1)]
