"""`manage.py down`: ends what `up` started; with --all, everything of ours but BERTH_HOME."""

from __future__ import annotations

import argparse
import os
import select
import signal
import sys
from collections.abc import Sequence

from config import env
from config.env import Environment
from engine.engine import Engine
from engine.errors import EngineError
from supervisor import forwarding, instance, privileges

_SECONDS = 60.0


class StillRunning(EngineError):
    code = "still_running"
    template = "process {pid} has not ended within {seconds} s; look at its log"
    pid: int
    seconds: int


def main(arguments: Sequence[str]) -> int:
    """Run `down`; return its exit code."""
    parser = argparse.ArgumentParser(prog="manage.py down", description="End what `up` started.")
    parser.add_argument(
        "--all",
        action="store_true",
        help="also stop the containers and remove all of ours from the machine but BERTH_HOME",
    )
    options = parser.parse_args(arguments)
    environment = env.load()
    privileges.require_root("down")
    _end_platform(environment)
    if options.all:
        _clear_machine(environment)
    return 0


def _end_platform(environment: Environment) -> None:
    running = instance.find_running(environment.run)
    if running is None:
        _say("the platform does not run")
        return
    descriptor = os.pidfd_open(running.pid)
    try:
        signal.pidfd_send_signal(descriptor, signal.SIGTERM)
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        if not poll.poll(_SECONDS * 1000):
            raise StillRunning(pid=running.pid, seconds=int(_SECONDS))
    finally:
        os.close(descriptor)
    _say("the platform has ended; containers go on")


def _clear_machine(environment: Environment) -> None:
    configuration = environment.engine_configuration()
    if not configuration.root.exists():
        return
    Engine(configuration).shut_down()
    forwarding.disallow(configuration.instance)
    _say(f"containers have ended; all of ours is off the machine but {environment.home}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
