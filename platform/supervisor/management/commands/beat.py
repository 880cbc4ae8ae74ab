from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from supervisor.jobs import app


class Command(BaseCommand):
    help = "Keep the platform's schedule and do its own periodic work."

    # They load every view, which this process has no use for; `web` runs them all the same.
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        app.worker_main(
            [
                "--quiet",
                "worker",
                "--pool=solo",
                "--loglevel=WARNING",
                "--without-gossip",
                "--without-mingle",
                "--without-heartbeat",
                "--hostname=beat@platform",
            ]
        )
