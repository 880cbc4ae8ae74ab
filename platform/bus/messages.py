"""Task messages: what the platform asks of a host; signed, and checked before being decoded."""

from __future__ import annotations

import base64
import binascii
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bus.errors import MessageRefused
from engine.errors import UnsupportedVersion
from engine.spec import codec
from engine.spec.container import ContainerSpec

VERSION = 1


class OperationKind(enum.StrEnum):
    """What can be asked; the value is the Celery task's name too."""

    CONTAINER_CREATE = "containers.create"
    CONTAINER_START = "containers.start"
    CONTAINER_STOP = "containers.stop"
    CONTAINER_KILL = "containers.kill"
    CONTAINER_RESTART = "containers.restart"
    CONTAINER_REMOVE = "containers.remove"
    IMAGE_PULL = "images.pull"
    IMAGE_REMOVE = "images.remove"
    REGISTRY_TEST = "registries.test"


class OperationState(enum.StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def is_final(self) -> bool:
        """Whether nothing more is expected; a late report of the host may still replace `lost`."""
        return self not in (OperationState.QUEUED, OperationState.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerCreate:
    container_id: str
    spec: ContainerSpec
    start: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerStart:
    container_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerStop:
    """`timeout` in seconds; None takes the container's own."""

    container_id: str
    timeout: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerKill:
    """`signal` as a name (`SIGHUP`, `HUP`) or number."""

    container_id: str
    signal: str = "KILL"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerRestart:
    """`timeout` in seconds; None takes the container's own."""

    container_id: str
    timeout: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerRemove:
    container_id: str
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryAccess:
    """How to reach a registry, beyond its name; `auth` is a sealed RegistryAuth."""

    auth: bytes = field(default=b"", repr=False)
    insecure: bool = False
    ca: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePull:
    reference: str
    access: RegistryAccess = field(default_factory=RegistryAccess)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRemove:
    reference: str
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryTest:
    registry: str
    access: RegistryAccess = field(default_factory=RegistryAccess)


Payload = (
    ContainerCreate
    | ContainerStart
    | ContainerStop
    | ContainerKill
    | ContainerRestart
    | ContainerRemove
    | ImagePull
    | ImageRemove
    | RegistryTest
)

PAYLOADS: Mapping[OperationKind, type[Payload]] = {
    OperationKind.CONTAINER_CREATE: ContainerCreate,
    OperationKind.CONTAINER_START: ContainerStart,
    OperationKind.CONTAINER_STOP: ContainerStop,
    OperationKind.CONTAINER_KILL: ContainerKill,
    OperationKind.CONTAINER_RESTART: ContainerRestart,
    OperationKind.CONTAINER_REMOVE: ContainerRemove,
    OperationKind.IMAGE_PULL: ImagePull,
    OperationKind.IMAGE_REMOVE: ImageRemove,
    OperationKind.REGISTRY_TEST: RegistryTest,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMessage:
    """One operation for one host, whose claim on it makes it run once."""

    operation_id: str
    attempt: int
    host_id: str
    space: str
    kind: OperationKind
    payload: Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMessage:
    """A task message as Celery carries it: the two arguments of every task."""

    body: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Envelope:
    version: int
    operation_id: str
    attempt: int
    host_id: str
    space: str
    kind: OperationKind
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _VersionOnly:
    version: int


def sign(message: TaskMessage, key: Ed25519PrivateKey) -> SignedMessage:
    """Return *message* encoded, with the platform's signature over exactly those bytes."""
    envelope = _Envelope(
        version=VERSION,
        operation_id=message.operation_id,
        attempt=message.attempt,
        host_id=message.host_id,
        space=message.space,
        kind=message.kind,
        payload=codec.to_plain(message.payload),
    )
    body = codec.encode(envelope)
    return SignedMessage(body=body.decode(), signature=base64.b64encode(key.sign(body)).decode())


def verify(signed: SignedMessage, *, key: Ed25519PublicKey, host_id: str) -> TaskMessage:
    """Return the message if the platform signed it for this host; nothing is decoded before."""
    body = signed.body.encode()
    try:
        key.verify(base64.b64decode(signed.signature, validate=True), body)
    except (InvalidSignature, binascii.Error) as error:
        raise MessageRefused(reason="the platform did not sign it") from error
    version = codec.decode(_VersionOnly, body).version
    if version != VERSION:
        raise UnsupportedVersion(what="task message", found=version, known=str(VERSION))
    envelope = codec.decode(_Envelope, body)
    if envelope.host_id != host_id:
        raise MessageRefused(reason=f"it is for host {envelope.host_id}")
    return TaskMessage(
        operation_id=envelope.operation_id,
        attempt=envelope.attempt,
        host_id=envelope.host_id,
        space=envelope.space,
        kind=envelope.kind,
        payload=codec.from_plain(PAYLOADS[envelope.kind], envelope.payload),
    )
