"""One figure: ours and the peer's, measured in turns in the same run."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A line of the table and of bench.json; `peer` None where nobody has the like."""

    name: str
    ours: float
    peer: float | None
    peer_name: str
    unit: str
    target: float
    more_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's."""
        return self.ours / self.peer if self.peer else None

    @property
    def met(self) -> bool:
        """Whether ours reaches the target."""
        return self.ours >= self.target if self.more_is_better else self.ours <= self.target

    def plain(self) -> dict[str, object]:
        """Return the object that bench.json holds."""
        return {
            "name": self.name,
            "ours": self.ours,
            "peer": self.peer,
            "peer_name": self.peer_name,
            "unit": self.unit,
            "ratio": self.ratio,
            "target": self.target,
            "met": self.met,
        }


@dataclass(slots=True)
class Clock:
    """Seconds that were spent inside `running` blocks."""

    seconds: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time this block takes."""
        begun = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - begun


Round = Callable[[Clock], None]
"""One repetition: prepares, runs the clock over what counts, tidies up."""


def in_turns(rounds: int, *sides: Round) -> list[float]:
    """Return the median seconds of each side, in turns; the first round only warms up."""
    taken: list[list[float]] = [[] for _ in sides]
    for number in range(rounds + 1):
        for side, times in zip(sides, taken, strict=True):
            clock = Clock()
            gc.collect()
            side(clock)
            if number:
                times.append(clock.seconds)
    return [statistics.median(times) for times in taken]


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as aligned text."""
    rows = [("what", "ours", "peer", "", "ratio", "target", "")]
    for figure in figures:
        sign = "≥" if figure.more_is_better else "≤"
        rows.append(
            (
                figure.name,
                f"{figure.ours:.2f} {figure.unit}",
                f"{figure.peer:.2f}" if figure.peer is not None else "-",
                figure.peer_name,
                f"{figure.ratio:.2f}" if figure.ratio is not None else "-",
                f"{sign} {figure.target:g}",
                "met" if figure.met else "MISSED",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
