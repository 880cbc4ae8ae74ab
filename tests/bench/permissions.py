"""What judging rights adds to a list: a page of 100 containers, asked for with 50 bindings."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.bench.figures import Figure

BINDINGS = 50
CONTAINERS = 1000

Ask = Callable[[], int]


def measure(rounds: int) -> list[Figure]:
    """Measure in this process, over a database of its own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django

    django.setup()
    ask = _prepare()
    filtered, open_to_all = [], []
    for number in range(rounds + 5):
        mine = _spent(ask)
        with _unfiltered():
            theirs = _spent(ask)
        if number >= 5:
            filtered.append(mine)
            open_to_all.append(theirs)
    added = statistics.median(filtered) - statistics.median(open_to_all)
    return [
        Figure(
            name=f"page of 100 containers: what {BINDINGS} bindings add, CPU",
            ours=added * 1000,
            peer=None,
            peer_name="",
            unit="ms",
            target=2,
        ),
        Figure(
            name="page of 100 of 1,000 containers, permission filter included, CPU",
            ours=statistics.median(filtered) * 1000,
            peer=None,
            peer_name="",
            unit="ms",
            target=20,
        ),
    ]


def _prepare() -> Ask:
    from django.core.management import call_command

    from accounts import services
    from accounts.models import Binding, Team, User
    from containers.models import Container
    from hosts.models import Host
    from projects.models import Project
    from tests.support.rest import Rest

    call_command("migrate", verbosity=0)
    host = Host.objects.create(name="alpha", public_key=b"k" * 32, credential_hash="c")
    user = User.objects.create(username="ann")
    team = Team.objects.create(name="readers")
    team.members.add(user)
    projects = [Project(id=f"p-{number}", name="p") for number in range(2 * BINDINGS)]
    Project.objects.bulk_create(projects)
    for number, project in enumerate(projects[:BINDINGS]):
        owner = {"user": user} if number % 2 else {"team": team}
        Binding.objects.create(role_id="deployer", project=project, **owner)
    Container.objects.bulk_create(
        Container(
            id=f"{number:064x}",
            host=host,
            project=projects[number % BINDINGS],
            name=f"web-{number}",
            image="busybox:1",
            image_id="sha256:0",
            state="running",
            created_at="2026-01-01T00:00:00Z",
            version=number,
            spec={"name": "web", "env": ["A=1", "B=2"], "labels": {"a": "b"}},
        )
        for number in range(CONTAINERS)
    )
    actor = services.actor_of(user=user)
    rest = Rest(services.create_token(actor=actor, name="bench").secret)
    return lambda: len(rest.get("containers").rows)


@contextmanager
def _unfiltered() -> Iterator[None]:
    """Let everyone see everything, without asking what they may see."""
    from accounts import selectors
    from accounts.grants import EVERYTHING

    judged = selectors.grants_of
    selectors.grants_of = lambda user, token=None: EVERYTHING
    try:
        yield
    finally:
        selectors.grants_of = judged


def _spent(ask: Ask) -> float:
    begun = time.process_time()
    assert ask() == 100
    return time.process_time() - begun
