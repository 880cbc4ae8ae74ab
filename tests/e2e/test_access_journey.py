"""Asking somebody into one project, as both see it: in the browser, over real containers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import chromium, page_watched
from tests.support.instance import Api, Instance

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.kernel,
    pytest.mark.browser,
    pytest.mark.timeout(300),
]
PASSWORD = "a long enough password"


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def sign_in(page: Page, name: str) -> None:
    page.goto("/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation")).to_be_visible()


def make_project(page: Page) -> None:
    page.goto("/access/projects")
    page.get_by_role("button", name="New project").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Id").fill("shop")
    dialog.get_by_label("Name").fill("Shop")
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("table", name="Projects")).to_contain_text("Shop")


def invite(page: Page) -> str:
    page.goto("/access/invitations")
    page.get_by_role("button", name="New invitation").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("User name").fill("ada")
    dialog.get_by_label("Role").select_option("deployer")
    dialog.get_by_label("in", exact=True).select_option("shop")
    dialog.get_by_role("button", name="Invite").click()
    link = dialog.get_by_label("the link").first.inner_text()
    assert "token=" in link
    return link


def accept(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Become a user").click()
    expect(page.get_by_role("navigation")).to_be_visible()


def test_an_invited_deployer_works_in_her_project_and_sees_no_other(
    browser: Browser, instance: Instance, api: Api, busybox: str
) -> None:
    api.do(
        "containers",
        {
            "host": api.host(),
            "name": "secret",
            "image": busybox,
            "command": ["sleep", "600"],
            "start": True,
        },
    )
    instance.manage("admin", "create", "captain", typed=f"{PASSWORD}\n")
    with page_watched(browser, instance.url) as admin:
        sign_in(admin, "captain")
        make_project(admin)
        link = invite(admin)
    api.do("images/pull", {"host": api.host(), "reference": busybox, "project": "shop"})
    api.do(
        "containers",
        {
            "host": api.host(),
            "name": "hers",
            "image": busybox,
            "command": ["sleep", "600"],
            "project": "shop",
            "start": True,
        },
    )

    with page_watched(browser, instance.url) as ada:
        accept(ada, link)
        ada.goto("/containers")
        table = ada.get_by_role("table", name="Containers")
        expect(table).to_contain_text("hers")
        expect(table).not_to_contain_text("secret")
        navigation = ada.get_by_role("navigation")
        expect(navigation.get_by_role("link", name="Audit")).to_have_count(0)
        ada.get_by_role("link", name="hers", exact=True).click()
        ada.get_by_role("button", name="Stop", exact=True).click()
        expect(ada.get_by_text("exited").first).to_be_visible(timeout=30_000)

    with page_watched(browser, instance.url) as admin:
        sign_in(admin, "captain")
        admin.goto("/audit?actor=ada")
        trail = admin.get_by_role("table", name="Audit")
        expect(trail).to_contain_text("stop")
        expect(trail).to_contain_text("hers")
