"""The one page that the browser part starts from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client


@pytest.fixture
def page() -> Iterator[Path]:
    path = Path(settings.STATIC_ROOT) / "index.html"
    path.write_text("<!doctype html><title>Berth</title>")
    yield path
    path.unlink()


def test_every_route_of_the_console_is_its_page_and_runs_no_script_but_its_own(page: Path) -> None:
    for route in ("/", "/containers", "/containers/abc/logs"):
        answer = Client().get(route)
        assert b"".join(answer).decode() == page.read_text()
        policy = dict(
            part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == "'self'"
        assert "script-src" not in policy
        assert policy["frame-ancestors"] == "'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "no-cache"


def test_a_console_that_is_not_built_says_how_to_build_it() -> None:
    answer = Client().get("/")
    assert answer.status_code == 503
    assert "make up" in answer.content.decode()
