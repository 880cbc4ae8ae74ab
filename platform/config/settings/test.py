"""For the test suite: a throw-away home, and password hashing that does not slow tests down."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

from config import keys
from config.settings.base import *  # noqa: F403  (a Django settings module is a namespace)
from config.settings.base import BERTH, DATABASES

_HOME = tempfile.TemporaryDirectory(prefix="b", dir="/tmp")
_WEB = Path(_HOME.name) / "web"
_WEB.mkdir(mode=0o700)

BERTH = dataclasses.replace(
    BERTH,
    home=Path(_HOME.name),
    secret_key_file=_WEB / "secret.key",
    redis_url=f"unix://{_HOME.name}/run/web/valkey.sock",
)
BERTH.web_run.mkdir(mode=0o700, parents=True)
keys.ensure_signing_key(BERTH.signing_key_file)
SECRET_KEY = "for tests alone"  # noqa: S105
DATABASES["default"]["NAME"] = str(_WEB / "database.sqlite3")
# A file, not memory: threads and child processes of the tests see one database, as in production.
DATABASES["default"]["TEST"] = {"NAME": str(_WEB / "test.sqlite3")}
STATIC_ROOT = _WEB / "static"
STATIC_ROOT.mkdir()
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
