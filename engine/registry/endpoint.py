"""Where a registry is really reached: its mirrors first, then itself."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import httpx

from engine.errors import RegistryTlsFailed
from engine.spec.configuration import EngineConfiguration
from engine.spec.reference import DEFAULT_REGISTRY

_DOCKER_HUB: Final = "registry-1.docker.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One server to ask. Credentials are for the registry itself, never for a mirror of it."""

    registry: str
    """Its name in errors."""
    addresses: tuple[httpx.URL, ...]
    """Tried in order: plain HTTP only where it may be, and after HTTPS."""
    verified: bool
    takes_credentials: bool
    ca: str | None = None

    def tls(self) -> ssl.SSLContext:
        """Return what its certificate is checked against."""
        context = ssl.create_default_context()
        if self.ca is not None:
            try:
                context.load_verify_locations(cadata=self.ca)
            except (ssl.SSLError, ValueError) as error:
                reason = f"the CA configured for it is not a PEM certificate ({error})"
                raise RegistryTlsFailed(registry=self.registry, reason=reason) from error
        if not self.verified:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def endpoints(configuration: EngineConfiguration, registry: str) -> Iterator[Endpoint]:
    """Yield the servers that hold the repositories of *registry*, in the order to ask them."""
    for mirror in configuration.mirrors:
        if mirror.registry == registry:
            yield _mirror(configuration, httpx.URL(mirror.url))
    host = _DOCKER_HUB if registry == DEFAULT_REGISTRY else registry
    https = httpx.URL(f"https://{host}")
    insecure = _is_insecure(configuration, https)
    plain = (httpx.URL(f"http://{host}"),) if insecure or is_loopback(https.host) else ()
    yield Endpoint(
        registry=registry,
        addresses=(https, *plain),
        verified=not insecure,
        takes_credentials=True,
        ca=configuration.registry_ca.get(registry),
    )


def is_loopback(host: str) -> bool:
    """Whether *host*, a name or an address, is this machine by its form alone."""
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def is_internal(host: str) -> bool:
    """Whether *host* is this machine or its link: nothing a remote registry may send us to."""
    address = _address(host)
    return is_loopback(host) or (
        address is not None and (address.is_link_local or address.is_unspecified)
    )


def _mirror(configuration: EngineConfiguration, url: httpx.URL) -> Endpoint:
    name = url.netloc.decode()
    insecure = _is_insecure(configuration, url)
    if url.scheme == "http" and not (insecure or is_loopback(url.host)):
        reason = "plain HTTP is only for this machine and for registries marked insecure"
        raise RegistryTlsFailed(registry=name, reason=reason)
    return Endpoint(
        registry=name,
        addresses=(url,),
        verified=not insecure,
        takes_credentials=False,
        ca=configuration.registry_ca.get(name),
    )


def _is_insecure(configuration: EngineConfiguration, url: httpx.URL) -> bool:
    return url.netloc.decode() in configuration.insecure_registries


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
