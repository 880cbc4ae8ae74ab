"""What a host finds out about a registry, by the same client that pulls."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from agent.operation import Work, Workplace
from agent.tasks import registries
from bus import broker, sealing
from bus.messages import OperationKind, RegistryAccess, RegistryTest, TaskMessage
from engine.engine import Engine
from engine.errors import (
    EngineError,
    RegistryError,
    RegistryTlsFailed,
    RegistryUnauthorized,
    RegistryUnreachable,
)
from engine.spec import codec
from engine.spec.configuration import EngineConfiguration
from engine.spec.image import RegistryAuth
from tests.support.fake_registry import Answer, FakeRegistry, Request, fake_registry
from tests.support.registry import make_certificate, running_registry
from tests.support.tunnels import HOST_ID, identity
from tests.support.valkey import Valkey

pytestmark = pytest.mark.server

_KEY = X25519PrivateKey.generate()
PRIVATE_KEY = _KEY.private_bytes_raw()
PUBLIC_KEY = _KEY.public_key().public_bytes_raw()
ANN = RegistryAuth(username="ann", password="s3cret!")
BASIC = f"Basic {base64.b64encode(b'ann:s3cret!').decode()}"


@pytest.fixture
def place(home: Path, valkey: Valkey) -> Iterator[Workplace]:
    configuration = EngineConfiguration(home=home)
    client = broker.connect(valkey.url)
    own = replace(identity(valkey.url, "http://127.0.0.1:9"), private_key=PRIVATE_KEY)
    yield Workplace(
        identity=own,
        configuration=configuration,
        engine=Engine(configuration),
        client=client,
    )
    client.close()


def tried(
    place: Workplace,
    registry: str,
    auth: RegistryAuth | None = ANN,
    *,
    insecure: bool = False,
    ca: str = "",
) -> type[EngineError] | None:
    """Return what goes wrong when the host asks *registry*."""
    sealed = b"" if auth is None else sealing.seal(codec.encode(auth), public_key=PUBLIC_KEY)
    access = RegistryAccess(auth=sealed, insecure=insecure, ca=ca)
    message = TaskMessage(
        operation_id="5f1c7b1e-0000-4000-8000-00000000000a",
        attempt=1,
        host_id=HOST_ID,
        space="default",
        kind=OperationKind.REGISTRY_TEST,
        payload=RegistryTest(registry=registry, access=access),
    )
    try:
        registries.test(Work(place=place, message=message, attempt=1, engine=place.engine))
    except EngineError as error:
        return type(error)
    return None


def guarded(fake: FakeRegistry, challenge: str) -> None:
    """Let the registry answer to those alone who come with ann's password or a token for it."""

    def versions(request: Request) -> Answer:
        if request.authorization in (BASIC, "Bearer good"):
            return Answer(b"{}")
        return Answer(status=401, headers={"www-authenticate": challenge.format(fake.name)})

    def tokens(request: Request) -> Answer:
        good = request.authorization == BASIC
        return Answer(b'{"token": "good"}') if good else Answer(status=401)

    fake.routes["/v2/"] = versions
    fake.routes["/token"] = tokens


@pytest.mark.parametrize(
    "challenge", ['Basic realm="r"', 'Bearer realm="http://{}/token",service="s"']
)
def test_registry_is_well_that_takes_the_password_and_says_so_if_not(
    place: Workplace, challenge: str
) -> None:
    with fake_registry() as fake:
        guarded(fake, challenge)
        assert tried(place, fake.name) is None
        assert tried(place, fake.name, insecure=True) is None
        wrong = RegistryAuth(username="ann", password="wrong")
        assert tried(place, fake.name, wrong) is RegistryUnauthorized
        assert tried(place, fake.name, None) is RegistryUnauthorized


def test_a_token_is_asked_for_without_a_scope(place: Workplace) -> None:
    with fake_registry() as fake:
        guarded(fake, 'Bearer realm="http://{}/token",service="s"')
        tried(place, fake.name)
        (asked,) = fake.asked("/token")
    assert "scope" not in asked.path


def test_password_is_not_shown_to_a_token_service_elsewhere(place: Workplace) -> None:
    with fake_registry() as fake, fake_registry() as stranger:
        port = stranger.name.rpartition(":")[2]
        guarded(fake, f'Bearer realm="http://localhost:{port}/token"')
        assert tried(place, fake.name) is RegistryError
        assert stranger.requests == []


def test_what_is_no_registry_is_said(place: Workplace) -> None:
    with fake_registry() as fake:
        fake.put("/v2/", Answer(status=404))
        assert tried(place, fake.name) is RegistryError
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert tried(place, f"127.0.0.1:{port}") is RegistryUnreachable


def test_certificate_of_its_own_is_trusted_when_its_authority_is_given(
    place: Workplace, home: Path
) -> None:
    certificate = make_certificate(home)
    with running_registry(account=("ann", "s3cret!"), tls=certificate) as server:
        assert tried(place, server.name) is RegistryTlsFailed
        assert tried(place, server.name, ca=certificate.pem) is None
        assert tried(place, server.name, insecure=True) is None
        wrong = RegistryAuth(username="ann", password="wrong")
        assert tried(place, server.name, wrong, ca=certificate.pem) is RegistryUnauthorized
