"""Debian's Chromium, driven by the Playwright wheel."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-breakpad",
    "--no-first-run",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a headless browser; no event loop is left running in this thread afterwards."""
    program = shutil.which("chromium")
    assert program is not None, "chromium is not installed; make test installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_watched(browser: Browser, url: str) -> Iterator[Page]:
    """Yield a page at *url*; afterwards fail for anything its console called an error."""
    context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.extend(_problems_in(message)))
    try:
        yield page
        if problems:
            raise AssertionError("the browser's console has:\n" + "\n".join(problems))
    finally:
        context.close()


def _problems_in(message: ConsoleMessage) -> list[str]:
    # What is removed while a page shows it is asked for once more, and is not found.
    url = message.location["url"]
    is_gone = "status of 404" in message.text and "/api/v1/" in url
    # The pages before sign-in ask who is signed in: nobody.
    is_nobody = "status of 401" in message.text and url.endswith(("/session", "/users/me"))
    # A browser on the host itself sees each container's link come and go; it asks again.
    has_changed = "ERR_NETWORK_CHANGED" in message.text
    expected = is_gone or is_nobody or has_changed
    return [f"{message.text} {url}"] if message.type == "error" and not expected else []
