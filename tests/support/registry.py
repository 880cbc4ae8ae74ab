"""Debian's own docker-registry on a free loopback port, plain, with passwords, or with TLS."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bcrypt
import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PROGRAM = "/usr/bin/docker-registry"


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for the loopback address."""

    pem: str
    certificate: Path
    key: Path


@dataclass(frozen=True)
class Registry:
    """A running registry. `name` is what references begin with."""

    name: str
    client: httpx.Client


@contextmanager
def running_registry(
    *, account: tuple[str, str] | None = None, tls: Certificate | None = None
) -> Iterator[Registry]:
    """Run a registry that forgets all at the end; *account* is its one user and password."""
    home = Path(tempfile.mkdtemp(prefix="breg", dir="/tmp"))
    port = free_port()
    log = (home / "log").open("wb")
    process = subprocess.Popen(
        [PROGRAM, "serve", str(_configure(home, port, account, tls))],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env={"PATH": os.environ["PATH"], "OTEL_TRACES_EXPORTER": "none"},
        start_new_session=True,
    )
    scheme = "https" if tls else "http"
    verify: ssl.SSLContext | bool = True
    if tls:
        verify = ssl.create_default_context(cadata=tls.pem)
    client = httpx.Client(
        base_url=f"{scheme}://127.0.0.1:{port}", auth=account, verify=verify, trust_env=False
    )
    try:
        _wait(client, process)
        yield Registry(f"127.0.0.1:{port}", client)
    finally:
        client.close()
        process.terminate()
        process.wait(10)
        log.close()
        shutil.rmtree(home)


def make_certificate(folder: Path) -> Certificate:
    """Make a self-signed certificate for 127.0.0.1 in *folder*."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "registry for tests")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    made = Certificate(pem.decode(), folder / "cert.pem", folder / "key.pem")
    made.certificate.write_bytes(pem)
    made.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return made


def free_port() -> int:
    """Return a loopback TCP port that was free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _configure(
    home: Path, port: int, account: tuple[str, str] | None, tls: Certificate | None
) -> Path:
    lines = [
        "version: 0.1",
        "log: {level: warn}",
        f"storage: {{filesystem: {{rootdirectory: {home}/data}}, delete: {{enabled: true}}}}",
        "http:",
        f"  addr: 127.0.0.1:{port}",
    ]
    if tls:
        lines.append(f"  tls: {{certificate: {tls.certificate}, key: {tls.key}}}")
    if account:
        hashed = bcrypt.hashpw(account[1].encode(), bcrypt.gensalt(4)).decode()
        (home / "htpasswd").write_text(f"{account[0]}:{hashed}\n")
        lines.append(f"auth: {{htpasswd: {{realm: tests, path: {home}/htpasswd}}}}")
    path = home / "config.yml"
    path.write_text("\n".join(lines) + "\n")
    return path


def _wait(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            client.get("/v2/")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"docker-registry did not start (exit code {process.poll()})")
