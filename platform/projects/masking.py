"""Values of environment variables, which only those see who may view secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from accounts.access import Kind, Verb, may
from accounts.actor import Actor

MASK = "•••"
_HELD = "env"
"""What every document of ours calls a list of NAME=VALUE."""


def shown_to(
    actor: Actor, document: Mapping[str, Any], *, project: str, host: str | UUID
) -> dict[str, Any]:
    """Return an object of *project* on *host* as *actor* may see it."""
    return dict(document) if sees_values(actor, project=project, host=host) else masked(document)


def sees_values(actor: Actor, *, project: str, host: str | UUID) -> bool:
    """Whether *actor* may read the values of variables there."""
    return may(actor, Verb.VIEW, Kind.SECRET, project=project, host=str(host))


def masked(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return *document* with `NAME=•••` for each variable, however deep in it they are."""
    return {
        name: _masked_entries(value) if name == _HELD and isinstance(value, list) else _deep(value)
        for name, value in document.items()
    }


def _deep(value: Any) -> Any:
    if isinstance(value, Mapping):
        return masked(value)
    if isinstance(value, list):
        return [_deep(item) for item in value]
    return value


def _masked_entries(entries: Iterable[str]) -> list[str]:
    return [f"{entry.partition('=')[0]}={MASK}" for entry in entries]
