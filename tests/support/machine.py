"""What a test session could leave behind on the machine, looked at before and after it."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

CGROUP_ROOT = Path("/sys/fs/cgroup")
NAMESPACES = "/run/netns"
OURS = (str(Path(__file__).parents[2]), "docker-registry", "chromium", "linux.uml")


@dataclass(frozen=True, slots=True)
class Machine:
    """Names of all that a test session could have made, by kind."""

    mounts: frozenset[str]
    links: frozenset[str]
    nftables: frozenset[str]
    cgroups: frozenset[str]
    processes: frozenset[str]
    folders: frozenset[str]

    @classmethod
    def look(cls) -> Machine:
        """Return the machine as it is now."""
        return cls(
            mounts=frozenset(_mounts()),
            links=frozenset(_names("/sys/class/net")),
            nftables=frozenset(_tables()),
            cgroups=frozenset(_cgroups()),
            processes=frozenset(_programs()),
            folders=frozenset(_folders()),
        )

    def added_to(self, before: Machine) -> list[str]:
        """Return what is here and was not in *before*, each as `kind: name`."""
        return [
            f"{field.name}: {name}"
            for field in fields(self)
            for name in sorted(getattr(self, field.name) - getattr(before, field.name))
        ]


def left_since(before: Machine, *, patience: float = 5.0) -> list[str]:
    """Return what came since *before* and is still there after *patience* seconds."""
    deadline = time.monotonic() + patience
    while left := Machine.look().added_to(before):
        if time.monotonic() > deadline:
            return left
        time.sleep(0.1)
    return []


def _mounts() -> Iterator[str]:
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        yield f"{before.split()[4]} ({after.split()[0]})"


def _names(folder: str) -> list[str]:
    try:
        return [entry.name for entry in Path(folder).iterdir()]
    except FileNotFoundError:
        return []


def _tables() -> list[str]:
    listing = subprocess.run(["nft", "list", "tables"], capture_output=True, text=True, check=False)
    return listing.stdout.splitlines()


def _cgroups() -> Iterator[str]:
    for folder, children, _ in os.walk(CGROUP_ROOT):
        for name in children:
            if name.startswith("berth-"):
                yield f"{folder}/{name}"


def _folders() -> Iterator[str]:
    yield from (f"{NAMESPACES}/{name}" for name in _names(NAMESPACES))
    for home in Path(tempfile.gettempdir()).glob("b*"):
        if (home / "engine").exists() or (home / "run").exists():
            yield str(home)


def _programs() -> Iterator[str]:
    """Yield what runs from this checkout, what a test starts by name, and what containers run."""
    for name in _names("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            state = Path("/proc", name, "stat").read_text().rpartition(")")[2].split()[0]
            command = Path("/proc", name, "cmdline").read_bytes().replace(bytes(1), b" ").decode()
            groups = Path("/proc", name, "cgroup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        is_ours = "/berth-" in groups or any(words in command for words in OURS)
        if is_ours and state != "Z":
            yield f"{name} {command[:150]}"
