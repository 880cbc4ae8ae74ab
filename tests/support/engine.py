"""A bare engine with a busybox image, in a home of its own; nothing of it is left afterwards."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.engine import Engine
from engine.logs.reader import LogQuery
from engine.logs.writer import Stream
from engine.spec.configuration import EngineConfiguration
from engine.spec.container import Container, ContainerSpec
from engine.storage.overlay import OverlayWay
from tests.support import images

IMAGE = "busybox:latest"


@contextmanager
def engine_with_busybox(
    *, subnet_pool: str = "10.95.0.0/16", overlay: OverlayWay | None = None
) -> Iterator[Engine]:
    """Yield an engine that can run busybox; its containers are killed at the end."""
    home = Path(tempfile.mkdtemp(prefix="b", dir="/tmp"))
    engine = Engine(EngineConfiguration(home=home, subnet_pool=(subnet_pool,)), overlay=overlay)
    try:
        engine.load(io.BytesIO(images.busybox_image().docker_save(IMAGE)))
        yield engine
    finally:
        for container in engine.containers():
            engine.remove(container.id, force=True)
        engine.shut_down()
        shutil.rmtree(home)


def spec(name: str, *command: str, **fields: object) -> ContainerSpec:
    """Return the specification of a busybox container without a network unless *fields* say so."""
    return ContainerSpec(
        name=name,
        image=IMAGE,
        command=command,
        **{"network": "none", "stop_timeout": 1, **fields},  # type: ignore[arg-type]
    )


def run(engine: Engine, name: str, *command: str, **fields: object) -> Container:
    """Create, start and wait; return the ended container."""
    container = engine.create(spec(name, *command, **fields))
    engine.start(container.id)
    return engine.wait(container.id, 20)


def output(engine: Engine, reference: str, stream: Stream = Stream.STDOUT) -> str:
    """Return what the container printed on one stream."""
    query = LogQuery(streams=frozenset({stream}))
    return "".join(entry.text for entry in engine.logs(reference, query))
