"""A private Docker in a network namespace of its own, driven over one API connection."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support.netns import NetworkNamespace
from tests.support.waiting import wait_until


class Docker:
    """The Engine API of the private daemon."""

    def __init__(self, client: httpx.Client, pid: int) -> None:
        self._client = client
        self.pid = pid

    def call(self, method: str, path: str, **options: Any) -> Any:
        """Make one request; return its JSON, None where the answer has no body."""
        answer = self._client.request(method, path, **options)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.json() if answer.content and is_json else None

    def load(self, archive: bytes) -> None:
        """Take in a `docker save` archive."""
        answer = self._client.post("/images/load?quiet=1", content=archive)
        assert answer.is_success, answer.text
        assert "errorDetail" not in answer.text, answer.text

    def create(self, image: str, command: list[str], **host_config: Any) -> str:
        """Create a container and return its id."""
        ports = host_config.get("PortBindings", {})
        body = {
            "Image": image,
            "Cmd": command,
            "ExposedPorts": {port: {} for port in ports},
            "HostConfig": host_config,
        }
        return str(self.call("POST", "/containers/create", json=body)["Id"])

    def start(self, container: str) -> None:
        """Start it; returns when its program runs."""
        self.call("POST", f"/containers/{container}/start")

    def wait(self, container: str) -> None:
        """Return when it has ended."""
        self.call("POST", f"/containers/{container}/wait")

    def remove(self, container: str) -> None:
        """Kill and remove it."""
        self.call("DELETE", f"/containers/{container}?force=1")


@contextmanager
def private_docker() -> Iterator[Docker]:
    """Yield a daemon that shares neither bridge, rules nor data with another on the machine."""
    folder = Path(tempfile.mkdtemp(prefix="docker-bench", dir="/var/tmp"))
    namespace = NetworkNamespace.new()
    namespace.run("ip", "link", "set", "lo", "up")
    command = [
        *("dockerd", "--data-root", str(folder / "data"), "--exec-root", str(folder / "run")),
        *("--pidfile", str(folder / "pid"), "--host", f"unix://{folder}/sock"),
        *("--storage-driver", "overlay2", "--log-level", "error"),
    ]
    with (folder / "log").open("wb") as log:
        process = namespace.call(
            lambda: subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        )
        try:
            transport = httpx.HTTPTransport(uds=str(folder / "sock"))
            base = "http://docker/v1.41"
            with httpx.Client(transport=transport, base_url=base, timeout=120) as client:
                wait_until(lambda: _answers(client), what="dockerd answers", seconds=60)
                yield Docker(client, process.pid)
        finally:
            process.terminate()
            process.wait(30)
            namespace.close()
            _unmount_under(folder)
            shutil.rmtree(folder)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/_ping").status_code == 200
    except httpx.TransportError:
        return False


def _unmount_under(folder: Path) -> None:
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for point in sorted((p for p in points if p.startswith(os.fspath(folder))), reverse=True):
        subprocess.run(["umount", "--lazy", point], check=True)
