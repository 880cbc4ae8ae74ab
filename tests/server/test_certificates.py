"""Certificates that are given, and those that `up --tls` makes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509

from config import env
from config.env import Environment
from front.main import TlsFileRefused
from supervisor import authority, certificates
from tests.support.tls import make_certificate

ROOT = Path(__file__).parents[2]


def environment_in(home: Path, listen: str = "127.0.0.1:8443") -> Environment:
    return env.read({"BERTH_HOME": str(home), "BERTH_LISTEN": listen, **authority.variables(home)})


def served(home: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((home / "tls" / "server.crt").read_bytes())


def names_of(certificate: x509.Certificate) -> set[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


def test_the_certificate_is_of_the_authority_and_for_the_listener(home: Path) -> None:
    made = authority.ensure(environment_in(home, "192.0.2.5:8443"))
    assert names_of(served(home)) >= {"192.0.2.5", "127.0.0.1", "::1", "localhost"}
    done = subprocess.run(
        [
            *("openssl", "verify", "-x509_strict", "-purpose", "sslserver"),
            *("-verify_ip", "192.0.2.5", "-CAfile", str(made.certificate)),
            str(home / "tls" / "server.crt"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    fingerprint = subprocess.run(
        ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", str(made.certificate)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert fingerprint.strip().endswith(f"={made.fingerprint}")
    certificates.check(home / "tls" / "server.crt", home / "tls" / "server.key")


def test_a_listener_on_every_address_is_served_by_all_of_them(home: Path) -> None:
    authority.ensure(environment_in(home, "0.0.0.0:8443"))
    mine = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout
    ipv4 = {word for word in mine.split() if ":" not in word}
    assert names_of(served(home)) >= ipv4 - _addresses_of_bridges()


def test_keys_are_their_owner_s_alone_and_the_authority_is_everyone_s(home: Path) -> None:
    authority.ensure(environment_in(home))
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (home / "tls").iterdir()}
    assert modes == {
        "ca.crt": "0o644",
        "ca.key": "0o600",
        "server.crt": "0o644",
        "server.key": "0o600",
    }


def test_what_is_there_and_good_stays(home: Path) -> None:
    first = authority.ensure(environment_in(home))
    before = served(home)
    assert authority.ensure(environment_in(home)) == first
    assert served(home) == before


def test_another_name_makes_another_certificate_of_the_same_authority(home: Path) -> None:
    first = authority.ensure(environment_in(home))
    other = dataclasses.replace(environment_in(home), public_url="https://berth.example:8443")
    assert authority.ensure(other) == first
    assert "berth.example" in names_of(served(home))


def test_a_certificate_about_to_expire_is_renewed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(authority, "SERVER_LIFE", authority.RENEW_BEFORE - dt.timedelta(hours=1))
        first = authority.ensure(environment_in(home))
    before = served(home)
    assert authority.ensure(environment_in(home)) == first
    assert served(home).not_valid_after_utc > before.not_valid_after_utc + dt.timedelta(days=300)


def test_a_half_written_pair_is_made_anew(home: Path) -> None:
    authority.ensure(environment_in(home))
    (home / "tls" / "server.key").write_text("")
    authority.ensure(environment_in(home))
    certificates.check(home / "tls" / "server.crt", home / "tls" / "server.key")


def _spoil(kind: str, folder: Path) -> tuple[Path, Path, str]:
    certificate, key = make_certificate(folder)
    if kind == "missing":
        certificate.unlink()
        return certificate, key, f"{certificate} cannot be read: No such file"
    if kind == "a folder":
        key.unlink()
        key.mkdir()
        return certificate, key, f"{key} cannot be read: Is a directory"
    if kind == "not a certificate":
        certificate.write_text("hello")
        return certificate, key, f"{certificate} holds no certificate as PEM"
    if kind == "not a key":
        key.write_text("hello")
        return certificate, key, f"{key} holds no private key as PEM"
    if kind == "another's key":
        _, key = make_certificate(folder, "other")
        return certificate, key, f"{key} is not the key of the certificate {certificate}"
    if kind == "encrypted":
        certificate, key = make_certificate(folder, "sealed", "-passout", "pass:secret")
        return certificate, key, f"{key} is encrypted"
    raise AssertionError(kind)


@pytest.mark.parametrize(
    "kind",
    ["missing", "a folder", "not a certificate", "not a key", "another's key", "encrypted"],
)
def test_a_file_that_cannot_be_served_is_named_in_one_line_with_exit_2(
    home: Path, tmp_path: Path, kind: str
) -> None:
    certificate, key, told = _spoil(kind, tmp_path)
    done = subprocess.run(
        [sys.executable, "manage.py", "up", "--detach"],
        cwd=ROOT,
        env={
            **os.environ,
            "BERTH_HOME": str(home / "berth"),
            "BERTH_TLS_CERT": str(certificate),
            "BERTH_TLS_KEY": str(key),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"tls_file_refused: {told}")
    assert done.stderr.count("\n") == 1
    assert not (home / "berth").exists()


def test_an_expired_certificate_is_refused_with_its_date(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authority, "SERVER_LIFE", dt.timedelta(minutes=-1))
    authority.ensure(environment_in(home))
    ended = served(home).not_valid_after_utc
    with pytest.raises(TlsFileRefused, match=f"server.crt has expired on {ended:%Y-%m-%d}"):
        certificates.check(home / "tls" / "server.crt", home / "tls" / "server.key")


def _addresses_of_bridges() -> set[str]:
    shown = subprocess.run(
        ["ip", "-o", "-4", "address"], capture_output=True, text=True, check=True
    ).stdout
    return {
        line.split()[3].partition("/")[0]
        for line in shown.splitlines()
        if line.split()[1].startswith("br")
    }
