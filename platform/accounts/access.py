"""The one place that says what an actor may do; all that is not granted here is refused."""

from __future__ import annotations

import enum

from accounts.actor import Actor
from accounts.errors import PermissionDenied, SignInRequired


class Verb(enum.StrEnum):
    VIEW = "view"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    START = "start"
    STOP = "stop"
    KILL = "kill"
    RESTART = "restart"
    LOGS = "logs"
    PULL = "pull"
    CANCEL = "cancel"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    SET_UP = "set_up"
    TEST = "test"


class Kind(enum.StrEnum):
    PROJECT = "project"
    CONTAINER = "container"
    IMAGE = "image"
    NETWORK = "network"
    REGISTRY = "registry"
    OPERATION = "operation"
    HOST = "host"
    USER = "user"
    TOKEN = "token"  # noqa: S105  (a kind of object, not a secret)
    SESSION = "session"
    AUDIT = "audit"


DEFAULT_PROJECT = "default"
"""The project every instance has; its id is the engine space, as every project's is."""

_IN_PROJECT = frozenset(
    {Kind.PROJECT, Kind.CONTAINER, Kind.IMAGE, Kind.NETWORK, Kind.REGISTRY, Kind.OPERATION}
)
_OWN = frozenset({Kind.TOKEN, Kind.SESSION})
_FOR_EVERYONE = frozenset({(Verb.VIEW, Kind.HOST), (Verb.VIEW, Kind.USER)})


def require(actor: Actor, verb: Verb, kind: Kind, project: str | None = None) -> None:
    """Return if *actor* may *verb* objects of *kind* in *project* (None: outside of projects)."""
    if not actor.is_authenticated:
        raise SignInRequired
    if not _granted(actor, verb, kind, project):
        raise PermissionDenied(verb=verb.value, kind=kind.value)


def visible_projects(actor: Actor) -> tuple[str, ...]:
    """Return the projects whose objects *actor* may see: what selectors filter by."""
    return (DEFAULT_PROJECT,) if actor.is_authenticated else ()


def _granted(actor: Actor, verb: Verb, kind: Kind, project: str | None) -> bool:
    if kind in _IN_PROJECT:
        return (project is None and verb is Verb.VIEW) or project in visible_projects(actor)
    if kind in _OWN or (verb, kind) in _FOR_EVERYONE:
        return project is None
    return actor.is_admin and project is None
