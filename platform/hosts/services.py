"""Joining hosts, and keeping what their heartbeats say."""

from __future__ import annotations

import datetime as dt
import secrets
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.tokens import digest
from bus import identity as identities
from bus import names
from bus.identity import HostIdentity
from bus.journal import Change, Heartbeat
from config.keys import read_signing_key
from config.redis import client
from engine.errors import MalformedMessage
from engine.spec import codec
from hosts.models import Host, HostState

_SEEN_STEP = dt.timedelta(minutes=1)
"""How exact `seen_at` is; a write for every heartbeat would cost more than it tells."""


def join_local(*, name: str, home: Path, redis_url: str, platform_url: str) -> Host:
    """Make this machine a host of the platform, unless it is one, and write its identity."""
    path = identities.identity_path(home)
    known = identities.load(home) if path.exists() else None
    host = Host.objects.filter(pk=known.host_id).first() if known else None
    if known is not None and host is not None:
        private_key, credential = known.private_key, known.credential
    else:
        private_key = X25519PrivateKey.generate().private_bytes_raw()
        credential = secrets.token_urlsafe(32)
        host = _new_host(name, private_key, credential)
    identities.save(
        home,
        HostIdentity(
            host_id=str(host.pk),
            name=host.name,
            redis_url=redis_url,
            platform_url=platform_url,
            platform_key=read_signing_key(settings.BERTH.signing_key_file)
            .public_key()
            .public_bytes_raw(),
            private_key=private_key,
            credential=credential,
        ),
    )
    return host


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


def _new_host(name: str, private_key: bytes, credential: str) -> Host:
    public_key = X25519PrivateKey.from_private_bytes(private_key).public_key()
    with transaction.atomic():
        # The machine lost its identity (its engine state was removed): it is the same host anew.
        host, _ = Host.objects.update_or_create(
            name=name,
            defaults={
                "public_key": public_key.public_bytes_raw(),
                "credential_hash": digest(credential),
                "state": HostState.JOINING,
            },
        )
    return host


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
