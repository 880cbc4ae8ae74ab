"""Making and hashing of secrets that we hand out once."""

from __future__ import annotations

import hashlib
import secrets
import string

TOKEN_PREFIX = "berth_"  # noqa: S105  (the public mark that secret scanners look for)
SHOWN = len(TOKEN_PREFIX) + 4
"""Characters of a token that stay readable in lists."""

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 40


def new_token() -> str:
    """Return a fresh token with 238 bits of chance."""
    return TOKEN_PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def digest(secret: str) -> str:
    """Return what is kept of *secret*: chance that long needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
