"""`manage.py up`: everything one machine needs, started by one command."""

from __future__ import annotations

import argparse
import dataclasses
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bus import identity
from config import env
from config.env import Environment
from engine.errors import EngineError
from front.main import TlsFileRefused
from supervisor import (
    authority,
    certificates,
    checks,
    forwarding,
    instance,
    layout,
    plan,
    privileges,
    web_user,
)
from supervisor.platform import READY_SECONDS, StartFailed, ask_ready, child_variables
from supervisor.voice import say

_POLL_SECONDS = 0.1
_LAST_LINES = 15
_USAGE = 2


class ListenerRefused(EngineError):
    code = "listener_refused"
    template = (
        "{listen} can be reached from other machines and has no TLS: passwords would cross the "
        "network in clear. Say --tls, or set BERTH_TLS_CERT and BERTH_TLS_KEY, or say --insecure."
    )
    listen: str


class ListenerInUse(EngineError):
    code = "listener_in_use"
    template = "cannot listen on {listen}: {reason}. Set BERTH_LISTEN to another."
    listen: str
    reason: str


def main(arguments: Sequence[str]) -> int:
    """Run `up`; return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    environment = env.load()
    privileges.require_root("up")
    if options.tls:
        if environment.has_tls:
            parser.error("--tls makes a certificate, but BERTH_TLS_CERT names one")
        environment = env.read({**os.environ, **authority.variables(environment.home)})
    try:
        return _start(environment, options)
    except TlsFileRefused as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        return _USAGE


def _start(environment: Environment, options: argparse.Namespace) -> int:
    if instance.find_running(environment.run) is not None:
        return _already_running(environment)
    if not options.tls and environment.tls_cert is not None and environment.tls_key is not None:
        certificates.check(environment.tls_cert, environment.tls_key)
    _require_able(environment, options)
    user = web_user.ensure()
    layout.ensure(environment)
    web_user.own(environment, user)
    _try_web_user(environment)
    if options.tls:
        _make_certificate(environment)
    if options.detach:
        return _detach(environment)
    # What the checks loaded is not wanted for weeks in a process that only keeps others alive.
    command = _supervise(environment)
    sys.stdout.flush()
    return os.execve(command[0], command, child_variables(environment))  # noqa: S606


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py up", description="Run Berth on this machine.")
    parser.add_argument("--detach", action="store_true", help="return once it is ready")
    parser.add_argument(
        "--insecure", action="store_true", help="listen without TLS beyond loopback"
    )
    parser.add_argument(
        "--tls", action="store_true", help="serve HTTPS with a certificate of a private authority"
    )
    parser.add_argument(
        "--allow-forward",
        action="store_true",
        help="let a firewall that drops forwarded traffic accept that of our bridges",
    )
    return parser


def _require_able(environment: Environment, options: argparse.Namespace) -> None:
    """Raise the first reason why starting makes no sense, before anything has been made."""
    listen = environment.listen
    if not (listen.is_loopback or environment.has_tls or options.insecure):
        raise ListenerRefused(listen=str(listen))
    checks.require_able()
    family = socket.AF_INET6 if ":" in listen.address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listen.address, listen.port))
        except OSError as error:
            raise ListenerInUse(listen=str(listen), reason=error.strerror or str(error)) from error
    for drop in forwarding.find_drops():
        if options.allow_forward:
            forwarding.allow(drop, environment.engine_configuration().instance)
            say("up", f"{drop} now accepts forwarded traffic of our bridges")
        else:
            say("up", f"{drop} drops what containers send out; --allow-forward adds an exception")


def _try_web_user(environment: Environment) -> None:
    """Raise StartFailed where the web side could not even start, before it tries for long."""
    done = subprocess.run(  # noqa: S603  (our own command)
        [*plan.MANAGE, "as-web", "true"],
        env=child_variables(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StartFailed(reason=done.stderr.strip() or f"code {done.returncode}")


def _make_certificate(environment: Environment) -> None:
    made = authority.ensure(environment)
    say("up", f"let browsers and clients trust {made.certificate}")
    say("up", f"its SHA-256 fingerprint: {made.fingerprint}")


def _already_running(environment: Environment) -> int:
    deadline = time.monotonic() + READY_SECONDS
    while (running := instance.find_running(environment.run)) is not None:
        if ask_ready(environment).ready:
            say("up", f"running at {running.url}")
            _print_link(dataclasses.replace(environment, public_url=running.url))
            return 0
        if time.monotonic() > deadline:
            say("up", f"running as process {running.pid}, but not ready")
            return 1
        time.sleep(_POLL_SECONDS)
    say("up", "it has just ended; start it again")
    return 1


def _supervise(environment: Environment) -> list[str]:
    joined = ["--joined"] if _has_joined(environment) else []
    return [*plan.MANAGE, "supervise", *joined]


def _has_joined(environment: Environment) -> bool:
    """Whether this machine is a host already, with the addresses that `prepare` would write."""
    try:
        known = identity.load(environment.home)
    except EngineError:
        return False
    now = (environment.host_name, environment.redis_url, environment.web_url)
    return (known.name, known.redis_url, known.platform_url) == now


def _detach(environment: Environment) -> int:
    log = layout.log_file(environment)
    with log.open("ab") as output:
        start = output.tell()
        process = subprocess.Popen(  # noqa: S603  (our own command)
            [*_supervise(environment), "--no-link"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=child_variables(environment),
        )
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if ask_ready(environment).ready:
            say("up", f"running at {environment.public_url}; log in {log}")
            _print_link(environment)
            return 0
        time.sleep(_POLL_SECONDS)
    process.terminate()
    process.wait()
    sys.stdout.write(_tail(log, start))
    return 1


def _print_link(environment: Environment) -> None:
    """Print a fresh setup link while there is no administrator."""
    done = subprocess.run(  # noqa: S603  (our own command)
        [*plan.MANAGE, "prepare", "--link-only"],
        env={**child_variables(environment), "BERTH_PUBLIC_URL": environment.public_url},
        capture_output=True,
        text=True,
        check=False,
    )
    if link := done.stdout.strip():
        say("up", f"first administrator, by this link once: {link}")


def _tail(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-_LAST_LINES:]) + "\n"
