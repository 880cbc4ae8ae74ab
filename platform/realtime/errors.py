"""What can go wrong between a page and a host's stream."""

from __future__ import annotations

from engine.errors import EngineError, ErrorRecord


class HostFailed(EngineError):
    """The host answered with an error, which is handed on as it is."""

    code = "host_failed"
    template = "{error.message}"
    error: ErrorRecord

    def record(self) -> ErrorRecord:
        return self.error
