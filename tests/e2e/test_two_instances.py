"""Two Berths on one machine share nothing but the kernel."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.instance import Instance, free_port
from tests.support.kernel import links_of, processes_of, ruleset, traces_of
from tests.support.registry import Registry
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.kernel, pytest.mark.timeout(300)]


@pytest.fixture
def other() -> Iterator[Instance]:
    berth = Instance(number=2)
    try:
        berth.up()
        yield berth
    finally:
        berth.remove()


def run(berth: Instance, registry: Registry, port: int, word: str) -> str:
    """Start a container named `same` that answers *word* on *port*; return its id."""
    with berth.api(berth.token(username=word)) as api:
        reference = f"{registry.name}/busybox:1"
        api.do("images/pull", {"host": api.host(), "reference": reference})
        serve = f"mkdir /www; echo {word} >/www/index.html; exec httpd -f -p 80 -h /www"
        made = api.do(
            "containers",
            {
                "host": api.host(),
                "name": "same",
                "image": reference,
                "command": ["sh", "-c", serve],
                "ports": [{"container_port": 80, "host_port": port}],
                "start": True,
            },
        )
        return str(made["id"])


def says(port: int, word: str) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/", timeout=2).text == f"{word}\n"
    except httpx.TransportError:
        return False


def test_taking_one_off_the_machine_leaves_the_other_as_it_was(
    instance: Instance, other: Instance, registry: Registry
) -> None:
    first_port, second_port = free_port(), free_port()
    first = run(instance, registry, first_port, "first")
    second = run(other, registry, second_port, "second")
    wait_until(lambda: says(first_port, "first"), what="the first answers")
    wait_until(lambda: says(second_port, "second"), what="the second answers")
    assert links_of(instance).isdisjoint(links_of(other))

    other.down(everything=True)

    kept = str(other.home)
    assert [trace for trace in traces_of(other, second) if not trace.startswith(kept)] == []
    assert (links_of(other), ruleset(other), processes_of(second)) == (set(), "", set())
    assert processes_of(first)
    assert says(first_port, "first")
