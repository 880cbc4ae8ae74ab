"""The main path as a person walks it: in the browser, from the setup link to the last trace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import chromium, page_watched
from tests.support.images import TestImage, busybox_layer, file, layer_of
from tests.support.instance import Instance, free_port
from tests.support.kernel import limit_of, processes_of, ruleset, traces_of
from tests.support.registry import Registry

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.kernel,
    pytest.mark.browser,
    pytest.mark.timeout(300),
]

SCREENSHOTS = Path(__file__).parents[2] / "out" / "screenshots"
PASSWORD = "correct horse battery"
SERVE = rb"""#!/bin/sh
mkdir -p /www
echo "$1" >/www/index.html
trap 'exit 3' TERM
httpd -p 80 -h /www
n=0
while :; do
  n=$((n + 1))
  echo "line $n"
  printf '\033[31mproblem\033[0m %s\n' $n >&2
  sleep 0.5
done
"""


@pytest.fixture
def fresh() -> Iterator[tuple[Instance, str]]:
    """A Berth nobody has set up yet, and its setup link."""
    berth = Instance(number=4)
    try:
        link = berth.setup_link(berth.up())
        yield berth, link
    finally:
        berth.remove()


@pytest.fixture
def reference(registry: Registry) -> str:
    """The image of the journey: busybox and a program that serves, prints and ends by TERM."""
    layers = (busybox_layer(), layer_of(file("bin/serve", SERVE, mode=0o755)))
    TestImage(layers, {"Env": ["PATH=/bin"]}).push(registry.client, "team/web", "1")
    return f"{registry.name}/team/web:1"


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def shoot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def go(page: Page, place: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=place).first.click()


def become_administrator(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("User name").fill("captain")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    shoot(page, "setup")
    page.get_by_role("button", name="Create administrator").click()
    expect(page.get_by_role("navigation")).to_be_visible()


def pull(page: Page, reference: str) -> None:
    go(page, "Images")
    page.get_by_role("button", name="Pull an image").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reference").fill(reference)
    dialog.get_by_role("button", name="Pull", exact=True).click()
    progress = dialog.get_by_role("group", name="Pull progress")
    expect(progress.get_by_text("succeeded")).to_be_visible(timeout=30_000)
    expect(progress.get_by_role("progressbar", name="Layer done")).to_have_count(2)
    shoot(page, "pulled")
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("table", name="Images")).to_contain_text("team/web")


def create(page: Page, reference: str, port: int) -> None:
    go(page, "Containers")
    page.get_by_role("link", name="New container").or_(
        page.get_by_role("link", name=re.compile("create", re.I))
    ).first.click()
    page.get_by_role("combobox", name="Image").fill(reference)
    page.get_by_role("textbox", name="Name", exact=True).fill("web")
    page.get_by_role("textbox", name="Command").fill("serve 'hello from inside'")
    page.get_by_role("button", name="Publish a port").click()
    page.get_by_role("textbox", name="Host port 1").fill(str(port))
    page.get_by_role("textbox", name="Container port 1").fill("80")
    page.get_by_role("textbox", name="Memory").fill("64 MiB")
    page.get_by_role("textbox", name="Processes").fill("50")
    shoot(page, "create")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", name="web")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name="Stop")).to_be_enabled(timeout=20_000)


def watch_log(page: Page) -> None:
    page.get_by_role("tab", name="logs").click()
    log = page.get_by_role("log", name="Log lines")
    expect(log).to_contain_text("line 1")
    seen = re.findall(r"line (\d+)", log.inner_text())
    expect(log).to_contain_text(f"line {int(seen[-1]) + 3}", timeout=10_000)
    problem = log.get_by_text("problem", exact=True).last
    expect(problem).to_be_visible()
    plain = log.get_by_text(re.compile(r"^line \d+$")).last
    assert color_of(problem) != color_of(plain)
    shoot(page, "logs")


def color_of(element: object) -> str:
    return str(element.evaluate("e => getComputedStyle(e).color"))  # type: ignore[attr-defined]


def look_into_kernel(berth: Instance, container: str, port: int) -> None:
    assert answer_of(port) == "hello from inside\n"
    assert limit_of(container, "memory.max", "memory.limit_in_bytes") == str(64 * 1024 * 1024)
    assert limit_of(container, "pids.max") == "50"
    assert str(port) in ruleset(berth)


def answer_of(port: int) -> str:
    return httpx.get(f"http://127.0.0.1:{port}/").text


def remove(page: Page) -> None:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Remove…").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()


def look_at_operations(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^operations?", re.IGNORECASE)).click()
    tray = page.get_by_role("dialog", name="Operations")
    expect(tray.get_by_role("listitem").first).to_be_visible()
    expect(tray).not_to_contain_text("failed")
    shoot(page, "operations")


def test_person_runs_a_container_from_setup_to_removal(
    fresh: tuple[Instance, str], browser: Browser, reference: str
) -> None:
    berth, link = fresh
    port = free_port()
    with page_watched(browser, berth.url) as page:
        become_administrator(page, link)
        shoot(page, "overview")
        pull(page, reference)
        create(page, reference, port)

        found = re.search(r"/containers/([0-9a-f]{64})", page.url)
        assert found is not None
        container = found.group(1)
        look_into_kernel(berth, container, port)
        shoot(page, "container")
        watch_log(page)

        watcher = page.context.new_page()
        watcher.goto("/containers")
        row = watcher.get_by_role("row").filter(has_text="web")
        expect(row).to_contain_text("running")

        page.get_by_role("button", name="Stop").click()
        expect(row).to_contain_text("exited", timeout=15_000)
        shoot(watcher, "containers")
        page.get_by_role("tab", name="overview").click()
        expect(page.get_by_text("Exit code 3").first).to_be_visible()
        assert processes_of(container) == set()
        assert str(port) not in ruleset(berth)

        page.get_by_role("button", name="Start").click()
        expect(row).to_contain_text("running", timeout=15_000)
        assert answer_of(port) == "hello from inside\n"

        page.get_by_role("button", name="Stop").click()
        expect(row).to_contain_text("exited", timeout=15_000)
        remove(page)
        expect(row).to_have_count(0, timeout=15_000)
        assert traces_of(berth, container) == []
        look_at_operations(page)
