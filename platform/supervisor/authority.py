"""`up --tls`: a private certificate authority in BERTH_HOME, and a certificate of it to serve."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config.env import Environment
from engine.linux.rtnetlink import RouteSocket

AUTHORITY_LIFE = dt.timedelta(days=3650)
SERVER_LIFE = dt.timedelta(days=397)
"""More than 398 days no browser takes from an authority; less is more to renew."""

RENEW_BEFORE = dt.timedelta(days=30)
_CLOCKS_DIFFER = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """What people let their browsers trust."""

    certificate: Path
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def folder(home: Path) -> Path:
    """Return where authority and certificate are kept."""
    return home / "tls"


def variables(home: Path) -> Mapping[str, str]:
    """Return the environment of one who serves with our own certificate."""
    return {
        "BERTH_TLS_CERT": str(folder(home) / "server.crt"),
        "BERTH_TLS_KEY": str(folder(home) / "server.key"),
    }


def ensure(environment: Environment) -> Authority:
    """Make authority and certificate where they are missing, about to expire or of other names."""
    place = folder(environment.home)
    place.mkdir(mode=0o755, exist_ok=True)
    authority = _load(place, "ca")
    if authority is None or _expires(authority, RENEW_BEFORE + SERVER_LIFE):
        authority = _make_authority(environment.home)
        _save(place, "ca", authority)
    names = server_names(environment)
    server = _load(place, "server")
    if server is None or not _serves(server, authority, names):
        _save(place, "server", _make_server(authority, names))
    digest = authority.certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    return Authority(certificate=place / "ca.crt", fingerprint=digest)


def server_names(environment: Environment) -> list[x509.GeneralName]:
    """Return the names and addresses by which this listener can be asked for."""
    listen = environment.listen
    words = {"localhost", "127.0.0.1", "::1", urlsplit(environment.public_url).hostname or ""}
    if listen.is_unspecified:
        ours = f"br{environment.engine_configuration().instance}"
        words |= {socket.gethostname(), *_addresses(besides=ours)}
    else:
        words |= {listen.address} if listen.is_loopback else {listen.address, socket.gethostname()}
    return [_general_name(word) for word in sorted(words - {"", "0.0.0.0", "::"})]  # noqa: S104


def _addresses(*, besides: str) -> set[str]:
    """Return this machine's IPv4 addresses, but for those of links named *besides*."""
    with RouteSocket() as route:
        bridges = {link.index for link in route.links() if link.name.startswith(besides)}
        return {str(one.interface.ip) for one in route.addresses() if one.index not in bridges}


def _general_name(word: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(word))
    except ValueError:
        return x509.DNSName(word.encode("idna").decode())


def _expires(pair: _Pair, within: dt.timedelta) -> bool:
    return dt.datetime.now(dt.UTC) + within >= pair.certificate.not_valid_after_utc


def _serves(server: _Pair, authority: _Pair, names: list[x509.GeneralName]) -> bool:
    """Say whether *server* is of *authority*, for all *names*, and for a while yet."""
    own = server.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        server.certificate.issuer == authority.certificate.subject
        and set(names) <= set(own)
        and not _expires(server, RENEW_BEFORE)
    )


def _make_authority(home: Path) -> _Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    # The number tells two authorities apart, should one have to follow another.
    name = _name(f"Berth {socket.gethostname()[:32]} {home.name[:8]} {serial & 0xFFFFFF:06x}")
    builder = (
        _builder(key, AUTHORITY_LIFE)
        .serial_number(serial)
        .subject_name(name)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
    )
    return _Pair(certificate=builder.sign(key, hashes.SHA256()), key=key)


def _make_server(authority: _Pair, names: list[x509.GeneralName]) -> _Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = (
        _builder(key, SERVER_LIFE)
        .serial_number(x509.random_serial_number())
        .subject_name(_name("Berth"))
        .issuer_name(authority.certificate.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(issuer, critical=False)
    )
    return _Pair(certificate=builder.sign(authority.key, hashes.SHA256()), key=key)


def _builder(key: ec.EllipticCurvePrivateKey, life: dt.timedelta) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .public_key(key.public_key())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _load(place: Path, name: str) -> _Pair | None:
    """Return what is kept, or None where there is nothing usable: it is made anew then."""
    try:
        certificate = x509.load_pem_x509_certificate((place / f"{name}.crt").read_bytes())
        key = serialization.load_pem_private_key((place / f"{name}.key").read_bytes(), None)
    except (FileNotFoundError, ValueError):
        return None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        return None
    if certificate.public_key() != key.public_key():
        return None
    return _Pair(certificate=certificate, key=key)


def _save(place: Path, name: str, pair: _Pair) -> None:
    """Write key and certificate; a crash in between leaves a pair that does not fit together."""
    key = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(place / f"{name}.key", key, 0o600)
    _write(place / f"{name}.crt", pair.certificate.public_bytes(Encoding.PEM), 0o644)


def _write(path: Path, content: bytes, mode: int) -> None:
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    part.rename(path)
