"""What the supervisor says, and in whose name."""

from __future__ import annotations

import sys


def say(who: str, line: str) -> None:
    """Print *line*; what is not the supervisor's own carries its program's name."""
    mark = "" if who == "up" else f"{who} | "
    sys.stdout.write(f"{mark}{line}\n")
    sys.stdout.flush()
