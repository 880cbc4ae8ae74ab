"""Reading hosts, and whether they can work right now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from redis.exceptions import RedisError

from accounts.access import Kind, visible
from accounts.actor import Actor
from accounts.tokens import digest
from bus import names
from bus.errors import BrokerUnavailable, HostNotFound, HostUnavailable
from bus.names import Queue
from config.redis import client
from hosts.models import Host
from projects.selectors import hosts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Liveness:
    """What of a host answers at this moment."""

    agent: bool = False
    quick: bool = False
    build: bool = False


def list_hosts(*, actor: Actor) -> QuerySet[Host]:
    """Return the hosts that *actor* may see."""
    return _seen(actor)


def get_host(*, actor: Actor, host: str) -> Host:
    """Return the host with this id or name, or raise HostNotFound."""
    seen = _seen(actor)
    try:
        found = seen.filter(pk=UUID(host)).first()
    except ValueError:
        found = seen.filter(name=host).first()
    if found is None:
        raise HostNotFound(host=host)
    return found


def seen_ids(*, actor: Actor) -> frozenset[str] | None:
    """Return the ids of the hosts that *actor* may see; None: all.

    Who works in a project sees the hosts that its policy lets it work on.
    """
    scope = visible(actor, Kind.HOST)
    if scope.everything:
        return None
    seen = set(scope.hosts)
    for allowed in hosts_of(scope.projects):
        if allowed is None:
            return None
        seen.update(allowed)
    return frozenset(seen)


def by_credential(credential: str) -> Host | None:
    """Return the host whose agent holds *credential*."""
    return Host.objects.filter(credential_hash=digest(credential)).first()


def alive(hosts: Sequence[Host]) -> Mapping[UUID, Liveness]:
    """Return what of each host answers, in one round trip; nothing does while Redis is away."""
    if not hosts:
        return {}
    keys = [key for host in hosts for key in _keys(host)]
    try:
        found = cast("list[bytes | None]", client().mget(keys))
    except RedisError:
        return {host.pk: Liveness() for host in hosts}
    flags = [value is not None for value in found]
    return {
        host.pk: Liveness(agent=flags[3 * i], quick=flags[3 * i + 1], build=flags[3 * i + 2])
        for i, host in enumerate(hosts)
    }


def require_worker(*, host: Host, pool: Queue) -> None:
    """Return if a worker of *pool* lives there; else raise HostUnavailable or BrokerUnavailable."""
    try:
        found = client().exists(names.worker_key(str(host.pk), pool))
    except RedisError as error:
        raise BrokerUnavailable(reason=str(error)) from error
    if not found:
        raise HostUnavailable(host=host.name, queue=pool.value)


def _seen(actor: Actor) -> QuerySet[Host]:
    seen = seen_ids(actor=actor)
    return Host.objects.all() if seen is None else Host.objects.filter(pk__in=seen)


def _keys(host: Host) -> tuple[str, str, str]:
    host_id = str(host.pk)
    return (
        names.heartbeat_key(host_id),
        names.worker_key(host_id, Queue.QUICK),
        names.worker_key(host_id, Queue.BUILD),
    )
