from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from supervisor.jobs import app


class Command(BaseCommand):
    help = "Keep the platform's schedule and do its own periodic work."

    def handle(self, *_args: Any, **_options: Any) -> None:
        app.worker_main(
            [
                "worker",
                "--beat",
                f"--schedule={settings.BERTH.web / 'beat'}",
                "--pool=solo",
                "--loglevel=WARNING",
                "--without-gossip",
                "--without-mingle",
                "--without-heartbeat",
                "--hostname=beat@platform",
            ]
        )
