"""`manage.py as-web PROGRAM …`: becomes a program that is not ours, as the web user."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Sequence

from config import env
from supervisor import privileges


def main(arguments: Sequence[str]) -> int:
    """Become the program; returns only an error's code."""
    parser = argparse.ArgumentParser(
        prog="manage.py as-web", description="Run a program as the web user."
    )
    parser.add_argument("command", nargs=argparse.REMAINDER)
    command = parser.parse_args(arguments).command
    program = shutil.which(command[0]) if command else None
    if program is None:
        parser.error("name a program")
    privileges.become_web(env.load())
    os.execv(program, command)  # noqa: S606  (what we were told to)
