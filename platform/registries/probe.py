"""Asking a registry whether it is there and takes credentials, as the distribution spec has it."""

from __future__ import annotations

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
_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')


def check(*, host: str, auth: RegistryAuth | None, insecure: bool, ca: str) -> None:
    """Return if the registry lets these credentials in; else raise the engine's error for it."""
    base = f"{'http' if insecure else 'https'}://{_HUB if host == DEFAULT_REGISTRY else host}"
    basic = None if auth is None else httpx.BasicAuth(auth.username, auth.password)
    try:
        with httpx.Client(verify=_trust(ca), timeout=_TIMEOUT) as client:
            _check(client, host=host, url=f"{base}/v2/", basic=basic)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        if _is_tls(error):
            raise RegistryTlsFailed(registry=host, reason=str(error)) from error
        raise RegistryUnreachable(registry=host, reason=str(error)) from error


def _check(client: httpx.Client, *, host: str, url: str, basic: httpx.BasicAuth | None) -> None:
    answer = _get(client, url)
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        answer = _answer_challenge(client, answer, url=url, basic=basic)
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise RegistryUnauthorized(
            registry=host, repository="/v2/", reason=f"it answered {answer.status_code}"
        )
    if answer.status_code != httpx.codes.OK:
        raise RegistryError(
            registry=host,
            status=answer.status_code,
            request="GET /v2/",
            reason="that is no registry of the distribution API, version 2",
        )


def _answer_challenge(
    client: httpx.Client, answer: httpx.Response, *, url: str, basic: httpx.BasicAuth | None
) -> httpx.Response:
    scheme, _, rest = answer.headers.get("WWW-Authenticate", "").partition(" ")
    if scheme.lower() == "basic" and basic is not None:
        return _get(client, url, auth=basic)
    fields = dict(_CHALLENGE.findall(rest))
    realm = fields.get("realm", "")
    # Credentials go to whoever the registry names, but never in clear unless it is so itself.
    if scheme.lower() != "bearer" or not realm.startswith(("https://", url.partition("//")[0])):
        return answer
    asked = {"service": fields["service"]} if "service" in fields else {}
    # A service that hands out a token has judged the credentials; without a scope it opens nothing.
    return _get(client, realm, params=asked, auth=basic)


def _get(
    client: httpx.Client,
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    auth: httpx.BasicAuth | None = None,
) -> httpx.Response:
    """Return status and headers; the body, of whatever length, stays where it is."""
    credentials = auth or httpx.USE_CLIENT_DEFAULT
    with client.stream("GET", url, params=params, auth=credentials) as answer:
        return answer


def _is_tls(error: BaseException) -> bool:
    """Whether TLS is what failed: httpx wraps it twice."""
    inner = error.__cause__ or error.__context__
    return isinstance(error, ssl.SSLError) or (inner is not None and _is_tls(inner))


def _trust(ca: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca:
        context.load_verify_locations(cadata=ca)
    return context
