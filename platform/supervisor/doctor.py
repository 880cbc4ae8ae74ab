"""`manage.py doctor`: is this machine clean and able? One line each, exit 0 only for yes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from config import env
from supervisor import checks


def main(arguments: Sequence[str]) -> int:
    """Run `doctor`; return 0 only when everything is in order."""
    parser = argparse.ArgumentParser(
        prog="manage.py doctor", description="Say whether this machine is clean and able."
    )
    parser.parse_args(arguments)
    problems = 0
    for finding in checks.everything(env.load()):
        problems += not finding.good
        sign = "ok     " if finding.good else "PROBLEM"
        sys.stdout.write(f"{sign}  {finding.name}: {finding.text}\n")
        sys.stdout.flush()
    return 1 if problems else 0
