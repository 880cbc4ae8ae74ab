"""HTTP to one registry: redirects by our rules, and failures as errors of ours."""

from __future__ import annotations

import socket
import ssl
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import httpx

from engine.errors import (
    EngineError,
    OperationCancelled,
    RegistryError,
    RegistryTlsFailed,
    RegistryUnreachable,
)
from engine.registry.endpoint import Endpoint, is_internal

_TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)
_MOST_REDIRECTS: Final = 5
_LONGEST_REASON: Final = 200


class Transport:
    """Sends requests to an endpoint and to where it redirects; usable from several threads."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._aborted = threading.Event()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._client = httpx.Client(
            verify=endpoint.tls(),
            timeout=_TIMEOUT,
            trust_env=False,
            # A blob must arrive as it is stored, not compressed once more on the way.
            headers={"user-agent": "berth", "accept-encoding": "identity"},
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def abort(self) -> None:
        """Make every transfer under way fail at once, from whichever thread, and all later ones."""
        self._aborted.set()
        for sock in list(self._sockets):
            _shut(sock)

    @contextmanager
    def get(
        self, url: httpx.URL, *, headers: Mapping[str, str], authorization: str | None
    ) -> Iterator[httpx.Response]:
        """Send a GET and give the answer with its body unread.

        *authorization* goes to the first server only: a redirect to another host drops it.
        """
        redirects = 0
        while True:
            response = self._send(url, headers, authorization)
            try:
                if not response.has_redirect_location:
                    yield response
                    return
                target = self._redirection(response)
            finally:
                response.close()
            if redirects == _MOST_REDIRECTS:
                raise self.refusal(response, "too many redirects")
            redirects += 1
            if not _is_same_origin(url, target):
                authorization = None
            url = target

    def refusal(self, response: httpx.Response, reason: str) -> RegistryError:
        """Return the error for an answer that cannot be used."""
        return RegistryError(
            registry=self.endpoint.registry,
            status=response.status_code,
            request=f"GET {response.request.url.path}",
            reason=reason[:_LONGEST_REASON],
        )

    def failure(self, error: httpx.TransportError) -> EngineError:
        """Return our error for a failed connection or transfer."""
        registry = self.endpoint.registry
        tls = _tls_error(error)
        if isinstance(tls, ssl.SSLCertVerificationError):
            return RegistryTlsFailed(registry=registry, reason=tls.verify_message)
        if tls is not None:
            return RegistryTlsFailed(registry=registry, reason=tls.reason or str(tls))
        reason = "it took too long to answer" if isinstance(error, httpx.TimeoutException) else ""
        return RegistryUnreachable(registry=registry, reason=reason or str(error))

    def _send(
        self, url: httpx.URL, headers: Mapping[str, str], authorization: str | None
    ) -> httpx.Response:
        if self._aborted.is_set():
            raise OperationCancelled(what=f"the request to {self.endpoint.registry}")
        credentials = {"authorization": authorization} if authorization else {}
        request = self._client.build_request(
            "GET", url, headers={**headers, **credentials}, extensions={"trace": self._trace}
        )
        return self._client.send(request, stream=True)

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            sock = info["return_value"].get_extra_info("socket")
            self._sockets.add(sock)
            if self._aborted.is_set():
                _shut(sock)

    def _redirection(self, response: httpx.Response) -> httpx.URL:
        origin = response.request.url
        target = origin.join(response.headers["location"])
        if target.scheme not in {"https", origin.scheme}:
            raise self.refusal(response, f"it redirects from {origin.scheme} to {target.scheme}")
        if is_internal(target.host) and not is_internal(origin.host):
            raise self.refusal(response, f"it redirects into this machine, to {target.host}")
        return target


def speaks_no_tls(error: httpx.TransportError) -> bool:
    """Whether the handshake failed for another reason than the certificate."""
    tls = _tls_error(error)
    return tls is not None and not isinstance(tls, ssl.SSLCertVerificationError)


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):
        # SSLSocket's own shutdown would pull the session from under its reader.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _is_same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.netloc) == (other.scheme, other.netloc)


def _tls_error(error: BaseException) -> ssl.SSLError | None:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    return cause
