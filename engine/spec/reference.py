"""Image references by Docker's rules: `[registry/]repository[:tag][@digest]`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.errors import InvalidReference

DEFAULT_REGISTRY = "docker.io"
DEFAULT_TAG = "latest"

_LONGEST_NAME = 255
_REGISTRY = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
    r"|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?"
)
_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_IDENTIFIER = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A normalized reference; without a tag and a digest it stands for the tag `latest`."""

    registry: str
    repository: str
    tag: str | None = None
    digest: str | None = None

    @property
    def name(self) -> str:
        """Registry and repository."""
        return f"{self.registry}/{self.repository}"

    @property
    def tagged(self) -> str:
        """The name with its tag, `latest` where none was given."""
        return f"{self.name}:{self.tag or DEFAULT_TAG}"

    @property
    def selector(self) -> str:
        """What a registry is asked for: the digest if there is one, else the tag."""
        return self.digest or self.tag or DEFAULT_TAG

    @property
    def familiar(self) -> str:
        """The short form that people write: `docker.io/library/busybox:1` is `busybox:1`."""
        name = self.name.removeprefix(f"{DEFAULT_REGISTRY}/").removeprefix("library/")
        if self.registry != DEFAULT_REGISTRY:
            name = self.name
        return f"{name}@{self.digest}" if self.digest else f"{name}:{self.tag or DEFAULT_TAG}"

    def __str__(self) -> str:
        return f"{self.name}@{self.digest}" if self.digest else self.tagged

    def with_digest(self, digest: str) -> str:
        """Return the name at *digest*."""
        return f"{self.name}@{digest}"


def is_digest(text: str) -> bool:
    """Whether *text* is a digest of the kind used here: `sha256:` and 64 hex digits."""
    return _DIGEST.fullmatch(text) is not None


def parse_reference(text: str) -> Reference:
    """Return the reference that *text* means, or raise InvalidReference saying what is wrong."""
    rest, at, digest = text.partition("@")
    if at and not is_digest(digest):
        raise _invalid(text, "the digest is not sha256: and 64 hex digits")
    name, tag = _split_tag(rest)
    if tag is not None and _TAG.fullmatch(tag) is None:
        raise _invalid(text, "the tag is not 1 to 128 letters, digits, '_', '.', '-'")
    if _IDENTIFIER.fullmatch(name):
        raise _invalid(text, "64 hex digits are an image id, not a name")
    registry, repository = _split_registry(name)
    _check_name(text, registry, repository)
    return Reference(registry=registry, repository=repository, tag=tag, digest=digest or None)


def _split_tag(text: str) -> tuple[str, str | None]:
    name, colon, tag = text.rpartition(":")
    if not colon or "/" in tag:
        return text, None
    return name, tag


def _split_registry(name: str) -> tuple[str, str]:
    first, slash, rest = name.partition("/")
    # Docker's rule: only what cannot be a path component, or localhost, names a registry.
    if slash and ("." in first or ":" in first or first == "localhost" or first != first.lower()):
        registry, repository = first, rest
    else:
        registry, repository = DEFAULT_REGISTRY, name
    if registry in {"index.docker.io", "registry-1.docker.io"}:
        registry = DEFAULT_REGISTRY
    if registry == DEFAULT_REGISTRY and "/" not in repository:
        repository = f"library/{repository}"
    return registry, repository


def _check_name(text: str, registry: str, repository: str) -> None:
    if not text:
        raise _invalid(text, "it is empty")
    if _REGISTRY.fullmatch(registry) is None:
        raise _invalid(text, f"{registry!r} is not a host with an optional port")
    if len(registry) + len(repository) + 1 > _LONGEST_NAME:
        raise _invalid(text, f"the name is longer than {_LONGEST_NAME} characters")
    for component in repository.removeprefix("library/").split("/"):
        if component != component.lower():
            raise _invalid(text, "the repository must be in lower case")
        if _COMPONENT.fullmatch(component) is None:
            raise _invalid(text, f"{component!r} is not a repository name's part")


def _invalid(text: str, problem: str) -> InvalidReference:
    return InvalidReference(reference=text, problem=problem)
