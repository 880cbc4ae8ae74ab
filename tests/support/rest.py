"""The platform's REST side under test: real database and Valkey, a host played by the test."""

from __future__ import annotations

import base64
import dataclasses
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.conf import settings
from django.test import Client

from accounts import services as accounts
from accounts.actor import Actor, program
from accounts.models import Binding, Role, User
from accounts.permissions import BUILT_IN
from accounts.tokens import digest
from bus import messages, names
from bus.journal import OperationReport
from bus.messages import OperationState, SignedMessage, TaskMessage
from bus.names import Queue
from config.keys import read_signing_key
from config.redis import client
from engine.errors import EngineError
from engine.spec import codec
from engine.spec.container import Container, ContainerSpec, ContainerState
from engine.spec.event import Event, ObjectKind
from engine.spec.image import Image, ImageConfig, Layer
from engine.spec.network import Network, NetworkDriver
from hosts.models import Host
from ingest.batch import record_batch
from ingest.process import publish
from projects.models import Project
from tests.support.valkey import Valkey
from tests.support.waiting import wait_until

PASSWORD = "correct horse battery"
SECOND = 1_000_000_000
CREATED = 1_790_000_000 * SECOND


class Answer:
    """An HTTP answer with its JSON read."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        has_json = response.headers.get("Content-Type", "").endswith(("/json", "+json"))
        self.body: Any = json.loads(response.content) if has_json else None
        self.text = response.getvalue().decode() if response.streaming else ""

    @property
    def rows(self) -> list[dict[str, Any]]:
        assert self.status == 200, self.body
        return cast("list[dict[str, Any]]", self.body["results"])

    @property
    def problem(self) -> tuple[int, str]:
        assert self.headers["Content-Type"] == "application/problem+json", self.body
        return self.status, self.body["code"]


class Rest:
    """`/api/v1/` as one caller sees it; CSRF is enforced, as outside of tests."""

    def __init__(self, token: str = "", *, origin: str = "192.0.2.1") -> None:
        self.client = Client(enforce_csrf_checks=True, REMOTE_ADDR=origin)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: str) -> Answer:
        return Answer(self.client.get(f"/api/v1/{path}", query, headers=self.headers))

    def post(self, path: str, body: object = None, **headers: str) -> Answer:
        return self.send("POST", path, body, **headers)

    def put(self, path: str) -> Answer:
        return self.send("PUT", path, None)

    def patch(self, path: str, body: object) -> Answer:
        return self.send("PATCH", path, body)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.send("DELETE", path, None, **headers)

    def send(self, method: str, path: str, body: object, **headers: str) -> Answer:
        response = self.client.generic(
            method,
            f"/api/v1/{path}",
            b"" if body is None else json.dumps(body),
            content_type="application/json",
            headers={**self.headers, **headers},
        )
        return Answer(response)


@dataclass(kw_only=True)
class PlayedHost:
    """A host whose engine is the test: it takes messages from its queue and tells events."""

    row: Host
    private_key: bytes
    sequence: int = 0

    @property
    def id(self) -> str:
        return str(self.row.pk)

    def live(self) -> None:
        """Show live workers for as long as a test lasts."""
        for pool in Queue:
            client().set(names.worker_key(self.id, pool), b"1", ex=600)

    def die(self) -> None:
        for pool in Queue:
            client().delete(names.worker_key(self.id, pool))

    def take(self, pool: Queue = Queue.QUICK) -> TaskMessage:
        """Return the next message of a queue, its signature checked."""
        queue = names.queue_key(self.id, pool)
        raw = wait_until(
            lambda: cast("bytes | None", client().rpop(queue)), what=f"a message in {queue}"
        )
        message = json.loads(raw)
        (body, signature), *_ = json.loads(base64.b64decode(message["body"]))
        key = read_signing_key(settings.BERTH.signing_key_file).public_key()
        signed = SignedMessage(body=body, signature=signature)
        return messages.verify(signed, key=key, host_id=self.id)

    def is_idle(self) -> bool:
        """Whether no queue of the host holds a message."""
        return not any(client().llen(names.queue_key(self.id, pool)) for pool in Queue)

    def tell(
        self, kind: ObjectKind, key: str, action: str, payload: object | None, *, space: str = ""
    ) -> Event:
        """Let ingest record one event, as if the agent had shipped it."""
        self.sequence += 1
        event = Event(
            sequence=self.sequence,
            space=space or "default",
            kind=kind,
            id=key,
            action=action,
            time=time.time_ns(),
            payload={} if payload is None else codec.to_plain(payload),
        )
        publish(client(), record_batch(self.row.pk, [event]).changes)
        return event

    def tell_container(self, container: Container, action: str = "create") -> None:
        self.tell(
            ObjectKind.CONTAINER,
            container.id,
            action,
            dataclasses.replace(container, version=self.sequence + 1),
            space=container.space,
        )

    def tell_image(self, image: Image, action: str = "pull") -> None:
        self.tell(ObjectKind.IMAGE, image.id, action, image, space=image.space)

    def tell_network(self, network: Network) -> None:
        self.tell(ObjectKind.NETWORK, network.id, "create", network, space=network.space)

    def finish(self, task: TaskMessage, error: EngineError | None = None) -> None:
        """Report a task's end."""
        report = OperationReport(
            operation_id=task.operation_id,
            attempt=task.attempt,
            state=OperationState.FAILED if error else OperationState.SUCCEEDED,
            started_at=CREATED,
            finished_at=CREATED + SECOND,
            error=error.record() if error else None,
        )
        self.tell(ObjectKind.OPERATION, task.operation_id, report.state.value, report)


def container_of(name: str, *, key: str = "", space: str = "default", **facts: Any) -> Container:
    """Return a container as an engine would tell of it."""
    settled: dict[str, Any] = {
        "image_id": image_id("busybox"),
        "state": ContainerState.RUNNING,
        "started_at": CREATED + SECOND,
    }
    return Container(
        id=key or digest(f"{space}/{name}"),
        space=space,
        spec=ContainerSpec(name=name, image="busybox:1", env=("A=1",)),
        created_at=CREATED,
        **{**settled, **facts},
    )


def image_of(name: str = "busybox", *, space: str = "default", tag: str = "1") -> Image:
    """Return an image as an engine would tell of it."""
    layer = Layer(
        digest=image_id(f"{name} layer"),
        diff_id=image_id(f"{name} diff"),
        chain_id=image_id(f"{name} chain"),
        size=1000,
        unpacked_size=3000,
    )
    return Image(
        id=image_id(name),
        space=space,
        tags=(f"docker.io/library/{name}:{tag}",),
        digests=(f"docker.io/library/{name}@{image_id(f'{name} manifest')}",),
        manifest_digest=image_id(f"{name} manifest"),
        media_type="application/vnd.oci.image.manifest.v1+json",
        architecture="amd64",
        os="linux",
        created="2026-01-02T03:04:05Z",
        size=3000,
        config=ImageConfig(command=("sh",)),
        layers=(layer,),
    )


def image_id(name: str) -> str:
    return f"sha256:{digest(name)}"


def network_of(name: str = "bridge", *, space: str = "default") -> Network:
    """Return a network as an engine would tell of it."""
    return Network(
        id=digest(f"{space}/{name}")[:32],
        space=space,
        name=name,
        driver=NetworkDriver.BRIDGE,
        subnet="10.83.0.0/24",
        gateway="10.83.0.1",
        bridge="br0",
        created_at=CREATED,
    )


def make_host(name: str) -> PlayedHost:
    """Join a host that the test plays; its workers live."""
    Project.objects.get_or_create(id="default", defaults={"name": "Default"})
    key = X25519PrivateKey.generate()
    row = Host.objects.create(
        name=name,
        public_key=key.public_key().public_bytes_raw(),
        credential_hash=digest(f"credential of {name}"),
    )
    played = PlayedHost(row=row, private_key=key.private_bytes_raw())
    played.live()
    return played


def make_user(username: str = "owner") -> User:
    """Make an admin."""
    restore_roles()
    return accounts.create_admin(actor=program("test"), username=username, password=PASSWORD)


def make_member(
    username: str = "member",
    role: str = "deployer",
    *,
    project: str | None = "default",
    host: Host | None = None,
) -> User:
    """Make a user who has one role: in a project, on a host, or (both None) on everything."""
    restore_roles()
    Project.objects.get_or_create(id="default", defaults={"name": "Default"})
    user = User(username=username)
    user.set_password(PASSWORD)
    user.save()
    Binding.objects.create(role_id=role, user=user, project_id=project, host=host)
    return user


def restore_roles() -> None:
    """Make the built-in roles anew where a test with real transactions has emptied the tables."""
    for name in BUILT_IN:
        Role.objects.get_or_create(name=name, defaults={"built_in": True})


def actor_of(user: User) -> Actor:
    return accounts.actor_of(user=user, origin="192.0.2.1")


def rest_of(user: User) -> Rest:
    """Return the API as *user* sees it by a fresh token."""
    return Rest(accounts.create_token(actor=actor_of(user), name="test").secret)


@pytest.fixture
def owner(db: None) -> User:
    """The first admin."""
    return make_user()


@pytest.fixture
def rest(owner: User) -> Rest:
    """The API as the first admin sees it."""
    return rest_of(owner)


@pytest.fixture
def nobody(db: None) -> Rest:
    """The API as someone without credentials sees it."""
    return Rest()


@pytest.fixture
def host(db: None, redis: Valkey) -> PlayedHost:
    """A host named `alpha`, with live workers."""
    return make_host("alpha")
