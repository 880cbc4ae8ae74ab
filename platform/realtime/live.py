"""What one web worker has once: its tunnels and its fan-out, set up from the settings."""

from __future__ import annotations

import functools

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from config.keys import read_signing_key
from hosts import selectors
from realtime.fanout import Fanout
from realtime.tunnel import TunnelHub
from realtime.watch import Watch


@functools.cache
def tunnels() -> TunnelHub:
    """Return this worker's tunnels."""
    return TunnelHub(
        run=settings.BERTH.web_run,
        redis_url=settings.BERTH.redis_url,
        signing_key=_signing_key,
        host_of_credential=_host_of_credential,
    )


@functools.cache
def fanout() -> Fanout:
    """Return this worker's fan-out."""
    return Fanout(settings.BERTH.redis_url)


def watch() -> Watch:
    """Return this worker's watch over what is open."""
    return _watch(fanout())


@functools.cache
def _watch(fanout: Fanout) -> Watch:
    return Watch(fanout)


@functools.cache
def _signing_key() -> Ed25519PrivateKey:
    return read_signing_key(settings.BERTH.signing_key_file)


def _host_of_credential(credential: str) -> str | None:
    host = selectors.by_credential(credential)
    return None if host is None else str(host.pk)
