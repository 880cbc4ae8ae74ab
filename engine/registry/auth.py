"""How a registry wants to be asked: anonymous, Basic, or a token of its token service."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx

from engine.errors import RegistryError, RegistryUnauthorized
from engine.registry.endpoint import is_internal
from engine.registry.transport import Transport
from engine.spec.image import RegistryAuth

_PARAMETER: Final = re.compile(r'([A-Za-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_LARGEST_ANSWER: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a 401 asks for."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def parse_challenge(header: str) -> Challenge | None:
    """Return what `WWW-Authenticate` asks for: Bearer before Basic, None for other schemes."""
    found = {}
    for part in re.split(r"(?i)(?:^|,)\s*(?=(?:bearer|basic)\b)", header):
        scheme, _, rest = part.strip().partition(" ")
        parameters = {
            match[1].lower(): re.sub(r"\\(.)", r"\1", match[2]) if match[3] is None else match[3]
            for match in _PARAMETER.finditer(rest)
        }
        found[scheme.lower()] = Challenge(scheme=scheme.lower(), parameters=parameters)
    return found.get("bearer") or found.get("basic")


class Authorizer:
    """Keeps the `Authorization` of one repository; a token is fetched anew when it has expired."""

    def __init__(
        self,
        transport: Transport,
        *,
        base: httpx.URL,
        repository: str,
        credentials: RegistryAuth | None,
    ) -> None:
        self._transport = transport
        self._base = base
        self._repository = repository
        self._credentials = credentials
        self._lock = threading.Lock()
        self._current: str | None = None

    @property
    def current(self) -> str | None:
        """The header's value; None while none is needed."""
        return self._current

    def answer(self, response: httpx.Response, *, used: str | None) -> None:
        """Get ready to repeat a request that was refused with *used*, or raise."""
        challenge = parse_challenge(response.headers.get("www-authenticate", ""))
        with self._lock:
            # Another layer's transfer may have fetched a new token meanwhile.
            if self._current != used:
                return
            if challenge is None:
                raise self.refused(response)
            if challenge.scheme == "basic":
                self._current = self._basic(already_used=used is not None)
            else:
                self._current = self._bearer(challenge)

    def refused(self, response: httpx.Response) -> RegistryUnauthorized:
        """Return the error for an answer of 401 or 403."""
        if self._credentials is None:
            reason = "without credentials (the repository is private, or there is none)"
        else:
            reason = f"as {self._credentials.username} (status {response.status_code})"
        return self._unauthorized(reason)

    def _basic(self, *, already_used: bool) -> str:
        if self._credentials is None:
            raise self._unauthorized("it wants a user name and password")
        if already_used:
            raise self._unauthorized(f"as {self._credentials.username}: wrong name or password")
        return _basic_header(self._credentials)

    def _bearer(self, challenge: Challenge) -> str:
        realm = self._checked_realm(challenge.parameters.get("realm", ""))
        query = {}
        if scope := challenge.parameters.get("scope") or self._pull_scope():
            query["scope"] = scope
        if "service" in challenge.parameters:
            query["service"] = challenge.parameters["service"]
        authorization = None
        if self._credentials is not None:
            query["account"] = self._credentials.username
            authorization = _basic_header(self._credentials)
        return f"Bearer {self._fetch_token(realm.copy_merge_params(query), authorization)}"

    def _pull_scope(self) -> str:
        # Without a repository, only the credentials are in question.
        return f"repository:{self._repository}:pull" if self._repository else ""

    def _fetch_token(self, url: httpx.URL, authorization: str | None) -> str:
        with self._transport.get(url, headers={}, authorization=authorization) as response:
            if response.status_code in {400, 401, 403}:
                raise self.refused(response)
            if response.status_code != httpx.codes.OK:
                raise self._transport.refusal(response, "its token service failed")
            body = b""
            for piece in response.iter_raw():
                body += piece
                if len(body) > _LARGEST_ANSWER:
                    raise self._transport.refusal(response, "its token is too large")
            token = _token(body)
            if token is None:
                raise self._transport.refusal(response, "its token service gave no token")
            return token

    def _checked_realm(self, realm: str) -> httpx.URL:
        """Return the token service's address unless the registry may not send us there."""
        try:
            url = httpx.URL(realm)
        except httpx.InvalidURL:
            url = httpx.URL()
        if url.scheme not in {"https", self._base.scheme} or not url.host:
            raise self._bad_realm(realm, "is no https address")
        if url.host != self._base.host and (
            is_internal(url.host) or not _are_relatives(url.host, self._base.host)
        ):
            raise self._bad_realm(realm, "is of another domain")
        return url

    def _bad_realm(self, realm: str, problem: str) -> RegistryError:
        return RegistryError(
            registry=self._transport.endpoint.registry,
            status=int(httpx.codes.UNAUTHORIZED),
            request="GET /v2/",
            reason=f"its token service {realm[:100]!r} {problem}",
        )

    def _unauthorized(self, reason: str) -> RegistryUnauthorized:
        return RegistryUnauthorized(
            registry=self._transport.endpoint.registry,
            repository=self._repository or "/v2/",
            reason=reason,
        )


def _are_relatives(one: str, other: str) -> bool:
    """Whether two names share their last two labels; addresses have no relatives."""
    if one.replace(".", "").isdigit() or ":" in one:
        return False
    return len(one.split(".")) > 1 and one.split(".")[-2:] == other.split(".")[-2:]


def _basic_header(credentials: RegistryAuth) -> str:
    pair = f"{credentials.username}:{credentials.password}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _token(body: bytes) -> str | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict):
        return None
    token = answer.get("token") or answer.get("access_token")
    return token if isinstance(token, str) and token.isprintable() and token else None
