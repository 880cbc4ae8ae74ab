"""One way to reach Redis for everybody: the same URL for redis-py and, rewritten, for Celery."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bus import names

VISIBILITY_TIMEOUT = 24 * 3600
"""Seconds a worker may hold a message; the shortest of all workers wins, so there is one value."""


def connect(url: str, *, timeout: float = 2.0) -> redis.Redis:
    """Return a pooled client of *url* (`unix:///path`, `redis://…`, `rediss://…`), for bytes.

    `timeout` bounds connecting and each answer, in seconds. A pooled connection that Redis has
    closed meanwhile is replaced once; a Redis that hangs is not asked a second time.
    """
    client: redis.Redis = redis.Redis.from_url(
        url,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.exceptions.ConnectionError,)),
    )
    return client


def celery_url(url: str) -> str:
    """Return *url* as Celery spells it: `unix:///path?db=1` is `redis+socket:///path?virtual_host=1`."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"


def transport_options(host_id: str | None, *, timeout: float) -> dict[str, Any]:
    """Return Celery's broker_transport_options; with *host_id*, every key carries its prefix."""
    options: dict[str, Any] = {
        "visibility_timeout": VISIBILITY_TIMEOUT,
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "max_retries": 0,
    }
    if host_id is not None:
        options["global_keyprefix"] = names.prefix(host_id)
    return options
