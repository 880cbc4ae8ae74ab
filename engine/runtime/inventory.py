"""inventory: everything the engine has, as of one position of its outbox."""

from __future__ import annotations

from dataclasses import dataclass

from engine.runtime.host import Host
from engine.spec.container import Container
from engine.spec.image import Image
from engine.spec.network import Network
from engine.storage import claims, containers, outbox
from engine.storage.claims import StoredClaim


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What a host has, in all spaces; nothing newer than `position` is missing from the outbox."""

    epoch: str
    position: int
    claims: tuple[StoredClaim, ...]
    containers: tuple[Container, ...]
    images: tuple[Image, ...]
    networks: tuple[Network, ...]


def take(host: Host) -> Inventory:
    """Read the inventory; what changes meanwhile comes again as an event past its position."""
    with host.database.reading() as connection:
        position = outbox.position(connection)
        return Inventory(
            epoch=outbox.epoch(connection),
            position=position,
            claims=claims.everything(connection),
            containers=tuple(containers.everything(connection, None)),
            images=host.images.everything(),
            networks=host.networks.everything(),
        )
