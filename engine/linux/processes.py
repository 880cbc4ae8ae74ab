"""Naming a process beyond the reuse of its pid: by pid and start time."""

from __future__ import annotations

from pathlib import Path


def start_time(pid: int) -> int:
    """Return when *pid* started, in clock ticks since boot; ProcessLookupError if it is gone."""
    return _stat(pid)[1]


def is_alive(pid: int, start_time: int) -> bool:
    """Say whether *pid* is still what started at *start_time*; a zombie is not alive."""
    try:
        state, started = _stat(pid)
    except ProcessLookupError:
        return False
    return started == start_time and state not in "ZX"


def _stat(pid: int) -> tuple[str, int]:
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes()
    except FileNotFoundError:
        raise ProcessLookupError(f"no process {pid}") from None
    # The command, in parentheses, may itself hold parentheses and spaces.
    fields = text[text.rindex(b")") + 2 :].split()
    return fields[0].decode(), int(fields[19])
