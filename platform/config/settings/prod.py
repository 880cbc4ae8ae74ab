"""What `manage.py` runs with unless told otherwise."""

from __future__ import annotations

from config.settings.base import *  # noqa: F403  (a Django settings module is a namespace)
