"""The web side's own connection to Redis."""

from __future__ import annotations

import functools

from django.conf import settings
from redis import Redis

from bus import broker


@functools.cache
def client() -> Redis:
    """Return this process's pooled client; answers within a second or raises RedisError."""
    return broker.connect(settings.BERTH.redis_url, timeout=1.0)
