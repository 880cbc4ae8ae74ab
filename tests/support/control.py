"""What tests of the platform's control side share: a host, an actor."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from accounts.actor import Actor
from accounts.grants import EVERYTHING
from bus import names
from bus.names import Queue
from config import sender
from config.redis import client
from hosts.models import Host
from projects.models import Project

OWNER = Actor(user_id=1, username="owner", grants=EVERYTHING, origin="192.0.2.7")


def forget_connections() -> None:
    """Drop pooled connections to a Redis that is gone."""
    client().close()
    client.cache_clear()
    sender._producer.cache_clear()


def make_host(name: str = "local") -> Host:
    """Return a host that has joined but does nothing, beside the project that all work in."""
    Project.objects.get_or_create(id="default", defaults={"name": "Default"})
    return Host.objects.create(
        name=name,
        public_key=X25519PrivateKey.generate().public_key().public_bytes_raw(),
        credential_hash=name,
    )


def wake(host: Host, *pools: Queue) -> None:
    """Make the host's workers seem alive."""
    for pool in pools or tuple(Queue):
        client().set(names.worker_key(str(host.pk), pool), b"1", ex=60)
