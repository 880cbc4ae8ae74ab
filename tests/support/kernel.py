"""What the kernel has of one container, looked at without any code of the product."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.support.instance import Instance


def cgroups_of(container_id: str) -> list[Path]:
    """Return the container's cgroup folders in every hierarchy."""
    return [
        Path(folder, container_id)
        for folder, children, _ in os.walk("/sys/fs/cgroup")
        if container_id in children
    ]


def processes_of(container_id: str) -> set[int]:
    """Return the pids in the container's cgroups."""
    pids: set[int] = set()
    for group in cgroups_of(container_id):
        pids.update(int(pid) for pid in (group / "cgroup.procs").read_text().split())
    return pids


def limit_of(container_id: str, *names: str) -> str:
    """Return the first of the cgroup files *names* that the container has: v1 and v2 differ."""
    for group in cgroups_of(container_id):
        for name in names:
            if (group / name).exists():
                return (group / name).read_text().strip()
    raise AssertionError(f"no {names} in {cgroups_of(container_id)}")


def ruleset(instance: Instance) -> str:
    """Return the instance's nftables tables as JSON text; empty when there is none."""
    listing = subprocess.run(
        ["nft", "-j", "list", "ruleset"], capture_output=True, text=True, check=True
    )
    name = f"berth_{instance.mark}"
    found: list[dict[str, Any]] = [
        entry
        for entry in json.loads(listing.stdout)["nftables"]
        for item in entry.values()
        if name in {item.get("table"), item.get("name")}
    ]
    return json.dumps(found) if found else ""


def links_of(instance: Instance) -> set[str]:
    """Return the host's links that carry the instance's mark."""
    prefixes = (f"br{instance.mark}", f"v{instance.mark[:6]}")
    return {
        link.name for link in Path("/sys/class/net").iterdir() if link.name.startswith(prefixes)
    }


def traces_of(instance: Instance, container_id: str, *, patience: float = 3.0) -> list[str]:
    """Return all that is left of the container on the machine after *patience* seconds at most.

    The kernel takes a network namespace apart, and its link with it, some time after its last
    process is gone.
    """
    deadline = time.monotonic() + patience
    while (left := _traces_of(instance, container_id)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def _traces_of(instance: Instance, container_id: str) -> list[str]:
    short = container_id[:8]
    mounts = [
        line for line in Path("/proc/self/mountinfo").read_text().splitlines() if short in line
    ]
    links = [link for link in links_of(instance) if link.endswith(short)]
    files = [
        f"{folder}/{name}"
        for folder, folders, names in os.walk(instance.home)
        for name in (*folders, *names)
        if container_id[:16] in name
    ]
    groups = [str(group) for group in cgroups_of(container_id)]
    return [*mounts, *links, *files, *groups]
