"""Which service takes which kind of event, and which takes its part of an inventory."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bus.journal import Change, Inventory
from containers import services as containers
from engine.spec.event import Event, ObjectKind
from hosts.models import Host
from images import services as images
from networks import services as networks
from operations import services as operations


def _operation(host: Host, event: Event) -> Change | None:
    return operations.record(host=host, event=event)


RECORDERS: Mapping[ObjectKind, Callable[[Host, Event], Change | None]] = {
    ObjectKind.CONTAINER: containers.record_container,
    ObjectKind.IMAGE: images.record_image,
    ObjectKind.NETWORK: networks.record_network,
    ObjectKind.OPERATION: _operation,
}


def replace_all(
    host: Host, inventory: Inventory, spaces: frozenset[str], *, fresh: bool
) -> list[Change]:
    """Make the mirror of *host* equal to *inventory*, within the *spaces* that are known."""
    position = inventory.position
    networks.replace_networks(
        host, [n for n in inventory.networks if n.space in spaces], position=position, fresh=fresh
    )
    images.replace_images(
        host, [i for i in inventory.images if i.space in spaces], position=position, fresh=fresh
    )
    containers.replace_containers(
        host, [c for c in inventory.containers if c.space in spaces], position=position, fresh=fresh
    )
    return operations.record_inventory(
        host=host, operations=inventory.operations, position=position
    )
