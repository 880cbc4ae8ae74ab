"""`manage.py join`: prepares the web side and makes this machine a host of it.

Root's half: the host's private key never leaves engine/, and the web user never enters it.
"""

from __future__ import annotations

import argparse
import compileall
import secrets
import socket
import subprocess
from collections.abc import Sequence
from contextlib import suppress

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bus import identity as identities
from bus.errors import SettingMissing
from bus.identity import HostIdentity
from bus.join import JoinAnswer, JoinRequest
from config import env
from config.env import Environment
from engine.spec import codec
from supervisor import plan
from supervisor.child import end_with_parent


def main(arguments: Sequence[str]) -> int:
    """Run `prepare` as the web user and write what it answers; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="manage.py join", description="Prepare the database; make this machine a host."
    )
    parser.add_argument("--no-link", action="store_true", help="make no setup link")
    options = parser.parse_args(arguments)
    environment = env.load()
    # The web user may not write beside the code, and would compile it at every start.
    for folder in ("platform", "engine"):
        compileall.compile_dir(plan.ROOT / folder, quiet=2)
    known = _known(environment)
    private_key = known.private_key if known else X25519PrivateKey.generate().private_bytes_raw()
    credential = known.credential if known else secrets.token_urlsafe(32)
    code, answer = _prepare(
        JoinRequest(
            host_id=known.host_id if known else "",
            name=environment.host_name,
            public_key=X25519PrivateKey.from_private_bytes(private_key)
            .public_key()
            .public_bytes_raw(),
            credential=credential,
        ),
        [*plan.MANAGE, "prepare", *(["--no-link"] if options.no_link else [])],
    )
    if code == 0:
        joined = codec.decode(JoinAnswer, answer)
        identity = HostIdentity(
            host_id=joined.host_id,
            name=joined.name,
            redis_url=environment.redis_url,
            platform_url=environment.web_url,
            platform_key=joined.platform_key,
            private_key=private_key,
            credential=credential,
        )
        identities.save(environment.home, identity)
    return code


def _known(environment: Environment) -> HostIdentity | None:
    try:
        return identities.load(environment.home)
    except SettingMissing:
        return None


def _prepare(request: JoinRequest, command: Sequence[str]) -> tuple[int, bytes]:
    """Return the exit code of *command* and what it says to *request*, on a socket of their own."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = subprocess.Popen(  # noqa: S603  (our own command)
                [*command, "--join", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                preexec_fn=end_with_parent,  # noqa: PLW1509  (this process has one thread)
            )
        answer = b""
        with suppress(ConnectionError):  # it has ended before it came to us; its code tells
            ours.sendall(codec.encode(request))
            ours.shutdown(socket.SHUT_WR)
            with ours.makefile("rb") as reader:
                answer = reader.read()
    return process.wait(), answer
