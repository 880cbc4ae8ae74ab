"""Telling every web worker that somebody's access has changed, so that it closes what it must."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable

from django.db import transaction
from redis.exceptions import RedisError

from bus import names
from bus.journal import ACCESS, Change
from config.redis import client
from engine.spec import codec

log = logging.getLogger(__name__)

_EVERYONE = 0


def access_changed(users: Iterable[int]) -> None:
    """Tell it of these users' ids, once the transaction is committed."""
    transaction.on_commit(functools.partial(_publish, frozenset(users)))


def access_of_all_changed() -> None:
    """Tell that anyone's access may have changed, once the transaction is committed."""
    access_changed((_EVERYONE,))


def _publish(users: frozenset[int]) -> None:
    try:
        for user in users:
            change = Change(kind=ACCESS, id=str(user or ""), action="change", version=0)
            client().publish(names.CHANGES, codec.encode(change))
    except RedisError as error:
        log.warning("open connections are looked at again later: Redis is away: %s", error)
