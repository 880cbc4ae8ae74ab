"""Operations whose worker died and whose message never came again: somebody has to end them."""

from __future__ import annotations

import logging
import time

from agent import reports
from agent.engines import Engines
from bus.journal import OperationReport
from bus.messages import OperationState
from engine.errors import ErrorRecord
from engine.storage.claims import StoredClaim

log = logging.getLogger(__name__)

ROUNDS = 10
"""A worker that starts again takes up what it left; only what nobody takes for so long is lost."""


class Abandoned:
    """Counts for how many rounds each abandoned operation has stood still."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._rounds: dict[str, int] = {}

    async def look(self) -> None:
        """Begin a round; end what has stood still for ROUNDS of them."""
        left = await self._engines.abandoned()
        self._rounds = {operation: self._rounds.get(operation, 0) + 1 for operation in left}
        lost = {operation for operation, rounds in self._rounds.items() if rounds >= ROUNDS}
        if not lost:
            return
        for claim in await self._engines.claims():
            if claim.operation_id in lost:
                log.warning("operation %s was abandoned by its worker", claim.operation_id)
                await self._engines.fail(_report(claim))


def _report(claim: StoredClaim) -> OperationReport:
    known = reports.operation(claim)
    return OperationReport(
        operation_id=known.operation_id,
        attempt=known.attempt,
        state=OperationState.FAILED,
        started_at=known.started_at,
        finished_at=time.time_ns(),
        error=ErrorRecord(
            code="operation_abandoned",
            message="the worker died with it, and it was not sent again; look at its object",
        ),
    )
