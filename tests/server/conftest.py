"""The REST side as these tests meet it."""

from __future__ import annotations

from tests.support.rest import host, nobody, owner, rest

__all__ = ["host", "nobody", "owner", "rest"]
