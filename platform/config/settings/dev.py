"""For work on the platform: tracebacks in answers, Vite's server may call the API."""

from __future__ import annotations

from config.settings.base import *  # noqa: F403  (a Django settings module is a namespace)
from config.settings.base import CSRF_TRUSTED_ORIGINS

DEBUG = True
CSRF_TRUSTED_ORIGINS += ["http://localhost:5173", "http://127.0.0.1:5173"]
WHITENOISE_USE_FINDERS = True
