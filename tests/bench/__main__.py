"""`make bench`: every figure beside its peer, measured in one run."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from tests.bench import engine, permissions, platform
from tests.bench.docker import private_docker
from tests.bench.figures import table
from tests.bench.runc import bundle

PARTS = ("starts", "memory", "logs", "layers", "idle", "rest", "permissions")
RESULT = Path("bench.json")


def main() -> int:
    """Print the table, write bench.json; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="only these")
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    parts = set(options.parts or PARTS)

    with private_docker() as docker:
        figures = []
        if parts & {"starts", "memory", "logs", "layers"}:
            with bundle() as runc:
                figures += engine.measure(docker, runc, options.rounds, parts.__contains__)
        if parts & {"idle", "rest"}:
            figures += platform.measure(docker, options.rounds, parts.__contains__)
        if "permissions" in parts:
            figures += permissions.measure(options.rounds)
    load = os.getloadavg()[0]
    print(table(figures))
    print(f"\nmedian of {options.rounds}, in turns with the peer; load {load:.1f}")
    RESULT.write_text(json.dumps([figure.plain() for figure in figures], indent=2) + "\n")
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
