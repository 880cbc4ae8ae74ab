"""A registry with a password, from the browser's form down to the host that pulls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.images import busybox_image
from tests.support.instance import Api, Instance
from tests.support.registry import Registry, running_registry

pytestmark = [pytest.mark.e2e, pytest.mark.kernel, pytest.mark.timeout(300)]

PASSWORD = "only for private things"


@pytest.fixture(scope="module")
def private() -> Iterator[Registry]:
    """Debian's registry, closed but for `ann`."""
    with running_registry(account=("ann", PASSWORD)) as server:
        busybox_image().push(server.client, "busybox", "1")
        yield server


def test_private_image_is_pulled_with_the_password_that_the_project_keeps(
    instance: Instance, api: Api, private: Registry
) -> None:
    pull = {"host": api.host(), "reference": f"{private.name}/busybox:1"}
    assert api.refused("images/pull", pull)["code"] == "registry_unauthorized"

    made = api.client.post(
        "registries", json={"host": private.name, "username": "ann", "password": PASSWORD}
    ).json()
    tested = f"registries/{made['id']}/test"
    asked = api.client.post(tested, json={"host": api.host()}, headers={"Prefer": "wait=60"})
    assert asked.status_code == 204, asked.text
    image = api.do("images/pull", pull)

    assert image["tags"] == [f"{private.name}/busybox:1"]
    for file in instance.home.rglob("*"):
        if file.is_file():
            assert PASSWORD.encode() not in file.read_bytes(), file
