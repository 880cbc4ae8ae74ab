"""BERTH_ variables: what they mean, and what is said of wrong ones."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from config import database, env
from config.env import Environment
from engine.errors import InvalidValue
from engine.spec.configuration import IdPool, RegistryMirror


def read(**variables: str) -> Environment:
    return env.read(variables)


def test_without_any_variable_everything_is_on_this_machine() -> None:
    environment = read()
    assert environment.home == Path("/var/lib/berth")
    assert str(environment.listen) == "127.0.0.1:8000"
    assert environment.listen.is_loopback
    assert environment.public_url == "http://127.0.0.1:8000"
    assert environment.redis_url == "unix:///var/lib/berth/run/web/valkey.sock"
    assert environment.embeds_redis
    assert environment.database_url == "sqlite:////var/lib/berth/web/database.sqlite3"
    assert environment.secret_key_file == Path("/var/lib/berth/web/secret.key")
    assert environment.host_name == "local"
    assert not environment.has_tls


def test_the_engine_gets_its_part_of_the_environment() -> None:
    configuration = read(
        BERTH_HOME="/srv/b",
        BERTH_SUBNET_POOL="10.90.0.0/16, 10.91.0.0/16",
        BERTH_ID_POOL="100000:65536",
        BERTH_REGISTRY_MIRRORS="docker.io=http://127.0.0.1:5000/,ghcr.io=https://m.example",
    ).engine_configuration()
    assert configuration.home == Path("/srv/b")
    assert configuration.subnet_pool == ("10.90.0.0/16", "10.91.0.0/16")
    assert configuration.id_pool == IdPool(first=100000, size=65536)
    assert configuration.mirrors == (
        RegistryMirror(registry="docker.io", url="http://127.0.0.1:5000"),
        RegistryMirror(registry="ghcr.io", url="https://m.example"),
    )


def test_an_ipv6_listener_is_understood() -> None:
    environment = read(BERTH_LISTEN="[::]:9000")
    assert (environment.listen.address, environment.listen.port) == ("::", 9000)
    assert not environment.listen.is_loopback
    assert environment.public_url == f"http://{socket.gethostname()}:9000"
    assert read(BERTH_LISTEN="[2001:db8::1]:9000").public_url == "http://[2001:db8::1]:9000"


def test_with_a_certificate_the_address_is_https() -> None:
    environment = read(BERTH_TLS_CERT="/etc/ssl/cert", BERTH_TLS_KEY="/etc/ssl/key")
    assert environment.has_tls
    assert environment.public_url == "https://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BERTH_HOME", "var/berth"),
        ("BERTH_HOME", "/" + "x" * 100),
        ("BERTH_LISTEN", "8000"),
        ("BERTH_LISTEN", "127.0.0.1:"),
        ("BERTH_LISTEN", "127.0.0.1:70000"),
        ("BERTH_LISTEN", "example.org:80"),
        ("BERTH_PUBLIC_URL", "example.org"),
        ("BERTH_TLS_CERT", "/nowhere"),
        ("BERTH_TRUSTED_PROXIES", "proxy"),
        ("BERTH_HOST_NAME", "Host One"),
        ("BERTH_DATABASE_URL", "mysql://x"),
        ("BERTH_REDIS_URL", "http://x"),
        ("BERTH_SUBNET_POOL", "10.1.2.3/16"),
        ("BERTH_ID_POOL", "100000"),
        ("BERTH_REGISTRY_MIRRORS", "docker.io"),
        ("BERTH_REGISTRY_MIRRORS", "docker.io=ftp://x"),
    ],
)
def test_a_wrong_value_is_refused_by_the_variable_s_name(name: str, value: str) -> None:
    with pytest.raises(InvalidValue, match=name):
        read(**{name: value})


def test_a_postgresql_address_becomes_its_settings() -> None:
    settings = database.from_url("postgres://me:p%40ss@db.example:5433/berth?sslmode=require")
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert (settings["NAME"], settings["USER"], settings["PASSWORD"]) == ("berth", "me", "p@ss")
    assert (settings["HOST"], settings["PORT"]) == ("db.example", "5433")
    assert settings["OPTIONS"]["sslmode"] == "require"


def test_sqlite_waits_for_its_turn_and_survives_a_crash() -> None:
    options = database.from_url("sqlite:////srv/b/web/d.sqlite3")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
