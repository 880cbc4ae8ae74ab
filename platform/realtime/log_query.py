"""Which part of a log a request asks for, from its query string."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from bus.dial import LogsRequest
from engine.errors import InvalidValue

_KNOWN = frozenset({"tail", "since", "follow", "stdout", "stderr", "timestamps"})
_NANOSECONDS = 1_000_000_000


def read_query(container_id: str, query: Mapping[str, str]) -> LogsRequest:
    """Return what *query* asks for, or raise InvalidValue naming the field.

    `tail` is a number of lines or `all`; `since` seconds since the epoch or RFC 3339; the others
    are 0/1 or false/true. Both streams are sent unless one is turned off.
    """
    for name in query:
        if name not in _KNOWN:
            raise InvalidValue(field=name, value=query[name], problem="is no option of logs")
    return LogsRequest(
        container_id=container_id,
        follow=flag(query, "follow", default=False),
        tail=_tail(query.get("tail", "")),
        since=_since(query.get("since", "")),
        stdout=flag(query, "stdout", default=True),
        stderr=flag(query, "stderr", default=True),
    )


def flag(query: Mapping[str, str], name: str, *, default: bool) -> bool:
    """Return the boolean that *query* has under *name*."""
    value = query.get(name, "").lower()
    if value in ("1", "true"):
        return True
    if value in ("0", "false"):
        return False
    if value:
        raise InvalidValue(field=name, value=value, problem="is neither 0 nor 1")
    return default


def _tail(value: str) -> int | None:
    if value in ("", "all"):
        return None
    if not value.isdecimal():
        raise InvalidValue(field="tail", value=value, problem="is neither a number nor `all`")
    return int(value)


def _since(value: str) -> int:
    if not value:
        return 0
    try:
        return int(float(value) * _NANOSECONDS)
    except (ValueError, OverflowError):
        pass
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError as error:
        problem = "is neither seconds since the epoch nor RFC 3339"
        raise InvalidValue(field="since", value=value, problem=problem) from error
    return int(moment.timestamp() * _NANOSECONDS)
