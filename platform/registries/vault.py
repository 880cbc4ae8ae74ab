"""Passwords at rest: AES-GCM with a key from the instance's own, bound to where they belong."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from registries.errors import PasswordUnreadable

_NONCE_SIZE = 12
_PURPOSE = b"berth registry passwords 1"


def seal(password: str, *, project: str, host: str) -> bytes:
    """Return *password* encrypted; only the same project and host open it."""
    nonce = os.urandom(_NONCE_SIZE)
    return nonce + _cipher().encrypt(nonce, password.encode(), _place(project, host))


def unseal(sealed: bytes, *, project: str, host: str) -> str:
    """Return the password, or raise PasswordUnreadable."""
    nonce, ciphertext = sealed[:_NONCE_SIZE], sealed[_NONCE_SIZE:]
    try:
        return _cipher().decrypt(nonce, ciphertext, _place(project, host)).decode()
    except (InvalidTag, ValueError) as error:
        raise PasswordUnreadable(host=host) from error


def _cipher() -> AESGCM:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_PURPOSE)
    return AESGCM(kdf.derive(settings.SECRET_KEY.encode()))


def _place(project: str, host: str) -> bytes:
    return f"{project}\0{host}".encode()
