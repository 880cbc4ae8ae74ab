"""The threads of one pull, given up within half a second when it is cancelled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Final, Self, TypeVar

from engine.errors import OperationCancelled

_TICK: Final = 0.1
"""Seconds between two looks at progress and cancellation."""
_GRACE: Final = 0.3
"""Seconds that stopped threads have after a cancellation, which somebody waits for."""
_PATIENCE: Final = 10.0
"""Seconds that they have after an error: no longer than a connection may take."""

Result = TypeVar("Result")


class Crew:
    """Runs work in threads while its owner's thread reports and watches for a cancellation."""

    def __init__(
        self,
        size: int,
        *,
        what: str,
        tell: Callable[[], None],
        cancelled: Callable[[], bool],
        stop: Callable[[], None],
    ) -> None:
        self._pool = ThreadPoolExecutor(max_workers=size, thread_name_prefix="pull")
        self._what = what
        self._tell = tell
        self._cancelled = cancelled
        self._stop = stop
        self._futures: list[Future[object]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._stop()
            self._pool.shutdown(wait=False, cancel_futures=True)
            wait(self._futures, timeout=_GRACE if kind is OperationCancelled else _PATIENCE)
        else:
            self._pool.shutdown()

    def run(self, work: Callable[[], Result]) -> Result:
        """Return what *work* returns, or raise what it raises."""
        return self.run_all([work])[0]

    def run_all(self, works: Sequence[Callable[[], Result]]) -> list[Result]:
        """Return what all of *works* return; the first error ends them all."""
        futures = [self._pool.submit(work) for work in works]
        self._futures.extend(futures)  # type: ignore[arg-type]
        pending = set(futures)
        while pending:
            done, pending = wait(pending, timeout=_TICK, return_when=FIRST_EXCEPTION)
            self._tell()
            failed = next((error for item in done if (error := item.exception())), None)
            if failed is not None:
                raise failed
            if self._cancelled():
                raise OperationCancelled(what=self._what)
        return [future.result() for future in futures]
