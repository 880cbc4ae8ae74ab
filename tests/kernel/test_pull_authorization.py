"""Tokens and redirects: who is shown the credentials of a pull, and who is not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import (
    RegistryError,
)
from engine.spec.image import RegistryAuth
from tests.support.fake_registry import Answer, FakeRegistry, Request, fake_registry
from tests.support.image_stores import StoreUnderTest, open_store
from tests.support.images import (
    TestImage,
    file,
    layer_of,
)

pytestmark = pytest.mark.kernel

NOISE = os.urandom(600_000)
ACCOUNT = RegistryAuth(username="ann", password="secret")


@pytest.fixture
def under_test(home: Path) -> StoreUnderTest:
    return open_store(home)


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with fake_registry() as running:
        yield running


def noisy_image(**fields: object) -> TestImage:
    layers = (layer_of(file("small", b"x")), layer_of(file("noise", NOISE)))
    return TestImage(layers, {"Cmd": ["/noise"]}, **fields)  # type: ignore[arg-type]


def blob_path(image: TestImage, layer: int = 1) -> str:
    return f"/v2/image/blobs/{image.layers[layer].digest}"


def token_service(fake: FakeRegistry, realm: str) -> None:
    """Ask for a token of *realm*; the first one is worth nothing once a blob is asked for."""
    tokens: list[str] = []

    def give(_: Request) -> Answer:
        tokens.append(f"token{len(tokens)}")
        return Answer(f'{{"token":"{tokens[-1]}"}}'.encode())

    def guarded(answer: Answer, *, first_is_good: bool) -> object:
        def route(request: Request) -> Answer:
            good = tokens[0 if first_is_good else 1 :]
            if request.authorization in [f"Bearer {token}" for token in good]:
                return answer
            challenge = f'Bearer realm="{realm}",service="test"'
            return Answer(status=401, headers={"www-authenticate": challenge})

        return route

    for path, route in list(fake.routes.items()):
        answer = route(Request(path, {}))
        fake.routes[path] = guarded(answer, first_is_good="blobs" not in path)  # type: ignore[assignment]
    fake.routes["/token"] = give


def test_a_token_is_fetched_for_the_repository_and_again_when_it_has_expired(
    under_test: StoreUnderTest, fake: FakeRegistry
) -> None:
    image = noisy_image()
    fake.serve(image)
    token_service(fake, f"http://{fake.name}/token")
    assert under_test.pull(f"{fake.name}/image", auth=ACCOUNT).id == image.id
    first, second = fake.asked("/token")
    assert first.path == second.path
    assert "scope=repository%3Aimage%3Apull" in first.path
    assert "service=test" in first.path
    assert first.authorization == "Basic YW5uOnNlY3JldA=="


@pytest.mark.parametrize(
    "realm", ["http://169.254.169.254/token", "https://elsewhere.example/t", "file:///etc/x", ""]
)
def test_a_token_service_of_another_domain_gets_no_request_and_no_password(
    under_test: StoreUnderTest, fake: FakeRegistry, realm: str
) -> None:
    fake.serve(noisy_image())
    token_service(fake, realm)
    with pytest.raises(RegistryError, match="token service"):
        under_test.pull(f"{fake.name}/image", auth=ACCOUNT)
    assert under_test.is_empty()


def test_a_redirect_to_another_host_loses_the_authorization(
    under_test: StoreUnderTest, fake: FakeRegistry
) -> None:
    image = noisy_image()
    fake.serve(image)
    token_service(fake, f"http://{fake.name}/token")
    with fake_registry() as store:
        store.put("/elsewhere", Answer(image.layers[1].blob))
        location = {"location": f"http://localhost:{store.port}/elsewhere"}
        fake.put(blob_path(image), Answer(status=307, headers=location))
        assert under_test.pull(f"{fake.name}/image", auth=ACCOUNT).id == image.id
        assert fake.asked(blob_path(image))[0].authorization is not None
        assert [request.authorization for request in store.asked("/elsewhere")] == [None]


@pytest.mark.parametrize("location", ["/v2/image/manifests/latest", "ftp://127.0.0.1/x"])
def test_a_redirect_that_leads_nowhere_is_refused(
    under_test: StoreUnderTest, fake: FakeRegistry, location: str
) -> None:
    fake.put("/v2/image/manifests/latest", Answer(status=302, headers={"location": location}))
    with pytest.raises(RegistryError, match="redirect"):
        under_test.pull(f"{fake.name}/image")


# --- many at once, and ends in the middle -------------------------------------------------------
