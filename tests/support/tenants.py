"""Two projects on one host that have the same names for everything, and a person in each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from accounts.models import User
from engine.spec.container import ContainerSpec
from operations.models import Operation
from projects.models import Project
from registries.models import Registry
from tests.support.rest import (
    PlayedHost,
    Rest,
    container_of,
    image_of,
    make_member,
    network_of,
    rest_of,
)


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """A project with one of each, and its admin, who has no other."""

    project: str
    user: User
    rest: Rest
    container: str
    image: str
    network: str
    registry: int
    operation: str

    def secret(self) -> str:
        """What stands in its container's environment."""
        return f"PASSWORD=of-{self.project}"


@dataclass(frozen=True, kw_only=True)
class Tenants:
    ours: Tenant
    theirs: Tenant


def make_tenant(project: str, host: PlayedHost) -> Tenant:
    """Make a project that has a container, an image, a network, a registry and an operation."""
    Project.objects.create(id=project, name=project.title())
    container = container_of("web", space=project)
    spec = ContainerSpec(name="web", image="busybox:1", env=(f"PASSWORD=of-{project}",))
    image = image_of("busybox", space=project)
    network = network_of(space=project)
    host.tell_network(network)
    host.tell_image(image)
    host.tell_container(replace(container, spec=spec))
    registry = Registry.objects.create(project_id=project, name="hub", host="registry.test")
    operation = Operation.objects.create(
        kind="containers.start",
        host=host.row,
        project_id=project,
        subject_kind="container",
        subject_id=container.id,
        subject_name="web",
    )
    user = make_member(f"{project}-admin", "project_admin", project=project)
    return Tenant(
        project=project,
        user=user,
        rest=rest_of(user),
        container=container.id,
        image=image.id,
        network=network.id,
        registry=registry.pk,
        operation=str(operation.pk),
    )


@pytest.fixture
def tenants(host: PlayedHost) -> Tenants:
    """Projects `red` (ours) and `blue` (theirs)."""
    return Tenants(ours=make_tenant("red", host), theirs=make_tenant("blue", host))
