"""What is open when somebody's access ends: pages, logs and downloads, behind real uvicorn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from accounts import services
from accounts.actor import program
from accounts.models import Binding, Role, Session, Team, Token, User
from accounts.permissions import BUILT_IN
from accounts.tokens import digest
from audit.models import AuditEntry
from config.keys import read_signing_key
from engine.logs.reader import LogEntry
from engine.logs.writer import Stream
from hosts.models import Host
from projects.models import Project
from realtime import live
from realtime.asgi import application
from realtime.threads import in_thread
from tests.support.rest import PlayedHost, actor_of, container_of, make_member, make_user
from tests.support.serving import serving
from tests.support.tunnels import CONTAINER_ID, CREDENTIAL, HOST_ID, FakeEngine, dialing
from tests.support.valkey import Valkey

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]

ROOT = program("test")
LINE = LogEntry(stream=Stream.STDOUT, time="2026-11-24T10:00:00.000000001Z", text="hello\n")
SECONDS = 2.0
"""Within which everything must be closed."""


@dataclass(frozen=True)
class Site:
    """A served platform where `ann` reads in the project by a token, a session, or both."""

    port: int
    token: str
    cookie: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def page(self, path: str = "/ws/events") -> connect:
        return connect(f"ws://127.0.0.1:{self.port}{path}", additional_headers=self.headers)

    def browser(self) -> connect:
        return connect(
            f"ws://127.0.0.1:{self.port}/ws/events",
            origin=f"http://127.0.0.1:{self.port}",  # type: ignore[arg-type]
            additional_headers={"Cookie": self.cookie},
        )


def prepare() -> tuple[str, str]:
    Project.objects.get_or_create(id="default", defaults={"name": "Default"})
    make_user("root")
    ann = User.objects.create(username="ann")
    Role.objects.create(name="reader", permissions=sorted(BUILT_IN["viewer"]))
    team = Team.objects.create(name="readers")
    team.members.add(ann)
    Binding.objects.create(role_id="reader", team=team, project_id="default")
    browser = Client()
    browser.force_login(ann)
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    row = Host.objects.create(
        pk=HOST_ID, name="local", public_key=b"k" * 32, credential_hash=digest(CREDENTIAL)
    )
    PlayedHost(row=row, private_key=b"").tell_container(container_of("web", key=CONTAINER_ID))
    return services.create_token(actor=actor_of(ann), name="ann's").secret, cookie


@asynccontextmanager
async def site(
    valkey: Valkey, engine: FakeEngine | None = None, *, interval: float = 60.0
) -> AsyncIterator[Site]:
    live.tunnels.cache_clear()
    live.fanout.cache_clear()
    live.watch()._interval = interval
    token, cookie = await in_thread(prepare)
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(serving(application(), lifespan="on"))
        await asyncio.wait_for(live.fanout().subscribed.wait(), 5)
        if engine is not None:
            key = read_signing_key(settings.BERTH.signing_key_file)
            url = f"http://127.0.0.1:{port}"
            await stack.enter_async_context(dialing(valkey, engine, url, key))
        yield Site(port, token, cookie)


async def closed(socket: ClientConnection) -> int:
    """Return the code that the socket is closed with, in time."""

    async def drain() -> None:
        while True:
            await socket.recv()

    with pytest.raises(ConnectionClosed) as caught:
        await asyncio.wait_for(drain(), SECONDS)
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code


def ann() -> User:
    return User.objects.get(username="ann")


def revoke_token() -> None:
    services.revoke_token(actor=ROOT, token_id=Token.objects.get(user__username="ann").pk)


def shut_out() -> None:
    services.update_user(actor=ROOT, user_id=ann().pk, is_active=False)


def remove_user() -> None:
    services.delete_user(actor=ROOT, user_id=ann().pk)


def take_binding() -> None:
    services.delete_binding(actor=ROOT, binding_id=Binding.objects.get(role_id="reader").pk)


def leave_team() -> None:
    services.remove_member(actor=ROOT, team="readers", username="ann")


def empty_role() -> None:
    services.update_role(actor=ROOT, name="reader", permissions=[])


ENDS = {
    revoke_token: 4401,
    shut_out: 4401,
    remove_user: 4401,
    take_binding: 4409,
    leave_team: 4409,
    empty_role: 4409,
}
"""By what the access ends, and what an open page is told: sign in, or open anew."""


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
async def test_page_is_closed_when_access_ends(redis: Valkey, end: Callable[[], None]) -> None:
    async with site(redis) as platform, platform.page() as page:
        await asyncio.sleep(0.1)
        await in_thread(end)
        assert await closed(page) == ENDS[end]


async def test_revoked_browser_loses_its_page_and_the_others_keep_theirs(redis: Valkey) -> None:
    async with site(redis) as platform, platform.browser() as theirs, platform.page() as other:
        await asyncio.sleep(0.1)
        session = await in_thread(lambda: Session.objects.get(user__username="ann"))
        await in_thread(lambda: services.revoke_session(actor=ROOT, session_id=session.pk))
        assert await closed(theirs) == 4401
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(other.recv(), 0.3)
        async with platform.browser() as again:
            assert await closed(again) == 4401


async def test_change_of_one_user_closes_nothing_of_another(redis: Valkey) -> None:
    async with site(redis) as platform, platform.page() as page:
        await asyncio.sleep(0.1)
        bob = await in_thread(lambda: make_member("bob"))
        await in_thread(lambda: services.update_user(actor=ROOT, user_id=bob.pk, is_active=False))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(page.recv(), 0.3)


async def test_token_that_expires_closes_its_page_though_nobody_tells(redis: Valkey) -> None:
    async with site(redis, interval=0.1) as platform, platform.page() as page:
        await asyncio.sleep(0.1)
        await in_thread(lambda: Token.objects.update(expires_at=timezone.now()))
        assert await closed(page) == 4401


@pytest.mark.parametrize(
    ("end", "code"), [(revoke_token, 4401), (take_binding, 4404), (empty_role, 4404)]
)
async def test_log_that_is_followed_stops_on_its_host_when_access_ends(
    redis: Valkey, end: Callable[[], None], code: int
) -> None:
    engine = FakeEngine([LINE])
    path = f"/ws/containers/{CONTAINER_ID}/logs?follow=1"
    async with site(redis, engine) as platform, platform.page(path) as log:
        assert "hello" in str(await log.recv())
        await in_thread(end)
        assert await closed(log) == code
        assert await asyncio.to_thread(engine.stopped.wait, SECONDS)


async def test_log_goes_on_for_whom_it_is_still_allowed(redis: Valkey) -> None:
    engine = FakeEngine([LINE])
    path = f"/ws/containers/{CONTAINER_ID}/logs?follow=1"
    async with site(redis, engine) as platform, platform.page(path) as log:
        assert "hello" in str(await log.recv())
        held = ["view:container", "logs:container"]
        await in_thread(lambda: services.update_role(actor=ROOT, name="reader", permissions=held))
        await asyncio.sleep(0.2)
        engine.entries.append(LINE)
        assert "hello" in str(await asyncio.wait_for(log.recv(), SECONDS))


@pytest.mark.parametrize("end", [revoke_token, take_binding])
async def test_download_breaks_off_and_stops_on_its_host_when_access_ends(
    redis: Valkey, end: Callable[[], None]
) -> None:
    engine = FakeEngine([LINE])
    async with site(redis, engine) as platform, httpx.AsyncClient() as client:
        address = f"http://127.0.0.1:{platform.port}/api/v1/containers/{CONTAINER_ID}/logs?follow=1"
        async with client.stream("GET", address, headers=platform.headers) as answer:
            pieces = answer.aiter_text()
            assert await anext(pieces) == "hello\n"
            await in_thread(end)
            with pytest.raises(httpx.RemoteProtocolError):
                await asyncio.wait_for(anext(pieces), SECONDS)
        assert await asyncio.to_thread(engine.stopped.wait, SECONDS)


async def test_export_of_any_length_is_streamed_through_the_edge(redis: Valkey) -> None:
    async with site(redis) as platform, httpx.AsyncClient() as client:
        secret = await in_thread(
            lambda: services.create_token(actor=ROOT, name="t", owner="root").secret
        )
        made = [AuditEntry(username="x", verb="start", kind="container") for _ in range(2500)]
        await in_thread(AuditEntry.objects.bulk_create, made)
        address = f"http://127.0.0.1:{platform.port}/api/v1/audit/export?actor=x"
        answer = await client.get(address, headers={"Authorization": f"Bearer {secret}"})
    assert "content-length" not in answer.headers
    assert len(answer.text.splitlines()) == 2500
