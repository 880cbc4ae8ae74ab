"""Whether a certificate and its key can be served, before anything is started with them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from front.main import TlsFileRefused, server_context


def check(certificate: Path, key: Path) -> None:
    """Raise TlsFileRefused naming the file that cannot be served, and why."""
    (leaf, *_) = _certificates(certificate)
    now = dt.datetime.now(dt.UTC)
    if now >= leaf.not_valid_after_utc:
        _refuse(certificate, f"has expired on {leaf.not_valid_after_utc:%Y-%m-%d}")
    if now < leaf.not_valid_before_utc:
        _refuse(certificate, f"is not valid before {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC")
    if _public_key(key) != leaf.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    ):
        _refuse(key, f"is not the key of the certificate {certificate}")
    # Such as a key that is too small for the machine's own policy.
    server_context(certificate, key)


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read(path))
    except ValueError as error:
        raise TlsFileRefused(path=str(path), problem="holds no certificate as PEM") from error


def _public_key(path: Path) -> bytes:
    content = _read(path)
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except TypeError as error:
        problem = "is encrypted: nobody could type its password at a start"
        raise TlsFileRefused(path=str(path), problem=problem) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise TlsFileRefused(path=str(path), problem="holds no private key as PEM") from error
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise TlsFileRefused(path=str(path), problem=problem) from error


def _refuse(path: Path, problem: str) -> None:
    raise TlsFileRefused(path=str(path), problem=problem)
