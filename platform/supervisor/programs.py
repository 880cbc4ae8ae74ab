"""The commands that run without Django, and so start at once and stay small."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence


def _up(arguments: Sequence[str]) -> int:
    from supervisor import up  # noqa: PLC0415

    return up.main(arguments)


def _supervise(arguments: Sequence[str]) -> int:
    from supervisor import supervise  # noqa: PLC0415

    return supervise.main(arguments)


def _down(arguments: Sequence[str]) -> int:
    from supervisor import down  # noqa: PLC0415

    return down.main(arguments)


def _doctor(arguments: Sequence[str]) -> int:
    from supervisor import doctor  # noqa: PLC0415

    return doctor.main(arguments)


def _web(arguments: Sequence[str]) -> int:
    from supervisor import web  # noqa: PLC0415

    return web.main(arguments)


def _front(arguments: Sequence[str]) -> int:
    from front import main  # noqa: PLC0415
    from supervisor import privileges  # noqa: PLC0415

    return main.main(arguments, give_up_rights=privileges.become_web)


def _certificate(arguments: Sequence[str]) -> int:
    from supervisor import certificate  # noqa: PLC0415

    return certificate.main(arguments)


def _join(arguments: Sequence[str]) -> int:
    from supervisor import join  # noqa: PLC0415

    return join.main(arguments)


def _as_web(arguments: Sequence[str]) -> int:
    from supervisor import as_web  # noqa: PLC0415

    return as_web.main(arguments)


def _agent(_arguments: Sequence[str]) -> int:
    from agent import main  # noqa: PLC0415

    return main.run()


def _worker(arguments: Sequence[str]) -> int:
    import argparse  # noqa: PLC0415

    from agent import worker  # noqa: PLC0415
    from bus.names import Queue  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="manage.py worker", description="Run this host's tasks.")
    parser.add_argument("pool", type=Queue, choices=list(Queue))
    return worker.run(parser.parse_args(arguments).pool)


PROGRAMS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "up": _up,
    "supervise": _supervise,
    "down": _down,
    "doctor": _doctor,
    "web": _web,
    "front": _front,
    "certificate": _certificate,
    "join": _join,
    "as-web": _as_web,
    "agent": _agent,
    "worker": _worker,
}
