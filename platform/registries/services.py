"""Everything that changes registries, and what a host needs to reach one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeVar

from django.db import IntegrityError, transaction

from accounts.access import Kind, Verb, require, visible
from accounts.actor import Actor
from audit import services as audit
from bus import sealing
from bus.messages import OperationKind, RegistryAccess, RegistryTest
from bus.names import Queue
from engine.spec import codec
from engine.spec.image import RegistryAuth
from engine.spec.reference import parse_reference
from hosts import selectors as hosts
from operations import services as operations
from operations.models import Operation
from projects import selectors as projects
from projects.policy import judge_host
from projects.services import enforce
from registries import vault
from registries.errors import PasswordNeeded, RegistryExists, RegistryNotFound
from registries.models import Registry

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrySettings:
    """How a registry is to be; a `password` of None is the one kept already."""

    name: str
    host: str
    username: str = ""
    password: str | None = field(default=None, repr=False)
    insecure: bool = False
    ca: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryChange:
    """What a user changes of a registry; None leaves a setting as it is."""

    name: str | None = None
    host: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    insecure: bool | None = None
    ca: str | None = None


def create_registry(*, actor: Actor, project: str, asked: RegistrySettings) -> Registry:
    """Let *project* know a registry."""
    projects.get_project(actor=actor, project=project)
    projects.get_project(actor=actor, project=project)
    require(actor, Verb.CREATE, Kind.REGISTRY, project=project)
    registry = Registry(project_id=project)
    _fill(registry, asked)
    return _save(actor, Verb.CREATE, registry)


def update_registry(*, actor: Actor, registry_id: int, changes: RegistryChange) -> Registry:
    """Change some settings; a password is asked for again when the host changes."""
    registry = find(actor=actor, verb=Verb.UPDATE, registry_id=registry_id)
    asked = RegistrySettings(
        name=_or(changes.name, registry.name),
        host=_or(changes.host, registry.host),
        username=_or(changes.username, registry.username),
        password=changes.password,
        insecure=_or(changes.insecure, registry.insecure),
        ca=_or(changes.ca, registry.ca),
    )
    kept = registry.sealed_password and asked.username and asked.password is None
    if kept and asked.host != registry.host:
        raise PasswordNeeded(host=registry.host)
    _fill(registry, asked)
    return _save(actor, Verb.UPDATE, registry)


def delete_registry(*, actor: Actor, registry_id: int) -> None:
    """Forget a registry and its password."""
    with transaction.atomic():
        registry = find(actor=actor, verb=Verb.DELETE, registry_id=registry_id)
        _audit(actor, Verb.DELETE, registry)
        registry.delete()


def test_registry(*, actor: Actor, registry_id: int, host: str) -> Operation:
    """Let *host* ask the registry whether it is there and takes the credentials."""
    registry = find(actor=actor, verb=Verb.TEST, registry_id=registry_id)
    chosen = hosts.get_host(actor=actor, host=host)
    enforce(
        actor=actor,
        verb=Verb.TEST,
        kind=Kind.REGISTRY,
        project=registry.project_id,
        name=registry.host,
        broken=judge_host(projects.policy_of(registry.project), str(chosen.pk)),
    )
    access = _access(registry, bytes(chosen.public_key))
    return operations.submit(
        actor=actor,
        kind=OperationKind.REGISTRY_TEST,
        host=chosen,
        project=registry.project_id,
        subject_kind=Kind.REGISTRY,
        subject_id=str(registry.pk),
        subject_name=registry.host,
        payload=RegistryTest(registry=registry.host, access=access),
        queue=Queue.BUILD,
    )


def access_for(*, actor: Actor, project: str, reference: str, public_key: bytes) -> RegistryAccess:
    """Return how the host with *public_key* reaches the registry of *reference*; auth is sealed."""
    require(actor, Verb.PULL, Kind.IMAGE, project=project)
    host = parse_reference(reference).registry
    registry = Registry.objects.filter(project_id=project, host=host).first()
    return RegistryAccess() if registry is None else _access(registry, public_key)


def find(*, actor: Actor, verb: Verb, registry_id: int) -> Registry:
    """Return the registry if the actor may *verb* it; RegistryNotFound also where it sees none."""
    seen = Registry.objects.filter(visible(actor, Kind.REGISTRY).where(host=None))
    registry = seen.select_related("project").filter(pk=registry_id).first()
    if registry is None:
        raise RegistryNotFound(registry=str(registry_id))
    require(actor, verb, Kind.REGISTRY, project=registry.project_id)
    return registry


def _fill(registry: Registry, asked: RegistrySettings) -> None:
    registry.name, registry.host = asked.name, asked.host
    registry.username = asked.username
    registry.insecure, registry.ca = asked.insecure, asked.ca
    if not asked.username:
        registry.sealed_password = b""
    elif asked.password is not None:
        registry.sealed_password = vault.seal(
            asked.password, project=registry.project_id, host=asked.host
        )


def _save(actor: Actor, verb: Verb, registry: Registry) -> Registry:
    try:
        with transaction.atomic():
            registry.save()
            _audit(actor, verb, registry)
    except IntegrityError as error:
        raise RegistryExists(host=registry.host) from error
    return registry


def _access(registry: Registry, public_key: bytes) -> RegistryAccess:
    access = RegistryAccess(insecure=registry.insecure, ca=registry.ca)
    auth = _auth(registry)
    if auth is None:
        return access
    return replace(access, auth=sealing.seal(codec.encode(auth), public_key=public_key))


def _auth(registry: Registry) -> RegistryAuth | None:
    sealed = bytes(registry.sealed_password)
    if not sealed:
        return None
    password = vault.unseal(sealed, project=registry.project_id, host=registry.host)
    return RegistryAuth(username=registry.username, password=password)


def _audit(actor: Actor, verb: Verb, registry: Registry) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        kind=Kind.REGISTRY,
        object_id=str(registry.pk),
        object_name=registry.host,
        project=registry.project_id,
    )


def _or(changed: T | None, kept: T) -> T:
    return kept if changed is None else changed
