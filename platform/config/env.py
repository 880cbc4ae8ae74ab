"""The only reader of the process environment; everything else receives values."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bus import proxy
from engine.errors import InvalidValue
from engine.spec.configuration import EngineConfiguration, IdPool, RegistryMirror

DEFAULT_HOME = "/var/lib/berth"
_SOCKET_PATH_LIMIT = 107
_LONGEST_SOCKET = "/run/shim/0123456789abcdef.sock"
_HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Where the web process listens."""

    address: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.address == "localhost":
            return True
        return ipaddress.ip_address(self.address).is_loopback

    @property
    def is_unspecified(self) -> bool:
        """Whether it is every address of the machine."""
        return self.address != "localhost" and ipaddress.ip_address(self.address).is_unspecified

    def __str__(self) -> str:
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{address}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Every BERTH_ variable, parsed."""

    home: Path
    listen: Listener
    public_url: str
    tls_cert: Path | None
    tls_key: Path | None
    trusted_proxies: tuple[str, ...]
    secret_key_file: Path
    host_name: str
    database_url: str
    redis_url: str
    subnet_pool: tuple[str, ...]
    id_pool: IdPool
    registry_mirrors: tuple[RegistryMirror, ...]
    embeds_redis: bool
    """No BERTH_REDIS_URL: `up` starts Valkey itself."""

    @property
    def run(self) -> Path:
        """Sockets and locks of this instance."""
        return self.home / "run"

    @property
    def web(self) -> Path:
        """What belongs to the web side alone: database, keys, collected static files."""
        return self.home / "web"

    @property
    def signing_key_file(self) -> Path:
        """The platform's Ed25519 key, with which every task message is signed."""
        return self.web / "signing.key"

    @property
    def web_run(self) -> Path:
        """Sockets of the web side, which no other user but root can reach."""
        return self.run / "web"

    @property
    def web_socket(self) -> Path:
        """Where this machine's own programs reach the web process."""
        return self.web_run / "web.sock"

    @property
    def web_url(self) -> str:
        """The same as an address for this machine's agent."""
        return f"unix://{self.web_socket}"

    @property
    def front_socket(self) -> Path:
        """Where the TLS front reaches the web process."""
        return self.web_run / proxy.FRONT_SOCKET

    @property
    def has_tls(self) -> bool:
        """Whether certificate and key are set."""
        return self.tls_cert is not None

    def engine_configuration(self) -> EngineConfiguration:
        """Return what the engine of this machine is to be set up with."""
        return EngineConfiguration(
            home=self.home,
            subnet_pool=self.subnet_pool,
            id_pool=self.id_pool,
            mirrors=self.registry_mirrors,
        )


def load() -> Environment:
    """Return this process's environment, or raise InvalidValue naming the variable."""
    return read(os.environ)


def read(variables: Mapping[str, str]) -> Environment:
    """Return *variables* parsed, or raise InvalidValue naming the one that is wrong."""
    home = _home(variables.get("BERTH_HOME", ""))
    listen = _listener(variables.get("BERTH_LISTEN") or "127.0.0.1:8000")
    certificate, key = _tls(variables)
    web = home / "web"
    scheme = "https" if certificate else "http"
    redis_url = variables.get("BERTH_REDIS_URL", "")
    return Environment(
        home=home,
        listen=listen,
        public_url=_public_url(variables.get("BERTH_PUBLIC_URL", ""))
        or f"{scheme}://{_called(listen)}",
        tls_cert=certificate,
        tls_key=key,
        trusted_proxies=_networks("BERTH_TRUSTED_PROXIES", variables, default=""),
        secret_key_file=Path(variables.get("BERTH_SECRET_KEY_FILE") or web / "secret.key"),
        host_name=_host_name(variables.get("BERTH_HOST_NAME") or "local"),
        database_url=_url(
            "BERTH_DATABASE_URL",
            variables.get("BERTH_DATABASE_URL") or f"sqlite:///{web / 'database.sqlite3'}",
            schemes=("sqlite", "postgres", "postgresql"),
        ),
        redis_url=_url(
            "BERTH_REDIS_URL",
            redis_url or f"unix://{home / 'run' / 'web' / 'valkey.sock'}",
            schemes=("redis", "rediss", "unix"),
        ),
        subnet_pool=_networks("BERTH_SUBNET_POOL", variables, default="10.83.0.0/16"),
        id_pool=_id_pool(variables.get("BERTH_ID_POOL", "")),
        registry_mirrors=_mirrors(variables.get("BERTH_REGISTRY_MIRRORS", "")),
        embeds_redis=not redis_url,
    )


def _home(value: str) -> Path:
    home = Path(value or DEFAULT_HOME)
    if not home.is_absolute():
        raise InvalidValue(field="BERTH_HOME", value=value, problem="is not an absolute path")
    if len(os.fsencode(home)) + len(_LONGEST_SOCKET) > _SOCKET_PATH_LIMIT:
        raise InvalidValue(
            field="BERTH_HOME",
            value=value,
            problem=f"is too long: unix sockets in it must stay within {_SOCKET_PATH_LIMIT} bytes",
        )
    return home


def _listener(value: str) -> Listener:
    address, separator, port = value.rpartition(":")
    address = address.removeprefix("[").removesuffix("]")
    if not separator or not port.isdecimal() or not 0 < int(port) < 65536:
        raise InvalidValue(field="BERTH_LISTEN", value=value, problem="is not ADDRESS:PORT")
    try:
        if address != "localhost":
            ipaddress.ip_address(address)
    except ValueError as error:
        raise InvalidValue(
            field="BERTH_LISTEN", value=value, problem="has no IP address before the port"
        ) from error
    return Listener(address=address, port=int(port))


def _tls(variables: Mapping[str, str]) -> tuple[Path | None, Path | None]:
    certificate, key = variables.get("BERTH_TLS_CERT", ""), variables.get("BERTH_TLS_KEY", "")
    if bool(certificate) != bool(key):
        raise InvalidValue(
            field="BERTH_TLS_CERT", value=certificate, problem="and BERTH_TLS_KEY go together"
        )
    return (Path(certificate), Path(key)) if certificate else (None, None)


def _called(listen: Listener) -> str:
    """Return how others can call the listener; nobody can open 0.0.0.0."""
    return f"{socket.gethostname()}:{listen.port}" if listen.is_unspecified else str(listen)


def _public_url(value: str) -> str:
    if value:
        _url("BERTH_PUBLIC_URL", value, schemes=("http", "https"))
    return value.rstrip("/")


def _url(name: str, value: str, *, schemes: tuple[str, ...]) -> str:
    if urlsplit(value).scheme not in schemes:
        raise InvalidValue(field=name, value=value, problem=f"does not begin with {schemes[0]}://")
    return value


def _host_name(value: str) -> str:
    if not _HOST_NAME.fullmatch(value):
        raise InvalidValue(
            field="BERTH_HOST_NAME", value=value, problem="is not a lower-case host name"
        )
    return value


def _networks(name: str, variables: Mapping[str, str], *, default: str) -> tuple[str, ...]:
    value = variables.get(name) or default
    entries = tuple(entry.strip() for entry in value.split(",") if entry.strip())
    try:
        return tuple(str(ipaddress.ip_network(entry)) for entry in entries)
    except ValueError as error:
        raise InvalidValue(field=name, value=value, problem=f"is no subnet: {error}") from error


def _id_pool(value: str) -> IdPool:
    if not value:
        return IdPool()
    first, separator, size = value.partition(":")
    if not separator or not first.isdecimal() or not size.isdecimal():
        raise InvalidValue(field="BERTH_ID_POOL", value=value, problem="is not FIRST:SIZE")
    return IdPool(first=int(first), size=int(size))


def _mirrors(value: str) -> tuple[RegistryMirror, ...]:
    mirrors = []
    for entry in filter(None, (part.strip() for part in value.split(","))):
        registry, separator, url = entry.partition("=")
        if not separator or not registry or urlsplit(url).scheme not in ("http", "https"):
            raise InvalidValue(
                field="BERTH_REGISTRY_MIRRORS", value=entry, problem="is not REGISTRY=http(s)://…"
            )
        mirrors.append(RegistryMirror(registry=registry, url=url.rstrip("/")))
    return tuple(mirrors)
