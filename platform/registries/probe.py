"""Asking a registry whether it is there and takes credentials, by the same rules as hosts pull."""

from __future__ import annotations

import ipaddress
import re
import ssl
from collections.abc import Mapping

import httpx

from engine.errors import (
    RegistryError,
    RegistryTlsFailed,
    RegistryUnauthorized,
    RegistryUnreachable,
)
from engine.spec.image import RegistryAuth
from engine.spec.reference import DEFAULT_REGISTRY

_TIMEOUT = 10.0
_HUB = "registry-1.docker.io"
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


def check(*, host: str, auth: RegistryAuth | None, insecure: bool, ca: str) -> None:
    """Return if the registry lets these credentials in; else raise the engine's error for it.

    One that is insecure or on this machine is asked by plain HTTP where TLS is not to be had.
    """
    basic = None if auth is None else httpx.BasicAuth(auth.username, auth.password)
    address = httpx.URL(f"https://{_HUB if host == DEFAULT_REGISTRY else host}/v2/")
    try:
        with httpx.Client(verify=_trust(ca, verified=not insecure), timeout=_TIMEOUT) as client:
            try:
                answer = _ask(client, address, basic)
            except httpx.ConnectError as error:
                may_be_plain = insecure or _is_loopback(address.host)
                # A certificate that is wrong is still one: that server speaks TLS.
                if not may_be_plain or _has(error, ssl.SSLCertVerificationError):
                    raise
                answer = _ask(client, address.copy_with(scheme="http"), basic)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        if _has(error, ssl.SSLError):
            raise RegistryTlsFailed(registry=host, reason=str(error)) from error
        raise RegistryUnreachable(registry=host, reason=str(error)) from error
    _judge(host, answer.status_code)


def _judge(host: str, status: int) -> None:
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise RegistryUnauthorized(registry=host, repository="/v2/", reason=f"it answered {status}")
    if status != httpx.codes.OK:
        raise RegistryError(
            registry=host,
            status=status,
            request="GET /v2/",
            reason="that is no registry of the distribution API, version 2",
        )


def _ask(client: httpx.Client, url: httpx.URL, basic: httpx.BasicAuth | None) -> httpx.Response:
    answer = _get(client, url)
    scheme, _, rest = answer.headers.get("WWW-Authenticate", "").partition(" ")
    if answer.status_code != httpx.codes.UNAUTHORIZED:
        return answer
    if scheme.lower() == "basic" and basic is not None:
        return _get(client, url, auth=basic)
    fields = dict(_PARAMETER.findall(rest))
    realm = httpx.URL(fields.get("realm", ""))
    if scheme.lower() != "bearer" or not _may_name(url, realm):
        return answer
    asked = {"service": fields["service"]} if "service" in fields else {}
    # A service that hands out a token has judged the credentials; without a scope it opens nothing.
    return _get(client, realm, params=asked, auth=basic)


def _may_name(registry: httpx.URL, realm: httpx.URL) -> bool:
    """Whether credentials may go where a registry sends them: its own domain, never in clear."""
    if realm.scheme not in ("https", registry.scheme) or not realm.host:
        return False
    if realm.host == registry.host:
        return True
    domains = [host.rsplit(".", 2)[-2:] for host in (realm.host, registry.host)]
    return domains[0] == domains[1] and not _is_address(realm.host)


def _get(
    client: httpx.Client,
    url: httpx.URL,
    *,
    params: Mapping[str, str] | None = None,
    auth: httpx.BasicAuth | None = None,
) -> httpx.Response:
    """Return status and headers; the body, of whatever length, stays where it is."""
    credentials = auth or httpx.USE_CLIENT_DEFAULT
    with client.stream("GET", url, params=params, auth=credentials) as answer:
        return answer


def _trust(ca: str, *, verified: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca:
        context.load_verify_locations(cadata=ca)
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _has(error: BaseException, kind: type[ssl.SSLError]) -> bool:
    """Whether an error of *kind* is what failed: httpx wraps it twice."""
    inner = error.__cause__ or error.__context__
    return isinstance(error, kind) or (inner is not None and _has(inner, kind))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)
