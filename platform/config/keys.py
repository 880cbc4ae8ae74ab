"""The platform's own secrets on disk: made once, 0600, read by the web side alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bus.errors import SettingMissing
from engine.errors import InvalidValue


def read_secret_key(path: Path) -> str:
    """Return Django's secret key, or a passing one where `up` has not made it yet.

    Commands that neither sign nor verify anything (check, makemigrations) need no file.
    """
    try:
        return path.read_text().strip()
    except (FileNotFoundError, PermissionError):
        return secrets.token_urlsafe(48)


def ensure_secret_key(path: Path) -> None:
    """Make the secret key unless it is there; InvalidValue where the web user cannot have it."""
    try:
        _create(path, secrets.token_urlsafe(48).encode())
        path.read_bytes()
    except OSError as error:
        raise InvalidValue(
            field="BERTH_SECRET_KEY_FILE",
            value=str(path),
            problem=f"cannot be read or made by the user of the web side: {error.strerror}",
        ) from error


def ensure_signing_key(path: Path) -> None:
    """Make the Ed25519 signing key unless it is there."""
    _create(path, Ed25519PrivateKey.generate().private_bytes_raw())


def read_signing_key(path: Path) -> Ed25519PrivateKey:
    """Return the key that signs task messages, or raise SettingMissing."""
    try:
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    except FileNotFoundError as error:
        raise SettingMissing(
            what="the platform's signing key", path=str(path), remedy="`manage.py up` makes it"
        ) from error


def _create(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
