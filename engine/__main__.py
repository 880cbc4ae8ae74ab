"""The bare engine on the command line, for tests and benchmarks: `python -m engine run …`."""

from __future__ import annotations

import sys

from engine.cli import main

sys.exit(main(sys.argv[1:]))
