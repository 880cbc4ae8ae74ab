"""Joining hosts, and keeping what their heartbeats say."""

from __future__ import annotations

import datetime as dt
from typing import cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.tokens import digest
from bus import names
from bus.join import JoinAnswer, JoinRequest
from bus.journal import Change, Heartbeat
from config.keys import read_signing_key
from config.redis import client
from engine.errors import MalformedMessage
from engine.spec import codec
from hosts.models import Host, HostState

_SEEN_STEP = dt.timedelta(minutes=1)
"""How exact `seen_at` is; a write for every heartbeat would cost more than it tells."""


def join(*, request: JoinRequest) -> JoinAnswer:
    """Make the machine that asks a host, or the host anew that it has been; return our half."""
    values = {
        "public_key": request.public_key,
        "credential_hash": digest(request.credential),
    }
    with transaction.atomic():
        host = Host.objects.filter(pk=request.host_id).first() if request.host_id else None
        if host is None:
            # A machine that lost its identity (its engine state was removed) is the same host anew.
            host, _ = Host.objects.update_or_create(
                name=request.name, defaults={**values, "state": HostState.JOINING}
            )
        else:
            Host.objects.filter(pk=host.pk).update(**values)
    return JoinAnswer(
        host_id=str(host.pk),
        name=host.name,
        platform_key=read_signing_key(settings.BERTH.signing_key_file)
        .public_key()
        .public_bytes_raw(),
    )


def record_heartbeats() -> list[Change]:
    """Bring the hosts' rows up to what their heartbeat keys say now; raises RedisError."""
    hosts = list(Host.objects.all())
    if not hosts:
        return []
    keys = [names.heartbeat_key(str(host.pk)) for host in hosts]
    values = cast("list[bytes | None]", client().mget(keys))
    changes = []
    for host, value in zip(hosts, values, strict=True):
        change = _record_heartbeat(host, value)
        if change is not None:
            changes.append(change)
    return changes


def _record_heartbeat(host: Host, value: bytes | None) -> Change | None:
    if value is None:
        if host.state != HostState.ONLINE:
            return None
        host.state = HostState.OFFLINE
        host.save(update_fields=["state"])
        return _change(host, "offline")
    try:
        facts = codec.decode(Heartbeat, value).facts
    except MalformedMessage:
        return None
    now = timezone.now()
    came = host.state != HostState.ONLINE
    told = codec.to_plain(facts)
    fresh = any(getattr(host, name) != fact for name, fact in told.items())
    if not came and not fresh and host.seen_at and now - host.seen_at < _SEEN_STEP:
        return None
    for name, fact in told.items():
        setattr(host, name, fact)
    host.state, host.seen_at = HostState.ONLINE, now
    host.save(update_fields=["state", "seen_at", *told])
    return _change(host, "online") if came or fresh else None


def _change(host: Host, action: str) -> Change:
    return Change(
        kind="host",
        id=str(host.pk),
        action=action,
        version=host.position,
        host=str(host.pk),
        object={"id": str(host.pk), "name": host.name, "state": str(host.state)},
    )
