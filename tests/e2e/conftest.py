"""One whole Berth for the browser and REST journeys, and a registry to pull from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.images import busybox_image
from tests.support.instance import Api, Instance
from tests.support.registry import Registry, running_registry


@pytest.fixture(scope="session")
def registry() -> Iterator[Registry]:
    """Debian's registry with `busybox:1` in it."""
    with running_registry() as server:
        busybox_image().push(server.client, "busybox", "1")
        yield server


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    """A running Berth, taken off the machine with all its containers afterwards."""
    berth = Instance(number=1)
    try:
        berth.up()
        yield berth
    finally:
        berth.remove()


@pytest.fixture(scope="module")
def token(instance: Instance) -> str:
    """A token of an administrator."""
    return instance.token()


@pytest.fixture
def api(instance: Instance, token: str) -> Iterator[Api]:
    """REST as that administrator; containers that a test left are removed."""
    with instance.api(token) as opened:
        yield opened
        for row in opened.rows("containers"):
            opened.delete(f"containers/{row['id']}?force=true")


@pytest.fixture
def busybox(api: Api, registry: Registry) -> str:
    """The reference of the small image, pulled."""
    reference = f"{registry.name}/busybox:1"
    api.do("images/pull", {"host": api.host(), "reference": reference})
    return reference
