#!/usr/bin/env python3
"""Starts every command of the platform; `manage.py help` lists them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]

_ABOUT_SOURCES = frozenset({"check", "help", "makemigrations", "spectacular", "test"})
"""Django's commands that write beside the code or nowhere."""


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    program = _program(arguments[1]) if len(arguments) > 1 else None
    if program is not None:
        return _run(program, arguments[2:])
    # Root's files beside the database would lock the web user out of it.
    if not _ABOUT_SOURCES.intersection(arguments[1:2]) and (code := _run(_become_web, ())):
        return code
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(list(arguments))
    return 0


def _become_web(_arguments: Sequence[str]) -> int:
    from config import env  # noqa: PLC0415
    from supervisor import privileges  # noqa: PLC0415

    privileges.become_web(env.load())
    return 0


def _program(name: str) -> Callable[[Sequence[str]], int] | None:
    """Return a command that runs without Django: what lives on hosts, and the supervisor."""
    from supervisor.programs import PROGRAMS  # noqa: PLC0415

    return PROGRAMS.get(name)


def _run(program: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    """Run a program; an error with a name is one line, not a traceback."""
    from engine.errors import EngineError  # noqa: PLC0415

    try:
        return program(arguments)
    except EngineError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
