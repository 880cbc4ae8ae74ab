"""The whole platform: one REST request to a running container, and what it costs when idle."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.docker import Docker
from tests.bench.engine import BUSYBOX, PORTS, SLEEP, pss
from tests.bench.figures import Clock, Figure, in_turns
from tests.support.images import busybox_image
from tests.support.instance import Api, Instance
from tests.support.registry import running_registry

IDLE_SECONDS = 30


def requests(api: Api, docker: Docker, rounds: int) -> list[Figure]:
    """Measure create and start by one request, until it is answered as running."""
    docker.load(busybox_image().docker_save(BUSYBOX))
    with running_registry() as registry:
        busybox_image().push(registry.client, "busybox", "1")
        image = f"{registry.name}/busybox:1"
        api.do("images/pull", {"host": api.host(), "reference": image})
    body = {
        "host": api.host(),
        "name": "bench",
        "image": image,
        "command": list(SLEEP),
        "ports": [{"container_port": 80}],
        "start": True,
    }

    def mine(clock: Clock) -> None:
        with clock.running():
            container = api.do("containers", body)
        assert container["state"] == "running"
        api.delete(f"containers/{container['id']}?force=true")

    def theirs(clock: Clock) -> None:
        with clock.running():
            container = docker.create(BUSYBOX, list(SLEEP), PortBindings=PORTS)
            docker.start(container)
        docker.remove(container)

    mine_seconds, their_seconds = in_turns(rounds, mine, theirs)
    return [
        Figure(
            name="REST create + start to running, bridge and port",
            ours=mine_seconds * 1000,
            peer=their_seconds * 1000,
            peer_name="Docker API create + start",
            unit="ms",
            target=40,
        )
    ]


def idle(berth: Instance) -> list[Figure]:
    """Measure memory and processor time of the whole platform with nothing to do."""
    time.sleep(5)
    pids = berth.all_processes()
    before = {pid: ticks(pid) for pid in pids}
    time.sleep(IDLE_SECONDS)
    spent = sum(ticks(pid) - before[pid] for pid in pids) / os.sysconf("SC_CLK_TCK")
    return [
        Figure(
            name=f"idle platform, memory (PSS of {len(pids)} processes)",
            ours=sum(map(pss, pids)) / 1e6,
            peer=None,
            peer_name="",
            unit="MB",
            target=450,
        ),
        Figure(
            name="idle platform, share of a core",
            ours=spent / IDLE_SECONDS * 100,
            peer=None,
            peer_name="",
            unit="%",
            target=3,
        ),
    ]


def ticks(pid: int) -> int:
    """Return user and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def measure(docker: Docker, rounds: int, wanted: Callable[[str], bool]) -> list[Figure]:
    """Measure what *wanted* says of: idle, rest."""
    berth = Instance(number=3)
    try:
        berth.up()
        figures = idle(berth) if wanted("idle") else []
        if wanted("rest"):
            with berth.api(berth.token()) as api:
                figures += requests(api, docker, rounds)
    finally:
        berth.remove()
    return figures
