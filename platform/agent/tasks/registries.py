"""The task on registries, and how every task reaches one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from agent.operation import Verb, Work
from bus import messages, sealing
from bus.messages import OperationKind, RegistryAccess
from engine.engine import Engine
from engine.spec import codec
from engine.spec.image import RegistryAuth


def test(work: Work) -> None:
    payload = cast("messages.RegistryTest", work.payload)
    engine = engine_for(work, payload.registry, payload.access)
    engine.check_registry(payload.registry, auth=credentials(work, payload.access))


VERBS: Mapping[OperationKind, Verb] = {OperationKind.REGISTRY_TEST: test}


def engine_for(work: Work, registry: str, access: RegistryAccess) -> Engine:
    """Return an engine that reaches the registry as the project says: by HTTP, or its own CA."""
    if not access.insecure and not access.ca:
        return work.engine
    known = work.place.configuration
    configuration = replace(
        known,
        insecure_registries=(*known.insecure_registries, *((registry,) if access.insecure else ())),
        registry_ca={**known.registry_ca, **({registry: access.ca} if access.ca else {})},
    )
    return Engine(configuration, space=work.message.space)


def credentials(work: Work, access: RegistryAccess) -> RegistryAuth | None:
    """Return what the project signs in with, opened with the host's own key."""
    if not access.auth:
        return None
    opened = sealing.unseal(access.auth, private_key=work.place.identity.private_key)
    return codec.decode(RegistryAuth, opened)
