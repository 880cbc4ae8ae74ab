"""The suite's own tools do what they say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import redis

from tests.support.machine import Machine, left_since
from tests.support.valkey import Valkey


def test_a_process_left_behind_is_named() -> None:
    before = Machine.look()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as left:
        try:
            (named,) = (name for name in left_since(before, patience=0.2) if "sleep(60)" in name)
        finally:
            left.kill()
    assert named.startswith(f"processes: {left.pid} {sys.executable}")


def test_a_home_left_behind_is_named(home: Path) -> None:
    before = Machine.look()
    (home / "run").mkdir()
    assert f"folders: {home}" in left_since(before, patience=0.2)
    (home / "run").rmdir()
    assert f"folders: {home}" not in left_since(before, patience=0.2)


def test_valkey_keeps_its_data_across_a_restart(valkey: Valkey) -> None:
    with redis.Redis.from_url(valkey.url) as client:
        client.set("key", "value")
    valkey.stop()
    valkey.start()
    with redis.Redis.from_url(valkey.url) as client:
        assert client.get("key") == b"value"
