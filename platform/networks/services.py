"""What hosts say of their networks, written down; the host is the master, so nothing is judged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bus.journal import Change
from config.moments import from_nanoseconds
from engine.spec import codec
from engine.spec import network as spec
from engine.spec.event import Event, ObjectKind
from hosts.models import Host
from networks.models import Network
from networks.selectors import document_of


def record_network(host: Host, event: Event) -> Change | None:
    """Take one event into the mirror; None where the mirror holds something newer already.

    The caller has made sure that the event lies after the host's position and in a known space.
    """
    if not event.payload:
        found = Network.objects.filter(pk=event.id, host=host, version__lt=event.sequence)
        removed, _ = found.delete()
        return _change(host, event, {}) if removed else None
    network = codec.from_plain(spec.Network, event.payload)
    if network.id != event.id or not _write(host, event.space, network, event.sequence):
        return None
    return _change(host, event, document_of(network_id=event.id))


def replace_networks(
    host: Host, networks: Iterable[spec.Network], *, position: int, fresh: bool
) -> None:
    """Make the mirror equal to an inventory taken at *position*.

    What the mirror holds from after that stays; with *fresh*, sequences have begun again and
    nothing stays.
    """
    mine = Network.objects.filter(host=host)
    if fresh:
        mine.delete()
    there = {network.id: network for network in networks}
    mine.filter(version__lte=position).exclude(pk__in=there).delete()
    for network in there.values():
        _write(host, network.space, network, network.version)


def _write(host: Host, space: str, network: spec.Network, version: int) -> bool:
    columns = _columns(network) | {"version": version}
    mine = Network.objects.filter(pk=network.id, host=host)
    if mine.filter(version__lt=version).update(**columns):
        return True
    # An id that another host has already is not this one's to change: nothing is written then.
    if Network.objects.filter(pk=network.id).exists():
        return False
    Network.objects.create(id=network.id, host=host, project_id=space, **columns)
    return True


def _columns(network: spec.Network) -> dict[str, Any]:
    return {
        "name": network.name,
        "driver": network.driver.value,
        "subnet": network.subnet,
        "gateway": network.gateway,
        "created_at": from_nanoseconds(network.created_at),
    }


def _change(host: Host, event: Event, shown: dict[str, Any]) -> Change:
    return Change(
        kind=ObjectKind.NETWORK.value,
        id=event.id,
        action=event.action,
        version=event.sequence,
        host=str(host.pk),
        project=event.space,
        object=shown,
    )
