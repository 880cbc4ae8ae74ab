"""The folders of BERTH_HOME, with their modes, before anything runs in them."""

from __future__ import annotations

from pathlib import Path

from config.env import Environment


def ensure(environment: Environment) -> None:
    """Make what is missing, as root; a no-op on a home that has been used."""
    home = environment.home
    for folder, mode in (
        (home, 0o711),
        (environment.run, 0o755),
        (environment.web_run, 0o700),
        (environment.web, 0o700),
        (home / "engine", 0o700),
        (redis_folder(environment), 0o700),
        (log_file(environment).parent, 0o700),
    ):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)


def redis_folder(environment: Environment) -> Path:
    """Return where the embedded Valkey keeps its append-only file."""
    return environment.home / "redis"


def log_file(environment: Environment) -> Path:
    """Return where `up --detach` writes what it would print."""
    return environment.home / "log" / "berth.log"
