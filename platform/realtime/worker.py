"""The gunicorn worker of the platform."""

from __future__ import annotations

from typing import Any, ClassVar

from uvicorn_worker import UvicornWorker

from realtime.fronted import PlatformProtocol

GRACEFUL_SECONDS = 5


class PlatformWorker(UvicornWorker):  # type: ignore[misc]  # it has no types
    """uvicorn with the hijack; open streams hold up a reload for GRACEFUL_SECONDS."""

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        "loop": "uvloop",
        "http": PlatformProtocol,
        "ws": "websockets-sansio",
        "lifespan": "on",
        "timeout_graceful_shutdown": GRACEFUL_SECONDS,
    }
