"""One repository of one registry: its manifests and blobs, each checked against its digest."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

import httpx

from engine.errors import (
    DigestMismatch,
    EngineError,
    ManifestNotFound,
    RegistryError,
    SizeMismatch,
)
from engine.registry.auth import Authorizer
from engine.registry.endpoint import Endpoint
from engine.registry.transfer import BlobTransfer
from engine.registry.transport import Transport, speaks_no_tls
from engine.spec.image import RegistryAuth
from engine.spec.reference import is_digest

LARGEST_DOCUMENT: Final = 4 * 1024 * 1024
"""Bytes of a manifest, index or configuration; registries themselves take no more."""

_MOST_ATTEMPTS: Final = 5
"""In a row without a byte of progress."""
_FIRST_PAUSE: Final = 0.1
_PASSING: Final = frozenset({429, 500, 502, 503, 504})
_MOST_REFUSALS: Final = 2
"""The first brings a token, the second a new one for an expired one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A manifest or index as the registry sent it."""

    data: bytes
    media_type: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Connection:
    base: httpx.URL
    authorizer: Authorizer

    def url(self, path: str) -> httpx.URL:
        return httpx.URL(f"{str(self.base).rstrip('/')}/v2/{path}")


class RegistryClient:
    """Talks to the first address of an endpoint that answers; usable from several threads."""

    def __init__(
        self, endpoint: Endpoint, *, repository: str, credentials: RegistryAuth | None
    ) -> None:
        self._endpoint = endpoint
        self._repository = repository
        self._credentials = credentials if endpoint.takes_credentials else None
        self._transport = Transport(endpoint)
        self._connecting = threading.Lock()
        self._connection: _Connection | None = None

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def abort(self) -> None:
        """Make all transfers under way fail at once, and new ones too."""
        self._transport.abort()

    def check(self) -> None:
        """Return if the registry is there and takes the credentials."""
        with self._answer_at(self._connect().url(""), {}) as response:
            self._check(response)

    def document(
        self, selector: str, *, accept: tuple[str, ...], size: int | None = None
    ) -> Document:
        """Return the manifest or index at *selector*, a tag or digest.

        Raises ManifestNotFound, and DigestMismatch or SizeMismatch where it is not what was named.
        """
        headers = {"accept": ", ".join(accept)}
        what = f"manifest {selector} of {self._repository}"
        response, data = self._small(f"manifests/{selector}", headers, what, size)
        if response.status_code == httpx.codes.NOT_FOUND:
            separator = "@" if is_digest(selector) else ":"
            raise ManifestNotFound(
                registry=self._endpoint.registry,
                reference=f"{self._repository}{separator}{selector}",
            )
        self._check(response)
        named = response.headers.get("docker-content-digest", "")
        return Document(
            data=data,
            media_type=response.headers.get("content-type", "").partition(";")[0].strip(),
            digest=_checked_digest(data, selector if is_digest(selector) else named, what),
        )

    def small_blob(self, digest: str, size: int) -> bytes:
        """Return a blob of at most LARGEST_DOCUMENT bytes."""
        what = f"blob {digest}"
        if size > LARGEST_DOCUMENT:
            raise SizeMismatch(what=what, expected=LARGEST_DOCUMENT, actual=size)
        response, data = self._small(f"blobs/{digest}", {}, what, size)
        self._check(response)
        _checked_digest(data, digest, what)
        return data

    def fetch_blob(
        self, digest: str, size: int, target: BinaryIO, progress: Callable[[int], None]
    ) -> None:
        """Write a blob into the empty file *target*; a broken transfer is taken up where it broke.

        Raises SizeMismatch as soon as it is longer than *size*, and DigestMismatch at its end.
        """
        transfer = BlobTransfer(digest, size, target, progress)
        failures = 0
        while transfer.received != size or not size:
            best = transfer.best
            problem: EngineError
            try:
                with self._answer(f"blobs/{digest}", transfer.headers) as response:
                    self._check(response)
                    transfer.take(response)
                if transfer.received == size:
                    break
                problem = transfer.wrong_size(transfer.received)
            except httpx.TransportError as error:
                problem = self._transport.failure(error)
            failures = 0 if transfer.best > best else failures + 1
            if failures >= _MOST_ATTEMPTS:
                raise problem
            time.sleep(_pause(failures))
        transfer.check()

    def _small(
        self, path: str, headers: Mapping[str, str], what: str, size: int | None
    ) -> tuple[httpx.Response, bytes]:
        """Return an answer with its whole body, of *size* bytes where that is known."""
        for attempt in range(_MOST_ATTEMPTS):
            try:
                with self._answer(path, headers) as response:
                    succeeded = response.status_code == httpx.codes.OK
                    return response, _read(response, what, size) if succeeded else b""
            except httpx.TransportError as error:
                problem = self._transport.failure(error)
                if attempt == _MOST_ATTEMPTS - 1:
                    raise problem from error
            time.sleep(_pause(attempt))
        raise AssertionError("the last attempt returns or raises")

    @contextmanager
    def _answer(self, path: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """Give the answer to a GET, after new authorization and passing troubles, if need be."""
        url = self._connect().url(f"{self._repository}/{path}")
        with self._answer_at(url, headers) as response:
            yield response

    @contextmanager
    def _answer_at(self, url: httpx.URL, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        connection = self._connect()
        refusals = troubles = 0
        while True:
            used = connection.authorizer.current
            with self._transport.get(url, headers=headers, authorization=used) as response:
                status = response.status_code
                if status == httpx.codes.UNAUTHORIZED and refusals < _MOST_REFUSALS:
                    refusals += 1
                    connection.authorizer.answer(response, used=used)
                    continue
                if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
                    raise connection.authorizer.refused(response)
                if status not in _PASSING or troubles == _MOST_ATTEMPTS:
                    yield response
                    return
            time.sleep(_pause(troubles))
            troubles += 1

    def _connect(self) -> _Connection:
        with self._connecting:
            if self._connection is None:
                self._connection = self._find()
            return self._connection

    def _find(self) -> _Connection:
        """Return the address that answers, knowing how it wants to be asked."""
        *first, last = self._endpoint.addresses
        for address in first:
            try:
                return self._greet(address)
            except httpx.TransportError as error:
                # What is not TLS at all may be plain HTTP; a bad certificate is no reason for it.
                if not speaks_no_tls(error):
                    raise self._transport.failure(error) from error
        try:
            return self._greet(last)
        except httpx.TransportError as error:
            raise self._transport.failure(error) from error

    def _greet(self, address: httpx.URL) -> _Connection:
        authorizer = Authorizer(
            self._transport,
            base=address,
            repository=self._repository,
            credentials=self._credentials,
        )
        connection = _Connection(base=address, authorizer=authorizer)
        with self._transport.get(connection.url(""), headers={}, authorization=None) as response:
            if response.status_code == httpx.codes.UNAUTHORIZED:
                authorizer.answer(response, used=None)
            elif response.status_code == httpx.codes.NOT_FOUND:
                raise self._transport.refusal(response, "it is no registry (API version 2)")
            elif response.status_code not in _PASSING:
                self._check(response)
        return connection

    def _check(self, response: httpx.Response) -> None:
        if response.status_code not in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT}:
            raise self._refused(response)

    def _refused(self, response: httpx.Response) -> RegistryError:
        return self._transport.refusal(response, response.reason_phrase or "no reason given")


def _read(response: httpx.Response, what: str, size: int | None) -> bytes:
    limit = LARGEST_DOCUMENT if size is None else size
    data = bytearray()
    for piece in response.iter_raw():
        data += piece
        if len(data) > limit:
            break
    if len(data) > limit or (size is not None and len(data) != size):
        raise SizeMismatch(what=what, expected=limit, actual=len(data))
    return bytes(data)


def _checked_digest(data: bytes, expected: str, what: str) -> str:
    actual = f"sha256:{hashlib.sha256(data).hexdigest()}"
    if is_digest(expected) and expected != actual:
        raise DigestMismatch(what=what, expected=expected, actual=actual)
    return actual


def _pause(attempt: int) -> float:
    return _FIRST_PAUSE * float(1 << attempt)
