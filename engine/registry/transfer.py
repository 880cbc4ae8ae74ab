"""One blob on its way into a file, over as many answers as it takes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import BinaryIO

import httpx

from engine.errors import DigestMismatch, SizeMismatch


class BlobTransfer:
    """Counts and hashes what arrives; `best` is the furthest it ever came."""

    def __init__(
        self, digest: str, size: int, target: BinaryIO, progress: Callable[[int], None]
    ) -> None:
        self.received = 0
        self.best = 0
        self._digest = digest
        self._size = size
        self._target = target
        self._progress = progress
        self._hash = hashlib.sha256()

    @property
    def headers(self) -> Mapping[str, str]:
        """What to ask for: all, or the rest."""
        return {"range": f"bytes={self.received}-"} if self.received else {}

    def take(self, response: httpx.Response) -> None:
        """Write what the answer holds; raises SizeMismatch as soon as it is too much."""
        if self.received and not self._continues(response):
            self._start_again()
        for piece in response.iter_raw():
            if self.received + len(piece) > self._size:
                raise self.wrong_size(self.received + len(piece))
            self._hash.update(piece)
            self._target.write(piece)
            self.received += len(piece)
            self.best = max(self.best, self.received)
            self._progress(self.received)

    def check(self) -> None:
        """Raise DigestMismatch unless all that arrived is the blob."""
        actual = f"sha256:{self._hash.hexdigest()}"
        if actual != self._digest:
            raise DigestMismatch(what=f"layer {self._digest}", expected=self._digest, actual=actual)

    def wrong_size(self, actual: int) -> SizeMismatch:
        """Return the error for a blob of *actual* bytes."""
        return SizeMismatch(what=f"layer {self._digest}", expected=self._size, actual=actual)

    def _continues(self, response: httpx.Response) -> bool:
        content = response.headers.get("content-range", "")
        partial = response.status_code == httpx.codes.PARTIAL_CONTENT
        return partial and content.startswith(f"bytes {self.received}-")

    def _start_again(self) -> None:
        self._target.seek(0)
        self._target.truncate()
        self._hash = hashlib.sha256()
        self.received = 0
