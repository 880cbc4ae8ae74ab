"""Secrets for one host: only its private key opens them; Redis and database hold none in clear.

A sealed value is: version (1 byte), ephemeral X25519 public key (32), ChaCha20-Poly1305 ciphertext.
The cipher's key is HKDF-SHA256 of the shared secret, bound to both public keys, and used once, so
the nonce is zero.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bus.errors import SealBroken

VERSION = 1
_PUBLIC_KEY_SIZE = 32
_NONCE = bytes(12)
_PURPOSE = b"berth sealed value 1"


def seal(secret: bytes, *, public_key: bytes, context: bytes = b"") -> bytes:
    """Return *secret* for the holder of *public_key*; *context* must be the same at opening."""
    ephemeral = X25519PrivateKey.generate()
    mine = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public_key))
    cipher = ChaCha20Poly1305(_derive(shared, mine + public_key))
    return bytes([VERSION]) + mine + cipher.encrypt(_NONCE, secret, context)


def unseal(sealed: bytes, *, private_key: bytes, context: bytes = b"") -> bytes:
    """Return the secret, or raise SealBroken when it was altered or sealed for another host."""
    if len(sealed) <= 1 + _PUBLIC_KEY_SIZE or sealed[0] != VERSION:
        raise SealBroken(reason="it has no format that this program reads")
    key = X25519PrivateKey.from_private_bytes(private_key)
    theirs, ciphertext = sealed[1 : 1 + _PUBLIC_KEY_SIZE], sealed[1 + _PUBLIC_KEY_SIZE :]
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(theirs))
        bound = theirs + key.public_key().public_bytes_raw()
        return ChaCha20Poly1305(_derive(shared, bound)).decrypt(_NONCE, ciphertext, context)
    except (InvalidTag, ValueError) as error:
        raise SealBroken(reason="it was altered, or sealed for another host") from error


def _derive(shared: bytes, public_keys: bytes) -> bytes:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=public_keys, info=_PURPOSE)
    return kdf.derive(shared)
