from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ingest import process


class Command(BaseCommand):
    help = "Write down what hosts report; started twice, one works and the other stands by."

    # They load every view, which this process has no use for; `web` runs them all the same.
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        process.run()
