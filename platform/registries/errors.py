"""What can go wrong with the registries that a project knows."""

from __future__ import annotations

from engine.errors import EngineError


class RegistryNotFound(EngineError):
    code = "registry_not_found"
    template = "no registry {registry!r}"
    registry: str


class RegistryExists(EngineError):
    code = "registry_exists"
    template = "the project knows a registry at {host} already; change that one"
    host: str


class PasswordNeeded(EngineError):
    code = "password_needed"
    template = "give the password again: the one kept for {host} is never sent to another host"
    host: str


class PasswordUnreadable(EngineError):
    code = "password_unreadable"
    template = "the password kept for {host} was sealed with another key; enter it again"
    host: str
