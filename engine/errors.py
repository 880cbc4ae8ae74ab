"""Every error the engine raises: a name, a stable code, its facts, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRecord:
    """An error as it travels between processes: never a pickled exception."""

    code: str
    message: str
    detail: dict[str, str] = field(default_factory=dict)


class EngineError(Exception):
    """Base of all engine errors; subclasses annotate their facts and say them in *template*."""

    code: ClassVar[str] = "engine_error"
    template: ClassVar[str]

    def __init__(self, **facts: object) -> None:
        wanted = {name for name in self.__class__.__annotations__ if name not in _CLASS_LEVEL}
        if wanted != set(facts):
            raise TypeError(f"{type(self).__name__} takes {sorted(wanted)}, got {sorted(facts)}")
        for name, value in facts.items():
            setattr(self, name, value)
        self.facts: dict[str, object] = dict(facts)
        super().__init__(self.template.format(**facts))

    def record(self) -> ErrorRecord:
        """Return the form that crosses process boundaries."""
        detail = {name: str(value) for name, value in self.facts.items()}
        return ErrorRecord(code=self.code, message=str(self), detail=detail)


def from_record(record: ErrorRecord) -> EngineError:
    """Return the error that *record* tells of, as its own class; its facts are strings now."""
    kind = next((kind for kind in EngineError.__subclasses__() if kind.code == record.code), None)
    error = EngineError.__new__(kind or UnknownError)
    error.facts = dict(record.detail)
    for name, value in record.detail.items():
        setattr(error, name, value)
    Exception.__init__(error, record.message)
    if kind is None:
        error.code = record.code  # type: ignore[misc]  # told by a newer program than this one
    return error


_CLASS_LEVEL = frozenset({"code", "template"})


class UnknownError(EngineError):
    """An error of a program newer than this one; its code is the record's."""

    template = "{problem}"
    problem: str


# --- what the caller said -------------------------------------------------------------------


class MalformedMessage(EngineError):
    code = "malformed_message"
    template = "cannot read {kind}: {problem}"
    kind: str
    problem: str


class UnsupportedVersion(EngineError):
    code = "unsupported_version"
    template = "{what} has version {found}; this program reads {known}. Upgrade it first."
    what: str
    found: int
    known: str


class InvalidValue(EngineError):
    code = "invalid_value"
    template = "{field}: {value!r} {problem}"
    field: str
    value: object
    problem: str


class InvalidReference(EngineError):
    code = "invalid_reference"
    template = "{reference!r} is not an image reference: {problem}. Write name[:tag][@digest]."
    reference: str
    problem: str


class MemoryLimitTooLow(EngineError):
    code = "memory_limit_too_low"
    template = "memory limit of {limit} bytes is below the minimum of {minimum} bytes (6 MiB)"
    limit: int
    minimum: int


class LimitAboveHost(EngineError):
    code = "limit_above_host"
    template = "{field} of {value} is more than this host has: {available}"
    field: str
    value: str
    available: str


# --- what is not there, or is there already ---------------------------------------------------


class ContainerNotFound(EngineError):
    code = "container_not_found"
    template = "no container {container!r}"
    container: str


class ImageNotFound(EngineError):
    code = "image_not_found"
    template = "no image {reference!r} on this host; pull it first"
    reference: str


class NetworkNotFound(EngineError):
    code = "network_not_found"
    template = "no network {network!r}"
    network: str


class AmbiguousId(EngineError):
    code = "ambiguous_id"
    template = "{prefix!r} matches more than one {kind}; give more characters"
    prefix: str
    kind: str


class NameInUse(EngineError):
    code = "name_in_use"
    template = "the {kind} name {name!r} is in use by {holder}; remove or rename that one first"
    kind: str
    name: str
    holder: str


class ImageInUse(EngineError):
    code = "image_in_use"
    template = "image {reference!r} is used by container {container}; remove that first, or force"
    reference: str
    container: str


class ImageHasSeveralTags(EngineError):
    code = "image_has_several_tags"
    template = "image {image} has the tags {tags}; remove them one by one by name, or force"
    image: str
    tags: str


class NetworkInUse(EngineError):
    code = "network_in_use"
    template = "network {network!r} still has {count} container(s); disconnect or remove them first"
    network: str
    count: int


class PortInUse(EngineError):
    code = "port_in_use"
    template = "{protocol} port {address}:{port} is held by {holder}"
    protocol: str
    address: str
    port: int
    holder: str


class AddressPoolExhausted(EngineError):
    code = "address_pool_exhausted"
    template = "no free address left in {pool}; remove containers or networks, or widen the pool"
    pool: str


class IdPoolExhausted(EngineError):
    code = "id_pool_exhausted"
    template = "no free user id range left in {pool}; remove containers or widen BERTH_ID_POOL"
    pool: str


class ContainerStateConflict(EngineError):
    code = "container_state_conflict"
    template = "container {container} is {state}; cannot {verb} it{hint}"
    container: str
    state: str
    verb: str
    hint: str


# --- starting a program -----------------------------------------------------------------------


class CommandNotFound(EngineError):
    code = "command_not_found"
    template = "{command!r}: no such program in the image (exit code 127)"
    command: str


class CommandNotExecutable(EngineError):
    code = "command_not_executable"
    template = "{command!r} cannot be executed: {reason} (exit code 126)"
    command: str
    reason: str


class UserNotFound(EngineError):
    code = "user_not_found"
    template = (
        "no {kind} {name!r} in the image; use a number or a name from /etc/passwd, /etc/group"
    )
    kind: str
    name: str


class StartFailed(EngineError):
    code = "start_failed"
    template = "container {container} did not start: {step}: {reason}"
    container: str
    step: str
    reason: str


class LauncherUnavailable(EngineError):
    code = "launcher_unavailable"
    template = "the launcher does not answer at {socket}: {reason}"
    socket: str
    reason: str


class ProgramNotStarted(EngineError):
    code = "program_not_started"
    template = "{program} did not start: {reason}"
    program: str
    reason: str


class KernelUnsupported(EngineError):
    code = "kernel_unsupported"
    template = "this kernel cannot do {feature}: {reason}"
    feature: str
    reason: str


class KernelRefused(EngineError):
    code = "kernel_refused"
    template = "the kernel refused {call}: {reason}"
    call: str
    reason: str


# --- images and registries --------------------------------------------------------------------


class RegistryUnreachable(EngineError):
    code = "registry_unreachable"
    template = "registry {registry} cannot be reached: {reason}"
    registry: str
    reason: str


class RegistryTlsFailed(EngineError):
    code = "registry_tls_failed"
    template = "registry {registry} has no valid TLS: {reason}. Trust its CA, or mark it insecure."
    registry: str
    reason: str


class RegistryUnauthorized(EngineError):
    code = "registry_unauthorized"
    template = (
        "registry {registry} refused access to {repository}: {reason}. Check the credentials."
    )
    registry: str
    repository: str
    reason: str


class RegistryError(EngineError):
    code = "registry_error"
    template = "registry {registry} answered {status} to {request}: {reason}"
    registry: str
    status: int
    request: str
    reason: str


class ManifestNotFound(EngineError):
    code = "manifest_not_found"
    template = "registry {registry} has no {reference}; check name and tag"
    registry: str
    reference: str


class PlatformNotFound(EngineError):
    code = "platform_not_found"
    template = "{reference} has no image for {platform}; it has {available}"
    reference: str
    platform: str
    available: str


class UnsupportedMediaType(EngineError):
    code = "unsupported_media_type"
    template = "{what} has the media type {media_type!r}, which cannot be used here"
    what: str
    media_type: str


class DigestMismatch(EngineError):
    code = "digest_mismatch"
    template = "{what} should be {expected} but is {actual}; it was not kept"
    what: str
    expected: str
    actual: str


class SizeMismatch(EngineError):
    code = "size_mismatch"
    template = "{what} should have {expected} bytes but has {actual}; it was not kept"
    what: str
    expected: int
    actual: int


class UnsafeArchive(EngineError):
    code = "unsafe_archive"
    template = "the archive entry {entry!r} is refused: {reason}; nothing was kept"
    entry: str
    reason: str


class MalformedArchive(EngineError):
    code = "malformed_archive"
    template = "{what} is not a readable archive: {problem}; nothing was kept"
    what: str
    problem: str


class ArchiveTooLarge(EngineError):
    code = "archive_too_large"
    template = "{what} unpacks to more than {limit} bytes; nothing was kept"
    what: str
    limit: int


class OperationCancelled(EngineError):
    code = "operation_cancelled"
    template = "{what} was cancelled"
    what: str


class StorageFull(EngineError):
    code = "storage_full"
    template = "no space left under {path} while {doing}; free some and try again"
    path: str
    doing: str
