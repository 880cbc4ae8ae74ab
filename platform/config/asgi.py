"""What gunicorn serves."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

import django

django.setup()

from realtime.asgi import application as build  # noqa: E402  (needs Django set up)

application = build()
