"""create: a container that can be started, or nothing at all."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace

from engine.errors import ContainerNotFound, InvalidValue
from engine.runtime import records
from engine.runtime.context import UserNamespaces
from engine.runtime.host import Host
from engine.runtime.validate import validate
from engine.spec.container import Container, ContainerSpec, ContainerState, UserNamespaceMode
from engine.spec.image import Image
from engine.storage import containers
from engine.storage.remove import remove_tree


def create(
    host: Host, space: str, spec: ContainerSpec, container_id: str | None = None
) -> Container:
    """Create a container; with a *container_id* that exists already, return that one.

    A caller that repeats itself after a crash thus gets what it made before.
    """
    chosen = container_id or secrets.token_hex(32)
    named = spec if spec.name else replace(spec, name=chosen[:12])
    validate(named, host.hierarchy)
    if container_id is not None:
        with host.database.reading() as connection:
            try:
                return containers.get(connection, space, chosen)
            except ContainerNotFound:
                pass
    image = host.images.get(space, named.image)
    if named.network not in ("none", "host", "bridge"):
        host.networks.get(space, named.network)
    arguments = _arguments(named, image)
    mapped = _wants_user_namespace(host, named)
    with host.locked(chosen):
        _make_folders(host, chosen)
        try:
            with host.database.transaction() as tx:
                # Asked again under the lock: it may have been removed meanwhile.
                host.images.require(tx, space, image.id)
                base = (
                    containers.lease_ids(tx, host.configuration.id_pool, chosen) if mapped else None
                )
                return containers.insert(
                    tx,
                    Container(
                        id=chosen,
                        space=space,
                        spec=named,
                        image_id=image.id,
                        state=ContainerState.CREATED,
                        created_at=time.time_ns(),
                        path=arguments[0],
                        arguments=arguments[1:],
                        userns_base=base,
                    ),
                )
        except BaseException:
            remove_tree(host.container(chosen).directory)
            raise


def needs_host_user_namespace(spec: ContainerSpec) -> bool:
    """Say whether what is asked for only works with the host's own ids."""
    return spec.privileged or spec.network == "host"


def _wants_user_namespace(host: Host, spec: ContainerSpec) -> bool:
    if spec.userns is UserNamespaceMode.HOST or needs_host_user_namespace(spec):
        return False
    return host.launcher.report().user_namespaces is UserNamespaces.AVAILABLE


def _arguments(spec: ContainerSpec, image: Image) -> tuple[str, ...]:
    """Combine both as Docker does: an own entrypoint drops the image's command."""
    if spec.entrypoint is not None:
        arguments = (*spec.entrypoint, *(spec.command or ()))
    else:
        command = image.config.command if spec.command is None else spec.command
        arguments = (*image.config.entrypoint, *command)
    if not arguments or not arguments[0]:
        raise InvalidValue(
            field="command", value="", problem="is needed: the image names none to run"
        )
    return arguments


def _make_folders(host: Host, container_id: str) -> None:
    paths = host.container(container_id)
    for name in ("rootfs", "staging", "writable/upper", "writable/work"):
        (paths.directory / name).mkdir(parents=True, mode=0o755)
    paths.directory.chmod(0o700)
    records.sync_folder(host.paths.containers)
