"""Asking a registry whether it is there and takes credentials, without pulling anything."""

from __future__ import annotations

from contextlib import closing

from engine.registry.client import RegistryClient
from engine.registry.endpoint import endpoints
from engine.spec.configuration import EngineConfiguration
from engine.spec.image import RegistryAuth


def check(configuration: EngineConfiguration, registry: str, auth: RegistryAuth | None) -> None:
    """Return if *registry* itself, not a mirror of it, lets *auth* in; else raise why not."""
    *_, own = endpoints(configuration, registry)
    with closing(RegistryClient(own, repository="", credentials=auth)) as client:
        client.check()
