"""What can be allowed: pairs of verb and kind, and the roles that every instance has of them."""

from __future__ import annotations

import enum
from collections.abc import Mapping


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
    EXEC = "exec"
    ATTACH = "attach"
    HOST_OPTIONS = "host_options"
    PULL = "pull"
    CANCEL = "cancel"
    TEST = "test"
    EXPORT = "export"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    SET_UP = "set_up"
    ACCEPT = "accept"


class Kind(enum.StrEnum):
    PROJECT = "project"
    POLICY = "policy"
    CONTAINER = "container"
    SECRET = "secret"  # noqa: S105  (values of environment variables, as a kind of object)
    IMAGE = "image"
    NETWORK = "network"
    REGISTRY = "registry"
    OPERATION = "operation"
    HOST = "host"
    USER = "user"
    TEAM = "team"
    ROLE = "role"
    BINDING = "binding"
    TOKEN = "token"  # noqa: S105  (a kind of object, not a secret)
    SESSION = "session"
    INVITATION = "invitation"
    AUDIT = "audit"


Permission = str
"""`verb:kind`, such as `start:container`."""


def permission(verb: Verb, kind: Kind) -> Permission:
    """Return the name of the permission to *verb* objects of *kind*."""
    return f"{verb.value}:{kind.value}"


_CHANGE = (Verb.VIEW, Verb.CREATE, Verb.UPDATE, Verb.DELETE)
_RUN = (Verb.START, Verb.STOP, Verb.KILL, Verb.RESTART)

GRANTABLE: Mapping[Kind, tuple[Verb, ...]] = {
    Kind.PROJECT: _CHANGE,
    Kind.POLICY: (Verb.VIEW, Verb.UPDATE),
    Kind.CONTAINER: (
        *_CHANGE,
        *_RUN,
        Verb.LOGS,
        Verb.EXEC,
        Verb.ATTACH,
        Verb.HOST_OPTIONS,
    ),
    Kind.SECRET: (Verb.VIEW,),
    Kind.IMAGE: (Verb.VIEW, Verb.PULL, Verb.DELETE),
    Kind.NETWORK: (Verb.VIEW, Verb.CREATE, Verb.DELETE),
    Kind.REGISTRY: (*_CHANGE, Verb.TEST),
    Kind.OPERATION: (Verb.VIEW, Verb.CANCEL),
    Kind.HOST: _CHANGE,
    Kind.USER: _CHANGE,
    Kind.TEAM: _CHANGE,
    Kind.ROLE: _CHANGE,
    Kind.BINDING: (Verb.VIEW, Verb.CREATE, Verb.DELETE),
    Kind.TOKEN: (Verb.VIEW, Verb.CREATE, Verb.DELETE),
    Kind.SESSION: (Verb.VIEW, Verb.DELETE),
    Kind.INVITATION: (Verb.VIEW, Verb.CREATE, Verb.DELETE),
    Kind.AUDIT: (Verb.VIEW, Verb.EXPORT),
}
"""Every permission there is; for one's own tokens and sessions none is needed."""

ALL: frozenset[Permission] = frozenset(
    permission(verb, kind) for kind, verbs in GRANTABLE.items() for verb in verbs
)


def _on(kind: Kind, *verbs: Verb) -> frozenset[Permission]:
    return frozenset(permission(verb, kind) for verb in verbs)


def _seen(*kinds: Kind) -> frozenset[Permission]:
    return frozenset(permission(Verb.VIEW, kind) for kind in kinds)


_VIEWER = _seen(
    Kind.PROJECT,
    Kind.CONTAINER,
    Kind.IMAGE,
    Kind.NETWORK,
    Kind.REGISTRY,
    Kind.OPERATION,
    Kind.HOST,
) | _on(Kind.CONTAINER, Verb.LOGS)
_OPERATOR = _VIEWER | _on(Kind.CONTAINER, *_RUN) | _on(Kind.OPERATION, Verb.CANCEL)
_DEPLOYER = (
    _OPERATOR
    | _on(Kind.CONTAINER, Verb.CREATE, Verb.UPDATE, Verb.DELETE, Verb.EXEC, Verb.ATTACH)
    | _on(Kind.IMAGE, Verb.PULL, Verb.DELETE)
    | _on(Kind.NETWORK, Verb.CREATE, Verb.DELETE)
    | _seen(Kind.SECRET, Kind.POLICY)
)
_PROJECT_ADMIN = (
    _DEPLOYER
    | _on(Kind.CONTAINER, Verb.HOST_OPTIONS)
    | _on(Kind.REGISTRY, *GRANTABLE[Kind.REGISTRY])
    | _on(Kind.PROJECT, Verb.UPDATE)
    | _on(Kind.BINDING, *GRANTABLE[Kind.BINDING])
    | _on(Kind.AUDIT, *GRANTABLE[Kind.AUDIT])
    | _seen(Kind.USER, Kind.TEAM, Kind.ROLE)
)
_HOST_ADMIN = (
    _on(Kind.HOST, Verb.VIEW, Verb.UPDATE, Verb.DELETE)
    | _seen(Kind.CONTAINER, Kind.IMAGE, Kind.NETWORK, Kind.OPERATION)
    | _on(Kind.CONTAINER, Verb.STOP)
)
_AUDITOR = frozenset(
    permission(Verb.VIEW, kind) for kind in GRANTABLE if kind is not Kind.SECRET
) | _on(Kind.AUDIT, Verb.EXPORT)

ADMIN = "admin"
BUILT_IN: Mapping[str, frozenset[Permission]] = {
    "viewer": _VIEWER,
    "operator": _OPERATOR,
    "deployer": _DEPLOYER,
    "project_admin": _PROJECT_ADMIN,
    "host_admin": _HOST_ADMIN,
    ADMIN: ALL,
    "auditor": _AUDITOR,
}
"""Roles that nobody can change or remove. Their rows carry the names; what they allow is here."""
