from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from accounts import services as accounts
from accounts.errors import SetupDone
from config import keys
from config.env import Environment
from hosts import services as hosts


class Command(BaseCommand):
    help = "Bring database, static files and this machine's identity up to date; `up` runs it."

    # They load every view, which this process has no use for; `web` runs them all the same.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-link", action="store_true", help="make no setup link")
        parser.add_argument("--link-only", action="store_true", help="make a setup link alone")

    def handle(self, *_args: Any, **options: Any) -> None:
        environment: Environment = settings.BERTH
        if not options["link_only"]:
            self._prepare(environment)
        if not options["no_link"]:
            self._print_link(environment)

    def _prepare(self, environment: Environment) -> None:
        keys.ensure_secret_key(environment.secret_key_file)
        keys.ensure_signing_key(environment.signing_key_file)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        hosts.join_local(
            name=environment.host_name,
            home=environment.home,
            redis_url=environment.redis_url,
            platform_url=f"unix://{environment.web_socket}",
        )

    def _print_link(self, environment: Environment) -> None:
        try:
            token = accounts.issue_setup_token()
        except SetupDone:
            return
        self.stdout.write(f"{environment.public_url}/setup?token={token}")
