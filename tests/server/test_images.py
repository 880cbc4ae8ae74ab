from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from audit.models import AuditEntry
from bus import sealing
from bus.messages import ImagePull, ImageRemove, RegistryAccess
from bus.names import Queue
from engine.spec import codec
from engine.spec.event import Event, ObjectKind
from engine.spec.image import RegistryAuth
from images.models import Image
from images.services import record_image, replace_images
from networks.models import Network
from networks.services import record_network, replace_networks
from operations.models import Operation
from tests.support.rest import (
    CREATED,
    PlayedHost,
    Rest,
    container_of,
    image_id,
    image_of,
    make_host,
    network_of,
)

pytestmark = [pytest.mark.server, pytest.mark.django_db]

Capture = DjangoCaptureOnCommitCallbacks


def event(kind: ObjectKind, sequence: int, payload: Any, key: str, space: str = "default") -> Event:
    return Event(
        sequence=sequence,
        space=space,
        kind=kind,
        id=key,
        action="change",
        time=CREATED,
        payload={} if payload is None else codec.to_plain(payload),
    )


# --- asking ----------------------------------------------------------------------------------


def test_pull_is_sent_in_normal_form_to_the_pool_of_slow_work(
    rest: Rest, host: PlayedHost, django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = rest.post("images/pull", {"host": "alpha", "reference": "busybox"})
    assert answer.status == 202
    assert answer.body["subject"] == {
        "kind": "image",
        "id": "docker.io/library/busybox:latest",
        "name": "busybox:latest",
    }
    expected = ImagePull(reference="docker.io/library/busybox:latest", access=RegistryAccess())
    assert host.take(Queue.BUILD).payload == expected
    assert AuditEntry.objects.filter(verb="pull", kind="image").count() == 1


def test_pull_carries_the_registrys_password_sealed_for_that_host_alone(
    rest: Rest, host: PlayedHost, django_capture_on_commit_callbacks: Capture
) -> None:
    rest.post(
        "registries",
        {"host": "127.0.0.1:5000", "username": "ann", "password": "s3cret!", "insecure": True},
    )
    with django_capture_on_commit_callbacks(execute=True):
        rest.post("images/pull", {"host": "alpha", "reference": "127.0.0.1:5000/app:2"})
    task = host.take(Queue.BUILD)
    assert isinstance(task.payload, ImagePull)
    access = task.payload.access
    assert (access.insecure, access.ca) == (True, "")
    opened = sealing.unseal(access.auth, private_key=host.private_key)
    assert codec.decode(RegistryAuth, opened) == RegistryAuth(username="ann", password="s3cret!")
    assert "s3cret!" not in Operation.objects.get().body


def test_password_is_not_sent_to_another_registry(
    rest: Rest, host: PlayedHost, django_capture_on_commit_callbacks: Capture
) -> None:
    rest.post("registries", {"host": "127.0.0.1:5000", "username": "ann", "password": "s3cret!"})
    with django_capture_on_commit_callbacks(execute=True):
        rest.post("images/pull", {"host": "alpha", "reference": "127.0.0.1:5001/app:2"})
    task = host.take(Queue.BUILD)
    assert isinstance(task.payload, ImagePull)
    assert task.payload.access == RegistryAccess()


@pytest.mark.parametrize("reference", ["Not A Reference", "UPPER", "a//b", "x:y:z", "a@sha256:12"])
def test_what_is_no_reference_is_refused(rest: Rest, host: PlayedHost, reference: str) -> None:
    answer = rest.post("images/pull", {"host": "alpha", "reference": reference})
    assert answer.problem == (400, "invalid_reference")
    assert host.is_idle()


def test_image_is_removed_by_id_and_a_tag_of_it_by_reference(
    rest: Rest, host: PlayedHost, django_capture_on_commit_callbacks: Capture
) -> None:
    host.tell_image(image_of("busybox"))
    wanted = image_id("busybox")
    with django_capture_on_commit_callbacks(execute=True):
        assert rest.delete(f"images/{wanted}?force=true").status == 202
        assert rest.delete(f"images/{wanted}?reference=busybox:1").status == 202
    assert host.take().payload == ImageRemove(reference=wanted, force=True)
    assert host.take().payload == ImageRemove(reference="docker.io/library/busybox:1")


def test_tag_of_another_image_is_not_taken_off(rest: Rest, host: PlayedHost) -> None:
    host.tell_image(image_of("busybox"))
    host.tell_image(image_of("debian"))
    answer = rest.delete(f"images/{image_id('busybox')}?reference=debian:1")
    assert answer.problem == (404, "image_not_found")
    assert host.is_idle()


def test_which_host_is_meant_must_be_said_where_several_have_the_image(
    rest: Rest, host: PlayedHost
) -> None:
    beta = make_host("beta")
    for played in (host, beta):
        played.tell_image(image_of("busybox"))
    path = f"images/{image_id('busybox')}"
    assert rest.get(path).problem == (400, "ambiguous_id")
    assert rest.delete(path).problem == (400, "ambiguous_id")
    assert rest.get(path, host="beta").body["host"]["name"] == "beta"
    assert rest.delete(f"{path}?host=beta").body["host"]["name"] == "beta"


# --- reading ---------------------------------------------------------------------------------


def test_image_is_shown_with_layers_and_the_containers_that_use_it(
    rest: Rest, host: PlayedHost
) -> None:
    image = image_of("busybox")
    host.tell_image(image)
    host.tell_container(container_of("web"))
    host.tell_container(container_of("api"))
    host.tell_container(container_of("other", image_id=image_id("debian")))
    make_host("beta").tell_container(container_of("elsewhere", key="b" * 64))
    shown = rest.get(f"images/{image.id}").body
    assert shown == {
        "id": image.id,
        "host": {"id": host.id, "name": "alpha"},
        "project": "default",
        "tags": ["docker.io/library/busybox:1"],
        "digests": list(image.digests),
        "size": 3000,
        "created": "2026-01-02T03:04:05Z",
        "architecture": "amd64",
        "os": "linux",
        "layers": codec.to_plain(image.layers),
        "config": codec.to_plain(image.config),
        "used_by": ["api", "web"],
        "version": 1,
    }
    assert rest.get("images", host="alpha").rows == [shown]


def test_image_that_is_not_there_is_not_found(rest: Rest, host: PlayedHost) -> None:
    assert rest.get(f"images/{image_id('nothing')}").problem == (404, "image_not_found")


def test_networks_are_listed_by_host(rest: Rest, host: PlayedHost) -> None:
    network = network_of()
    host.tell_network(network)
    assert rest.get("networks", host="alpha").rows == [
        {
            "id": network.id,
            "name": "bridge",
            "host": {"id": host.id, "name": "alpha"},
            "project": "default",
            "driver": "bridge",
            "subnet": "10.83.0.0/24",
            "gateway": "10.83.0.1",
            "created_at": "2026-09-21T14:13:20Z",
            "version": 1,
        }
    ]


# --- the mirror ------------------------------------------------------------------------------


def test_older_event_of_an_image_never_overwrites_a_newer_one(host: PlayedHost) -> None:
    old = image_of("busybox")
    new = dataclasses.replace(old, tags=(*old.tags, "docker.io/library/busybox:2"))
    assert record_image(host.row, event(ObjectKind.IMAGE, 7, new, new.id)) is not None
    assert record_image(host.row, event(ObjectKind.IMAGE, 3, old, old.id)) is None
    assert record_image(host.row, event(ObjectKind.IMAGE, 5, None, old.id)) is None
    row = Image.objects.get()
    assert (row.tags, row.version) == (list(new.tags), 7)
    gone = record_image(host.row, event(ObjectKind.IMAGE, 8, None, old.id))
    assert gone is not None
    assert gone.object == {}
    assert Image.objects.count() == 0


def test_older_event_of_a_network_never_overwrites_a_newer_one(host: PlayedHost) -> None:
    old = network_of()
    new = dataclasses.replace(old, gateway="10.83.0.254")
    assert record_network(host.row, event(ObjectKind.NETWORK, 7, new, new.id)) is not None
    assert record_network(host.row, event(ObjectKind.NETWORK, 3, old, old.id)) is None
    assert Network.objects.get().gateway == "10.83.0.254"
    assert record_network(host.row, event(ObjectKind.NETWORK, 8, None, old.id)) is not None
    assert Network.objects.count() == 0


def test_inventory_repairs_images_and_networks(host: PlayedHost) -> None:
    for number, name in enumerate(("gone", "kept"), start=1):
        image, network = image_of(name), network_of(name)
        record_image(host.row, event(ObjectKind.IMAGE, number, image, image.id))
        record_network(host.row, event(ObjectKind.NETWORK, number, network, network.id))
    newer = image_of("newer")
    record_image(host.row, event(ObjectKind.IMAGE, 9, newer, newer.id))
    images = [dataclasses.replace(image_of(name), version=4) for name in ("kept", "new")]
    networks = [dataclasses.replace(network_of(name), version=4) for name in ("kept", "new")]
    replace_images(host.row, images, position=6, fresh=False)
    replace_networks(host.row, networks, position=6, fresh=False)
    found = {row.digest: row.version for row in Image.objects.all()}
    assert found == {image_id("kept"): 4, image_id("new"): 4, image_id("newer"): 9}
    assert {row.name: row.version for row in Network.objects.all()} == {"kept": 4, "new": 4}
    replace_images(host.row, images[:1], position=1, fresh=True)
    replace_networks(host.row, networks[:1], position=1, fresh=True)
    assert [row.digest for row in Image.objects.all()] == [image_id("kept")]
    assert [row.name for row in Network.objects.all()] == ["kept"]


def test_one_host_cannot_remove_what_another_has(owner: User, host: PlayedHost) -> None:
    beta = make_host("beta")
    image, network = image_of("busybox"), network_of()
    host.tell_image(image)
    host.tell_network(network)
    record_image(beta.row, event(ObjectKind.IMAGE, 90, None, image.id))
    record_network(beta.row, event(ObjectKind.NETWORK, 90, None, network.id))
    assert record_network(beta.row, event(ObjectKind.NETWORK, 91, network, network.id)) is None
    assert (Image.objects.count(), Network.objects.count()) == (1, 1)
    assert Network.objects.get().host_id == host.row.pk
