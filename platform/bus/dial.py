"""How the platform asks a host's agent to dial a tunnel, and what for; signed like a task."""

from __future__ import annotations

import base64
import binascii
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bus.errors import MessageRefused
from bus.messages import SignedMessage
from engine.errors import UnsupportedVersion
from engine.spec import codec

VERSION = 1


class DialVerb(enum.StrEnum):
    LOGS = "logs"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsRequest:
    """What of a container's log is wanted.

    `tail` None is from the start; `since` is nanoseconds since the epoch; with `follow` the tunnel
    ends when the container has ended.
    """

    container_id: str
    follow: bool = False
    tail: int | None = None
    since: int = 0
    stdout: bool = True
    stderr: bool = True


Request = LogsRequest

_REQUESTS: Mapping[DialVerb, type[Request]] = {DialVerb.LOGS: LogsRequest}
_VERBS = {request: verb for verb, request in _REQUESTS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """`worker` and `session` say where the agent's connection is awaited."""

    host_id: str
    worker: int
    session: str
    space: str
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class _Envelope:
    version: int
    host_id: str
    worker: int
    session: str
    space: str
    verb: DialVerb
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _VersionOnly:
    version: int


def sign(dial: Dial, key: Ed25519PrivateKey) -> bytes:
    """Return the message to publish on the host's dial channel."""
    envelope = _Envelope(
        version=VERSION,
        host_id=dial.host_id,
        worker=dial.worker,
        session=dial.session,
        space=dial.space,
        verb=_VERBS[type(dial.request)],
        request=codec.to_plain(dial.request),
    )
    body = codec.encode(envelope)
    signature = base64.b64encode(key.sign(body)).decode()
    return codec.encode(SignedMessage(body=body.decode(), signature=signature))


def verify(message: bytes, *, key: Ed25519PublicKey, host_id: str) -> Dial:
    """Return the request if the platform signed it for this host."""
    signed = codec.decode(SignedMessage, message)
    body = signed.body.encode()
    try:
        key.verify(base64.b64decode(signed.signature, validate=True), body)
    except (InvalidSignature, binascii.Error) as error:
        raise MessageRefused(reason="the platform did not sign it") from error
    version = codec.decode(_VersionOnly, body).version
    if version != VERSION:
        raise UnsupportedVersion(what="dial message", found=version, known=str(VERSION))
    envelope = codec.decode(_Envelope, body)
    if envelope.host_id != host_id:
        raise MessageRefused(reason=f"it is for host {envelope.host_id}")
    return Dial(
        host_id=envelope.host_id,
        worker=envelope.worker,
        session=envelope.session,
        space=envelope.space,
        request=codec.from_plain(_REQUESTS[envelope.verb], envelope.request),
    )
