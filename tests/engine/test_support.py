"""The suite's own tools do what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import redis

from tests.support.machine import Machine, left_since
from tests.support.valkey import Valkey


def test_a_process_left_behind_is_named() -> None:
    before = Machine.look()
    detach = "import subprocess as s; print(s.Popen(['sleep', '60'], stdout=-3, stderr=-3).pid)"
    left = subprocess.run(
        [sys.executable, "-c", detach], capture_output=True, text=True, check=True
    )
    pid = int(left.stdout)
    try:
        assert f"processes: {pid} sleep 60 " in left_since(before, patience=0.2)
    finally:
        os.kill(pid, 9)


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
