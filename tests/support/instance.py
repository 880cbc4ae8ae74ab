"""A whole Berth under test: its own home, port and pools, driven by manage.py as a person would."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
FIRST_ID = 1_879_048_192
IDS_EACH = 16_777_216
ENDED = ("succeeded", "failed", "cancelled", "lost")


def free_port() -> int:
    """Return a TCP port of the loopback that nobody holds right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Instance:
    """One Berth; `number` keeps the pools of two apart."""

    def __init__(self, number: int, **variables: str) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="b", dir="/tmp"))
        self.listen = f"127.0.0.1:{free_port()}"
        self.url = f"http://{self.listen}"
        self.trust: ssl.SSLContext | bool = True
        self.subnet_pool = f"10.{96 + number}.0.0/16"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BERTH_")},
            "BERTH_HOME": str(self.home),
            "BERTH_LISTEN": self.listen,
            "BERTH_SUBNET_POOL": self.subnet_pool,
            "BERTH_ID_POOL": f"{FIRST_ID + number * IDS_EACH}:{IDS_EACH}",
            **variables,
        }
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)
        self.environment.pop("PYTHONPATH", None)

    @property
    def mark(self) -> str:
        """The eight hex digits in the name of all it makes on the machine."""
        return hashlib.sha256(str(self.home.resolve()).encode()).hexdigest()[:8]

    def manage(self, *arguments: str, typed: str = "", seconds: float = 120) -> str:
        """Run one manage.py command to its end and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if done.returncode != 0:
            raise AssertionError(
                f"manage.py {' '.join(arguments)} exited {done.returncode}:\n"
                f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
            )
        return done.stdout

    def up(self, *options: str) -> str:
        """Start it and return what `up` printed once it was ready."""
        printed = self.manage("up", "--detach", *options)
        if "--tls" in options:
            self.url = f"https://{self.listen}"
            self.trust = ssl.create_default_context(cafile=str(self.authority))
        return printed

    @property
    def authority(self) -> Path:
        """The certificate that `up --tls` wants to be trusted."""
        return self.home / "tls" / "ca.crt"

    def down(self, *, everything: bool = False) -> None:
        """End it; with *everything* also its containers and all it made on the machine."""
        self.manage("down", *(["--all"] if everything else []))

    def all_processes(self) -> list[int]:
        """Return the pids of everything that runs for this instance, launcher and dns too."""
        groups = {
            int(pid)
            for top, _, _ in os.walk("/sys/fs/cgroup")
            if top.endswith(f"/berth-{self.mark}/shims")
            for pid in Path(top, "cgroup.procs").read_text().split()
        }
        return sorted({*self.processes(""), *groups})

    def processes(self, words: str) -> list[int]:
        """Return the pids of this instance whose command line holds *words*, oldest first."""
        mine = f"BERTH_HOME={self.home}".encode()
        # Valkey writes its title over its variables, but works in its own folder.
        folders = (self.home, *self.home.iterdir())
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().replace(bytes(1), b" ").decode()
                variables = (folder / "environ").read_bytes().split(bytes(1))
                working = (folder / "cwd").readlink()
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if words in command and (mine in variables or working in folders):
                found.append(int(folder.name))
        return sorted(found)

    def kill(self, words: str) -> None:
        """Kill -9 all processes with *words* in their command line, at once."""
        pids = self.processes(words)
        assert pids, f"nothing runs with {words!r} in its command line"
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    def await_ready(self) -> None:
        """Return once `/readyz` says that a create would work."""

        def look() -> bool:
            try:
                return (
                    httpx.get(f"{self.url}/readyz", timeout=5, verify=self.trust).status_code == 200
                )
            except httpx.TransportError:
                return False

        wait_until(look, what=f"{self.url} ready", seconds=60)

    def setup_link(self, printed: str) -> str:
        """Return the one-time link that the first `up` printed."""
        found = re.search(r"https?://\S*setup\S*", printed)
        if found is None:
            raise AssertionError(f"no setup link in:\n{printed}")
        return found.group()

    def token(self, username: str = "owner") -> str:
        """Return a fresh API token of a fresh administrator."""
        self.manage("admin", "create", username, typed="a long enough password\n")
        printed = self.manage("token", "create", username)
        found = re.search(r"berth_[A-Za-z0-9]+", printed)
        if found is None:
            raise AssertionError(f"no token in:\n{printed}")
        return found.group()

    @contextmanager
    def api(self, token: str) -> Iterator[Api]:
        """Yield the REST API as the holder of *token* sees it."""
        with httpx.Client(
            base_url=f"{self.url}/api/v1/",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
            verify=self.trust,
        ) as client:
            yield Api(client)

    def remove(self) -> None:
        """Take all of it off the machine, its home too."""
        try:
            self.down(everything=True)
        finally:
            shutil.rmtree(self.home)


class Api:
    """The REST API, with the few calls that nearly every test needs."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def get(self, path: str, **query: str) -> Any:
        """Return the JSON at *path*."""
        answer = self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, path: str, **query: str) -> list[dict[str, Any]]:
        """Return the first page of a list."""
        rows: list[dict[str, Any]] = self.get(path, **query)["results"]
        return rows

    def do(self, path: str, body: Mapping[str, object] | None = None, *, wait: int = 60) -> Any:
        """POST and return the object once the operation is done."""
        answer = self.client.post(path, json=dict(body or {}), headers={"Prefer": f"wait={wait}"})
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    def refused(self, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        """POST what must fail and return the problem."""
        answer = self.client.post(path, json=dict(body or {}), headers={"Prefer": "wait=60"})
        assert answer.status_code >= 400, answer.text
        problem: dict[str, Any] = answer.json()
        return {**problem, "http": answer.status_code}

    def delete(self, path: str) -> None:
        """DELETE and wait until it is gone."""
        answer = self.client.delete(path, headers={"Prefer": "wait=60"})
        assert answer.status_code in {200, 204}, answer.text

    def host(self) -> str:
        """Return the id of the only host."""
        (host,) = self.rows("hosts")
        return str(host["id"])

    def ended(self, operation: str, *, seconds: float = 30) -> dict[str, Any]:
        """Return the operation once it has ended in any way."""

        def look() -> dict[str, Any] | None:
            row: dict[str, Any] = self.get(f"operations/{operation}")
            return row if row["state"] in ENDED else None

        return wait_until(look, what=f"operation {operation} ended", seconds=seconds)

    def container(self, name: str, state: str, *, seconds: float = 20) -> dict[str, Any]:
        """Return the container of that name once the mirror shows it in *state*."""

        def look() -> dict[str, Any] | None:
            rows = self.rows("containers", name=name)
            return rows[0] if rows and rows[0]["state"] == state else None

        return wait_until(look, what=f"container {name} {state}", seconds=seconds)
