"""`manage.py web`: gunicorn in this process's place."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bus.errors import SettingMissing
from config import env
from supervisor import privileges

_CONFIGURATION = Path(__file__).with_name("gunicorn_settings.py")


def main(arguments: Sequence[str]) -> int:
    """Become gunicorn, with our configuration and no other."""
    argparse.ArgumentParser(
        prog="manage.py web", description="Serve browsers and the API."
    ).parse_args(arguments)
    environment = env.load()
    privileges.become_web(environment)
    if not environment.secret_key_file.is_file():
        raise SettingMissing(
            what="the secret key",
            path=str(environment.secret_key_file),
            remedy="`manage.py up` makes it",
        )
    command = [sys.executable, "-m", "gunicorn", "--config", f"file:{_CONFIGURATION}"]
    # GUNICORN_CMD_ARGS would be read before our own file.
    variables = {name: value for name, value in os.environ.items() if name != "GUNICORN_CMD_ARGS"}
    os.execve(command[0], [*command, "config.asgi:application"], variables)  # noqa: S606
