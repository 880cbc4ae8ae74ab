"""Debian's redis-server on a free loopback port, with a password, as a team would run it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests.support.registry import free_port
from tests.support.waiting import wait_until

_PASSWORD = "a password between machines"


@contextmanager
def running_redis() -> Iterator[str]:
    """Run a server that forgets all at the end and give its URL, as BERTH_REDIS_URL takes it."""
    folder = Path(tempfile.mkdtemp(prefix="bredis", dir="/tmp"))
    port = free_port()
    settings = {
        "bind": "127.0.0.1",
        "port": str(port),
        "requirepass": f'"{_PASSWORD}"',
        "dir": str(folder),
        "appendonly": "yes",
        "save": '""',
    }
    file = folder / "redis.conf"
    file.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    process = subprocess.Popen(
        ["redis-server", str(file)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        url = f"redis://:{_PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}/3"
        with Redis.from_url(url) as client:
            wait_until(lambda: _answers(client), what=f"redis-server on port {port}")
        yield url
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False
