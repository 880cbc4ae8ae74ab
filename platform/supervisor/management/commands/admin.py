from __future__ import annotations

import secrets
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import services
from accounts.actor import program
from engine.errors import EngineError


class Command(BaseCommand):
    help = "Make an administrator: password on standard input, else random and printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["create"])
        parser.add_argument("name")

    def handle(self, *_args: Any, **options: Any) -> None:
        typed = "" if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        password = typed or secrets.token_urlsafe(16)
        try:
            user = services.create_admin(
                actor=program("command line"), username=options["name"], password=password
            )
        except EngineError as error:
            raise CommandError(str(error)) from error
        if typed:
            self.stdout.write(f"administrator {user.username}")
        else:
            self.stdout.write(f"administrator {user.username}, password {password}")
