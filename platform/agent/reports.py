"""What the host tells of itself, in the platform's words."""

from __future__ import annotations

import os
import time
from pathlib import Path

from bus.journal import HostFacts, Inventory, OperationReport
from bus.messages import OperationState
from bus.version import VERSION
from engine.runtime.inventory import Inventory as EngineInventory
from engine.spec import codec
from engine.storage.claims import ClaimState, StoredClaim

_OS_RELEASE = Path("/etc/os-release")
_MEMORY_INFO = Path("/proc/meminfo")


def inventory(taken: EngineInventory) -> Inventory:
    """Return the engine's inventory as the platform reads it."""
    return Inventory(
        epoch=taken.epoch,
        position=taken.position,
        time=time.time_ns(),
        containers=taken.containers,
        images=taken.images,
        networks=taken.networks,
        operations=tuple(operation(claim) for claim in taken.claims),
    )


def operation(claim: StoredClaim) -> OperationReport:
    """Return where a claim stands: what was stored at its end, or that it runs."""
    if claim.state is not ClaimState.RUNNING:
        return codec.decode(OperationReport, claim.result)
    return OperationReport(
        operation_id=claim.operation_id,
        attempt=claim.attempt,
        state=OperationState.RUNNING,
        started_at=claim.updated,
    )


def facts(features: dict[str, str]) -> HostFacts:
    """Return what the host page shows of this machine."""
    machine = os.uname()
    return HostFacts(
        engine_version=VERSION,
        kernel=machine.release,
        operating_system=_operating_system(),
        architecture=machine.machine,
        cpus=len(os.sched_getaffinity(0)),
        memory=_memory(),
        features=features,
    )


def _operating_system() -> str:
    try:
        lines = _OS_RELEASE.read_text().splitlines()
    except FileNotFoundError:
        return ""
    named = [line for line in lines if line.startswith("PRETTY_NAME=")]
    return named[0].partition("=")[2].strip('"') if named else ""


def _memory() -> int:
    for line in _MEMORY_INFO.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "MemTotal":
            return int(value.split()[0]) * 1024
    return 0
