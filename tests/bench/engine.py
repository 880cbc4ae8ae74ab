"""The bare engine: starts, memory, logs and layers, beside runc and Docker."""

from __future__ import annotations

import dataclasses
import gc
import io
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.engine import Engine
from engine.runtime.client import Launcher, Start
from engine.spec.configuration import EngineConfiguration, IdPool
from engine.spec.container import ContainerSpec, LogOptions, PortBinding
from tests.bench.docker import Docker
from tests.bench.figures import Clock, Figure, in_turns
from tests.bench.runc import Runc
from tests.support.images import TestImage as Image
from tests.support.images import (
    busybox_image,
    busybox_layer,
    directory,
    file,
    layer_of,
    minbase_image,
)

SHIMS = 40
LOG_BYTES = 64 * 1024 * 1024
LOG_TIMES = 4
PORTS = {"80/tcp": [{"HostPort": "0"}]}
SLEEP = ("sleep", "1000")
BUSYBOX = "busybox:1"
PRINTER = "printer:1"
MINBASE = "minbase:12"


@contextmanager
def engine() -> Iterator[Engine]:
    """Yield an engine with a home of its own, taken off the machine afterwards."""
    home = Path(tempfile.mkdtemp(prefix="b", dir="/var/tmp"))
    made = Engine(
        EngineConfiguration(
            home=home,
            subnet_pool=("10.90.0.0/16",),
            id_pool=IdPool(first=1_979_711_488, size=8_388_608),
        )
    )
    try:
        yield made
    finally:
        made.shut_down()
        shutil.rmtree(home)


def printer_image() -> Image:
    """Return an image with a file of log lines to print."""
    line = b"2026-01-01T00:00:00Z INFO a line as long as those that programs print to their logs\n"
    lines = line * (LOG_BYTES // len(line))
    return Image(
        (busybox_layer(), layer_of(directory("var"), file("var/lines", lines))),
        {"Env": ["PATH=/bin"]},
    )


def starts(ours: Engine, docker: Docker, runc: Runc, rounds: int) -> list[Figure]:
    """Measure from the launcher's request to the running program, and the whole verbs."""
    clocked = clock_of_launcher(ours)

    def launch(clock: Clock, network: str, ports: tuple[PortBinding, ...]) -> None:
        container = ours.create(spec(network=network, ports=ports))
        ours.start(container.id)
        clock.seconds = clocked.seconds
        ours.remove(container.id, force=True)

    def whole(clock: Clock) -> None:
        with clock.running():
            container = ours.create(spec(ports=(PortBinding(container_port=80),)))
            ours.start(container.id)
        ours.remove(container.id, force=True)

    def runc_run(clock: Clock) -> None:
        with clock.running():
            runc.run()

    def docker_start(clock: Clock, **host_config: object) -> None:
        with clock.running():
            container = docker.create(BUSYBOX, list(SLEEP), **host_config)
            docker.start(container)
        docker.remove(container)

    published = (PortBinding(container_port=80),)
    bare, run, bare_docker = in_turns(
        rounds,
        lambda clock: launch(clock, "none", ()),
        runc_run,
        lambda clock: docker_start(clock, NetworkMode="none"),
    )
    bridged, verbs, bridged_docker = in_turns(
        rounds,
        lambda clock: launch(clock, "bridge", published),
        whole,
        lambda clock: docker_start(clock, PortBindings=PORTS),
    )
    milliseconds = 1000.0
    return [
        Figure(
            name="launcher to execve, no network",
            ours=bare * milliseconds,
            peer=run * milliseconds,
            peer_name="runc run true",
            unit="ms",
            target=7.5,
        ),
        Figure(
            name="launcher to execve, no network (API)",
            ours=bare * milliseconds,
            peer=bare_docker * milliseconds,
            peer_name="Docker API create + start",
            unit="ms",
            target=7.5,
        ),
        Figure(
            name="launcher to execve, bridge and port",
            ours=bridged * milliseconds,
            peer=bridged_docker * milliseconds,
            peer_name="Docker API create + start",
            unit="ms",
            target=8.5,
        ),
        Figure(
            name="Engine.create + start, durable, bridge and port",
            ours=verbs * milliseconds,
            peer=bridged_docker * milliseconds,
            peer_name="Docker API create + start",
            unit="ms",
            target=15,
        ),
    ]


class ClockedLauncher(Launcher):
    """A launcher that keeps how long its last start took, from the request to the answer."""

    seconds = 0.0

    @contextmanager
    def starting(self, container_id: str, ports: list[int]) -> Iterator[Start]:
        """Time the whole block: it ends when the program runs."""
        begun = time.perf_counter()
        with super().starting(container_id, ports) as start:
            yield start
        self.seconds = time.perf_counter() - begun


def clock_of_launcher(ours: Engine) -> ClockedLauncher:
    """Put a clock around the engine's launcher; the bench may know its insides."""
    clocked = ClockedLauncher(ours._host.configuration)
    ours._host = dataclasses.replace(ours._host, launcher=clocked)
    ours.ensure_launcher()
    return clocked


def spec(
    name: str = "bench",
    image: str = BUSYBOX,
    command: tuple[str, ...] = SLEEP,
    network: str = "bridge",
    ports: tuple[PortBinding, ...] = (),
    log: LogOptions | None = None,
) -> ContainerSpec:
    """Return what both engines are asked for."""
    return ContainerSpec(
        name=name,
        image=image,
        command=command,
        network=network,
        ports=ports,
        log=log or LogOptions(),
    )


def memory(ours: Engine, docker: Docker) -> list[Figure]:
    """Measure what one more running container costs, at 40 of them."""
    mine = [ours.create(spec(name=f"idle{number}", network="none")) for number in range(SHIMS)]
    theirs = [
        docker.create(BUSYBOX, list(SLEEP), NetworkMode="none", LogConfig={"Type": "json-file"})
        for _ in range(SHIMS)
    ]
    for container in mine:
        ours.start(container.id)
    for identity in theirs:
        docker.start(identity)
    time.sleep(2)
    shims = {parent_of(ours.container(container.id).pid) for container in mine}
    peers = {
        parent_of(docker.call("GET", f"/containers/{identity}/json")["State"]["Pid"])
        for identity in theirs
    }
    figure = Figure(
        name=f"memory of a shim (PSS), {SHIMS} containers",
        ours=sum(map(pss, shims)) / SHIMS / 1e6,
        peer=sum(map(pss, peers)) / SHIMS / 1e6,
        peer_name="containerd-shim",
        unit="MB",
        target=1.4,
    )
    for container in mine:
        ours.remove(container.id, force=True)
    for identity in theirs:
        docker.remove(identity)
    return [figure]


def logs(ours: Engine, docker: Docker, rounds: int) -> list[Figure]:
    """Measure how fast a container's output is kept."""
    archive = printer_image().docker_save(PRINTER)
    ours.load(io.BytesIO(archive))
    docker.load(archive)
    command = ("cat", *(["/var/lines"] * LOG_TIMES))
    options = LogOptions(max_size=2**31, max_files=1)

    def mine(clock: Clock) -> None:
        container = ours.create(spec(image=PRINTER, command=command, network="none", log=options))
        with clock.running():
            ours.start(container.id)
            ours.wait(container.id)
        ours.remove(container.id)

    def theirs(clock: Clock) -> None:
        container = docker.create(PRINTER, list(command), NetworkMode="none")
        with clock.running():
            docker.start(container)
            docker.wait(container)
        docker.remove(container)

    mine_seconds, their_seconds = in_turns(rounds, mine, theirs)
    megabytes = LOG_BYTES * LOG_TIMES / 1e6
    return [
        Figure(
            name="log write",
            ours=megabytes / mine_seconds,
            peer=megabytes / their_seconds,
            peer_name="Docker, json-file",
            unit="MB/s",
            target=150,
            more_is_better=True,
        )
    ]


def layers(ours: Engine, docker: Docker, rounds: int) -> list[Figure]:
    """Measure verified unpacking of one gzip layer of a whole Debian, MB of the unpacked tar."""
    image = minbase_image()
    archive = image.docker_save(MINBASE)
    megabytes = len(image.layers[0].plain) / 1e6

    def mine(clock: Clock) -> None:
        stream = io.BytesIO(archive)
        with clock.running():
            ours.load(stream)
        ours.remove_image(MINBASE, force=True)

    def theirs(clock: Clock) -> None:
        with clock.running():
            docker.load(archive)
        docker.call("DELETE", f"/images/{MINBASE}?force=1")

    mine_seconds, their_seconds = in_turns(rounds, mine, theirs)
    return [
        Figure(
            name="layer unpack, minbase gzip, verified",
            ours=megabytes / mine_seconds,
            peer=megabytes / their_seconds,
            peer_name="docker load",
            unit="MB/s",
            target=220,
            more_is_better=True,
        )
    ]


def parent_of(pid: int) -> int:
    """Return the parent's pid."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def pss(pid: int) -> int:
    """Return the proportional set size in bytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"no Pss for {pid}")


def measure(docker: Docker, runc: Runc, rounds: int, wanted: Callable[[str], bool]) -> list[Figure]:
    """Measure what *wanted* says of: starts, memory, logs, layers."""
    figures: list[Figure] = []
    few = max(3, rounds // 10)
    with engine() as ours:
        archive = busybox_image().docker_save(BUSYBOX)
        ours.load(io.BytesIO(archive))
        docker.load(archive)
        if wanted("starts"):
            figures += starts(ours, docker, runc, rounds)
        if wanted("memory"):
            figures += memory(ours, docker)
        if wanted("logs"):
            figures += logs(ours, docker, few)
        if wanted("layers"):
            gc.collect()
            figures += layers(ours, docker, few)
    return figures
