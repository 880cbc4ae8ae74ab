"""Debian's PostgreSQL as a cluster of the test's own, on a unix socket in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

USER = "postgres"
DATABASE = "berth"


@dataclass(frozen=True)
class Cluster:
    """A running cluster with one empty database."""

    folder: Path
    programs: Path

    @property
    def url(self) -> str:
        """As BERTH_DATABASE_URL takes it."""
        return f"postgresql://{USER}@/{DATABASE}?host={self.folder}"

    def ask(self, question: str) -> list[str]:
        """Return the rows that an SQL *question* has, one line each."""
        found = subprocess.run(
            [self.programs / "psql", "-AtqX", "-h", self.folder, "-U", USER, DATABASE],
            input=question,
            capture_output=True,
            text=True,
            check=True,
        )
        return found.stdout.splitlines()


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Run a cluster that is gone afterwards; it runs as the package's user, as it refuses root."""
    (programs,) = Path("/usr/lib/postgresql").glob("*/bin")
    account = pwd.getpwnam(USER)
    folder = Path(tempfile.mkdtemp(prefix="bpg", dir="/tmp"))
    os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o755)  # the socket is for the user of the web side too
    cluster = Cluster(folder, programs)

    def run(*command: str | Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )

    data = folder / "data"
    made = run(programs / "initdb", "--no-sync", "--auth=trust", "-D", data).wait(60)
    if made != 0:
        raise RuntimeError(f"initdb exited {made}")
    options = ("-c", "listen_addresses=", "-c", "fsync=off", "-k", folder)
    server = run(programs / "postgres", "-D", data, *options)
    try:
        _await(cluster, server)
        subprocess.run(
            [programs / "createdb", "-h", folder, "-U", USER, DATABASE], check=True, timeout=30
        )
        yield cluster
    finally:
        server.send_signal(signal.SIGINT)  # fast shut-down: whoever is connected is let go
        server.wait(30)
        shutil.rmtree(folder)


def _await(cluster: Cluster, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while subprocess.run(
        [cluster.programs / "pg_isready", "-q", "-h", cluster.folder], check=False
    ).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start (exit code {server.poll()})")
        time.sleep(0.05)
