"""Times as they cross our borders: nanoseconds from hosts, RFC 3339 to clients."""

from __future__ import annotations

import datetime as dt

_BILLION = 1_000_000_000


def from_nanoseconds(nanoseconds: int) -> dt.datetime | None:
    """Return the moment, to the microsecond that databases keep; None for 0, which is never."""
    if not nanoseconds:
        return None
    seconds, rest = divmod(nanoseconds, _BILLION)
    return dt.datetime.fromtimestamp(seconds, dt.UTC).replace(microsecond=rest // 1000)


def rfc3339(moment: dt.datetime | None) -> str | None:
    """Return *moment*, which is in UTC, as text; None stays None."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
