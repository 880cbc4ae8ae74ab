"""One operation on this host, from message to report: what every task does around its verb."""

from __future__ import annotations

import contextlib
import logging
import math
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import redis
from redis.exceptions import RedisError

from agent import doorbell
from bus import names
from bus.identity import HostIdentity
from bus.journal import OperationReport, Progress, encode_entry
from bus.messages import OperationState, Payload, SignedMessage, TaskMessage, verify
from engine.engine import Engine
from engine.errors import EngineError, ErrorRecord, OperationCancelled
from engine.spec import codec
from engine.spec.configuration import EngineConfiguration
from engine.spec.image import LayerProgress
from engine.storage.claims import Claim, ClaimOutcome, ClaimState
from engine.storage.paths import EnginePaths

log = logging.getLogger(__name__)

_CANCEL_LOOK_SECONDS = 0.25
_PROGRESS_SECONDS = 0.2
_FINISH_SECONDS = 1.0
_STATES = {
    ClaimState.RUNNING: OperationState.RUNNING,
    ClaimState.SUCCEEDED: OperationState.SUCCEEDED,
    ClaimState.FAILED: OperationState.FAILED,
    ClaimState.CANCELLED: OperationState.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What the tasks of one worker share."""

    identity: HostIdentity
    configuration: EngineConfiguration
    engine: Engine
    client: redis.Redis

    def ring(self) -> None:
        """Let the agent ship what the engine has just written."""
        doorbell.ring(EnginePaths(self.configuration).events_socket)


@dataclass(slots=True, kw_only=True)
class Work:
    """One claimed operation, as its verb sees it."""

    place: Workplace
    message: TaskMessage
    attempt: int
    engine: Engine
    """Seen from the operation's space."""
    _layers: dict[str, LayerProgress] = field(default_factory=dict)
    _reported: float = -math.inf
    _looked: float = -math.inf
    _cancelled: bool = False

    @property
    def payload(self) -> Payload:
        return self.message.payload

    def cancelled(self) -> bool:
        """Whether the user has asked to stop; looked up at most four times a second."""
        now = time.monotonic()
        if not self._cancelled and now - self._looked >= _CANCEL_LOOK_SECONDS:
            self._looked = now
            key = names.cancel_key(self.message.host_id, self.message.operation_id)
            with contextlib.suppress(RedisError):
                self._cancelled = bool(self.place.client.exists(key))
        return self._cancelled

    def progress(self, layer: LayerProgress) -> None:
        """Tell where one layer stands; the platform hears of it at most five times a second."""
        self._layers[layer.digest] = layer
        if time.monotonic() - self._reported >= _PROGRESS_SECONDS:
            self.tell_progress()

    def tell_progress(self) -> None:
        """Tell where all layers stand, if there are any."""
        if not self._layers:
            return
        self._reported = time.monotonic()
        entry = Progress(
            operation_id=self.message.operation_id,
            attempt=self.attempt,
            time=time.time_ns(),
            layers=tuple(self._layers.values()),
        )
        stream = names.events_stream(self.message.host_id)
        with contextlib.suppress(RedisError):
            self.place.client.xadd(stream, dict(encode_entry(entry).items()))


Verb = Callable[[Work], object | None]
"""Does the one engine call of an operation and returns its result, a dataclass or nothing."""


def perform(place: Workplace, verb: Verb, *, body: str, signature: str) -> None:
    """Do what the signed message asks, once; a message that comes again gets the stored answer."""
    try:
        message = verify(
            SignedMessage(body=body, signature=signature),
            key=place.identity.verifying_key(),
            host_id=place.identity.host_id,
        )
    except EngineError as error:
        log.warning("a task message is refused: %s", error)
        return
    engine = place.engine.within(message.space)
    claim = engine.claim(message.operation_id, _taken(message))
    if claim.outcome is ClaimOutcome.HELD:
        return
    if claim.outcome is ClaimOutcome.FINISHED:
        stored = codec.decode(OperationReport, claim.result)
        engine.finish(message.operation_id, claim.state, stored, claim.result)
    else:
        work = Work(place=place, message=message, attempt=claim.attempt, engine=engine)
        ended = _run(work, verb)
        # The last steps fell between two reports; nobody takes progress once the end is known.
        work.tell_progress()
        _finish(work, ended, claim)
    place.ring()


def _taken(message: TaskMessage) -> Callable[[Claim], OperationReport]:
    """Return what is told of the claim in its own transaction."""

    def report(claim: Claim) -> OperationReport:
        return OperationReport(
            operation_id=message.operation_id,
            attempt=claim.attempt,
            state=OperationState.RUNNING,
            started_at=time.time_ns(),
        )

    return report


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    state: ClaimState
    started_at: int
    result: dict[str, Any] = field(default_factory=dict)
    error: ErrorRecord | None = None


def _run(work: Work, verb: Verb) -> _Ended:
    started_at = time.time_ns()
    try:
        if work.cancelled():
            raise OperationCancelled(what=work.message.kind.value)  # noqa: TRY301
        result = verb(work)
    except OperationCancelled as error:
        return _Ended(state=ClaimState.CANCELLED, started_at=started_at, error=error.record())
    except EngineError as error:
        return _Ended(state=ClaimState.FAILED, started_at=started_at, error=error.record())
    except Exception:  # the task shell: whatever nobody expected becomes `internal_error`
        log.exception("%s %s failed", work.message.kind, work.message.operation_id)
        unexpected = ErrorRecord(
            code="internal_error", message="an error of ours; the log of the host's worker has it"
        )
        return _Ended(state=ClaimState.FAILED, started_at=started_at, error=unexpected)
    plain = {} if result is None else codec.to_plain(result)
    return _Ended(state=ClaimState.SUCCEEDED, started_at=started_at, result=plain)


def _finish(work: Work, ended: _Ended, claim: Claim) -> None:
    report = OperationReport(
        operation_id=work.message.operation_id,
        attempt=claim.attempt,
        state=_STATES[ended.state],
        started_at=ended.started_at,
        finished_at=time.time_ns(),
        result=ended.result,
        error=ended.error,
    )
    stored = codec.encode(report).decode()
    while True:
        try:
            work.engine.finish(report.operation_id, ended.state, report, stored)
        except sqlite3.OperationalError as error:
            # What was done must not be done again: its end is told as soon as the disk takes it.
            log.warning("the end of %s has to wait: %s", report.operation_id, error)
            time.sleep(_FINISH_SECONDS)
        else:
            return
