"""`manage.py supervise`: what `up` becomes after its checks; small, for it lives long."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence

from config import env
from supervisor import instance
from supervisor.platform import Platform, StartFailed
from supervisor.voice import say


def main(arguments: Sequence[str]) -> int:
    """Run the platform until INT or TERM; return the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py supervise")
    parser.add_argument("--joined", action="store_true", help="this machine is a host already")
    parser.add_argument("--no-link", action="store_true", help="make no setup link")
    options = parser.parse_args(arguments)
    environment = env.load()
    platform = Platform(environment, say, joined=options.joined, link=not options.no_link)
    try:
        with instance.running(environment.run, environment.public_url):
            asyncio.run(platform.run())
    except StartFailed as error:
        say("up", str(error))
        return 1
    return 0
