"""Commands of the bare engine: thin words over Engine's methods."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from engine.engine import Engine
from engine.errors import EngineError
from engine.logs.reader import LogEntry, LogQuery
from engine.logs.writer import Stream
from engine.spec.configuration import EngineConfiguration, IdPool
from engine.spec.container import (
    ContainerSpec,
    ContainerState,
    PortBinding,
    Protocol,
    Resources,
    UserNamespaceMode,
)
from engine.storage.overlay import OverlayWay

_FAILED = 125
_UNITS = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


def main(arguments: list[str]) -> int:
    """Run one command; return its exit status, 125 for an error of the engine's own."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(_engine(options), options)
    except EngineError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        return {"command_not_found": 127, "command_not_executable": 126}.get(error.code, _FAILED)
    return status


def _engine(options: argparse.Namespace) -> Engine:
    configuration = EngineConfiguration(
        home=Path(options.home),
        subnet_pool=(options.subnet_pool,),
        id_pool=IdPool(first=options.first_id),
    )
    return Engine(configuration, space=options.space, overlay=options.overlay)


def _load(engine: Engine, options: argparse.Namespace) -> int:
    with Path(options.archive).open("rb") as archive:
        for image in engine.load(archive):
            _print(*image.tags)
    return 0


def _pull(engine: Engine, options: argparse.Namespace) -> int:
    _print(engine.pull(options.image).id)
    return 0


def _images(engine: Engine, _options: argparse.Namespace) -> int:
    for image in engine.images():
        _print(image.id[7:19], str(image.size), *image.tags)
    return 0


def _create(engine: Engine, options: argparse.Namespace) -> int:
    _print(engine.create(_spec(options)).id)
    return 0


def _run(engine: Engine, options: argparse.Namespace) -> int:
    container = engine.create(_spec(options))
    try:
        engine.start(container.id)
    except EngineError:
        engine.remove(container.id)
        raise
    if options.detach:
        _print(container.id)
        return 0
    for entry in engine.follow_logs(container.id, LogQuery(), _sleep):
        _write(entry)
    ended = engine.wait(container.id)
    if options.rm:
        engine.remove(container.id)
    return _FAILED if ended.exit_code is None else ended.exit_code


def _start(engine: Engine, options: argparse.Namespace) -> int:
    _print(engine.start(options.container).id)
    return 0


def _stop(engine: Engine, options: argparse.Namespace) -> int:
    _print(engine.stop(options.container, options.time).id)
    return 0


def _kill(engine: Engine, options: argparse.Namespace) -> int:
    _print(engine.kill(options.container, options.signal).id)
    return 0


def _remove(engine: Engine, options: argparse.Namespace) -> int:
    engine.remove(options.container, force=options.force)
    return 0


def _wait(engine: Engine, options: argparse.Namespace) -> int:
    _print(str(engine.wait(options.container).exit_code))
    return 0


def _ps(engine: Engine, _options: argparse.Namespace) -> int:
    for item in engine.containers():
        state = item.state.value
        if item.state is ContainerState.EXITED:
            state = f"exited({item.exit_code})"
        _print(item.id[:12], item.spec.name, item.spec.image, state)
    return 0


def _logs(engine: Engine, options: argparse.Namespace) -> int:
    query = LogQuery(tail=options.tail)
    entries = (
        engine.follow_logs(options.container, query, _sleep)
        if options.follow
        else engine.logs(options.container, query)
    )
    for entry in entries:
        _write(entry)
    return 0


def _shut_down(engine: Engine, _options: argparse.Namespace) -> int:
    engine.shut_down()
    return 0


def _spec(options: argparse.Namespace) -> ContainerSpec:
    return ContainerSpec(
        name=options.name,
        image=options.image,
        command=tuple(options.command) or None,
        env=tuple(options.env),
        user=options.user,
        working_dir=options.workdir,
        hostname=options.hostname,
        tty=options.tty,
        network=options.network,
        ports=tuple(_port(text) for text in options.publish),
        resources=Resources(memory=options.memory, cpus=options.cpus, pids=options.pids_limit),
        privileged=options.privileged,
        readonly_rootfs=options.read_only,
        userns=UserNamespaceMode(options.userns),
    )


def _port(text: str) -> PortBinding:
    """Read `[[address:]host_port:]container_port[/protocol]`."""
    places, _, protocol = text.partition("/")
    *host, container_port = places.rsplit(":", 2)
    return PortBinding(
        container_port=int(container_port),
        host_port=int(host[-1] or 0) if host else 0,
        host_address=host[0] if len(host) == 2 else "0.0.0.0",  # noqa: S104
        protocol=Protocol(protocol or "tcp"),
    )


def _bytes(text: str) -> int:
    unit = text[-1:].lower()
    return int(text[:-1]) * _UNITS[unit] if unit in _UNITS else int(text)


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return False


def _print(*words: str) -> None:
    sys.stdout.write("\t".join(words) + "\n")


def _write(entry: LogEntry) -> None:
    target = sys.stderr if entry.stream is Stream.STDERR else sys.stdout
    target.write(entry.text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description=__doc__)
    parser.add_argument("--home", default="/var/lib/berth")
    parser.add_argument("--space", default="default")
    parser.add_argument("--subnet-pool", default="10.83.0.0/16")
    parser.add_argument("--first-id", type=int, default=IdPool().first)
    parser.add_argument("--overlay", type=OverlayWay, choices=list(OverlayWay))
    commands = parser.add_subparsers(required=True)
    _add(commands, "load", _load, "archive")
    _add(commands, "pull", _pull, "image")
    _add(commands, "images", _images)
    _add(commands, "ps", _ps)
    _add(commands, "start", _start, "container")
    _add(commands, "wait", _wait, "container")
    _add(commands, "shut-down", _shut_down)
    _add(commands, "stop", _stop, "container").add_argument("--time", type=float)
    _add(commands, "kill", _kill, "container").add_argument("--signal", default="KILL")
    _add(commands, "rm", _remove, "container").add_argument("--force", action="store_true")
    logs = _add(commands, "logs", _logs, "container")
    logs.add_argument("--follow", action="store_true")
    logs.add_argument("--tail", type=int)
    _add_run_options(_add(commands, "create", _create))
    run = _add(commands, "run", _run)
    run.add_argument("--detach", "-d", action="store_true")
    run.add_argument("--rm", action="store_true")
    _add_run_options(run)
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: object,
    *positionals: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name)
    command.set_defaults(run=run)
    for positional in positionals:
        command.add_argument(positional)
    return command


def _add_run_options(command: argparse.ArgumentParser) -> None:
    for name in ("--name", "--user", "--workdir", "--hostname"):
        command.add_argument(name, default="")
    command.add_argument("--env", "-e", action="append", default=[])
    command.add_argument("--publish", "-p", action="append", default=[])
    command.add_argument("--network", default="bridge")
    command.add_argument("--memory", "-m", type=_bytes)
    command.add_argument("--cpus", type=float)
    command.add_argument("--pids-limit", type=int)
    command.add_argument(
        "--userns", default="auto", choices=[mode.value for mode in UserNamespaceMode]
    )
    for name in ("--tty", "--privileged", "--read-only"):
        command.add_argument(name, action="store_true")
    command.add_argument("image")
    command.add_argument("command", nargs=argparse.REMAINDER)
