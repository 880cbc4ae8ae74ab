from __future__ import annotations

import socket
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import services as accounts
from accounts.errors import SetupDone
from bus.join import JoinRequest
from config import keys
from config.env import Environment
from engine.errors import EngineError
from engine.spec import codec
from hosts import services as hosts


class Command(BaseCommand):
    help = "Bring database and static files up to date; `up` runs it."

    # They load every view, which this process has no use for; `web` runs them all the same.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--join", type=int, help="descriptor of a socket to root's half")
        parser.add_argument("--no-link", action="store_true", help="make no setup link")
        parser.add_argument("--link-only", action="store_true", help="make a setup link alone")

    def handle(self, *_args: Any, **options: Any) -> None:
        environment: Environment = settings.BERTH
        if not options["link_only"]:
            try:
                self._prepare(environment)
            except EngineError as error:
                raise CommandError(str(error)) from error
        if options["join"] is not None:
            self._join(options["join"])
        if not options["no_link"]:
            self._print_link(environment)

    def _prepare(self, environment: Environment) -> None:
        keys.ensure_secret_key(environment.secret_key_file)
        keys.ensure_signing_key(environment.signing_key_file)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)

    def _join(self, descriptor: int) -> None:
        with socket.socket(fileno=descriptor) as machine, machine.makefile("rwb") as stream:
            request = codec.decode(JoinRequest, stream.read())
            stream.write(codec.encode(hosts.join(request=request)))

    def _print_link(self, environment: Environment) -> None:
        try:
            token = accounts.issue_setup_token()
        except SetupDone:
            return
        self.stdout.write(f"{environment.public_url}/setup?token={token}")
