"""Operations that nobody works on any more come to an end, but not before somebody could have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from agent.abandoned import ROUNDS, Abandoned
from agent.engines import Engines
from bus.journal import OperationReport
from bus.messages import OperationState
from engine.engine import Engine
from engine.spec import codec
from engine.spec.configuration import EngineConfiguration
from engine.storage.claims import ClaimOutcome
from tests.support.instance import ROOT

CLAIM = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from engine.engine import Engine
from engine.spec.configuration import EngineConfiguration
Engine(EngineConfiguration(home=Path(sys.argv[2]))).claim(sys.argv[3])
"""


def claim_and_die(home: Path, operation_id: str) -> None:
    command = [sys.executable, "-c", CLAIM, str(ROOT), str(home), operation_id]
    subprocess.run(command, check=True, timeout=60)


async def test_what_a_dead_worker_left_is_ended_after_its_rounds_and_told(home: Path) -> None:
    engine = Engine(EngineConfiguration(home=home))
    claim_and_die(home, "left")
    abandoned = Abandoned(Engines(engine))
    for _ in range(ROUNDS - 1):
        await abandoned.look()
    assert engine.events(0) == []
    await abandoned.look()
    (event,) = engine.events(0)
    report = codec.from_plain(OperationReport, event.payload)
    assert (report.operation_id, report.state) == ("left", OperationState.FAILED)
    assert report.error is not None
    assert report.error.code == "operation_abandoned"
    assert engine.claim("left").outcome is ClaimOutcome.FINISHED


async def test_what_somebody_took_up_again_or_works_on_is_left_alone(home: Path) -> None:
    engine = Engine(EngineConfiguration(home=home))
    claim_and_die(home, "taken up")
    engine.claim("at work")
    abandoned = Abandoned(Engines(engine))
    for _ in range(ROUNDS - 1):
        await abandoned.look()
    assert engine.claim("taken up").outcome is ClaimOutcome.TAKEN
    for _ in range(ROUNDS):
        await abandoned.look()
    assert engine.events(0) == []
