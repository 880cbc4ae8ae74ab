from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import services
from accounts.actor import program
from engine.errors import EngineError

_DURATION = re.compile(r"([1-9][0-9]*)([hdw])")
_UNITS = {"h": dt.timedelta(hours=1), "d": dt.timedelta(days=1), "w": dt.timedelta(weeks=1)}


class Command(BaseCommand):
    help = "Print a new API token of a user; it is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["create"])
        parser.add_argument("name", help="the user it stands for")
        parser.add_argument(
            "--project",
            action="append",
            metavar="ID",
            help="the only project it works in; may be given several times",
        )
        parser.add_argument("--expires", default="", help="such as 12h, 30d or 8w; never without")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            made = services.create_token(
                actor=program("command line"),
                name="made on the command line",
                owner=options["name"],
                expires_at=_moment(options["expires"]),
                projects=options["project"],
            )
        except EngineError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(made.secret)


def _moment(duration: str) -> dt.datetime | None:
    if not duration:
        return None
    found = _DURATION.fullmatch(duration)
    if found is None:
        raise CommandError(f"--expires: {duration!r} is not a number followed by h, d or w")
    return timezone.now() + int(found[1]) * _UNITS[found[2]]
