"""The whole edge of a web worker: Django, websockets and tunnels behind real uvicorn."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.test import Client
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from accounts import services as accounts
from accounts.tokens import digest
from bus import names
from bus.journal import Change
from config.keys import read_signing_key
from config.redis import client as redis_client
from containers.models import Container
from engine.logs.reader import LogEntry
from engine.logs.writer import Stream
from engine.spec import codec
from hosts.models import Host
from realtime import live
from realtime.asgi import application
from realtime.threads import in_thread
from tests.support.rest import PASSWORD, PlayedHost, actor_of, container_of, make_member
from tests.support.serving import serving
from tests.support.tunnels import CONTAINER_ID, CREDENTIAL, HOST_ID, FakeEngine, dialing
from tests.support.valkey import Valkey

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]

TIME = "2026-11-24T10:00:00.000000001Z"
OUT = LogEntry(stream=Stream.STDOUT, time=TIME, text="hello\n")
ERR = LogEntry(stream=Stream.STDERR, time=TIME, text="\x1b[31mtrouble\n")


@dataclass(frozen=True)
class Site:
    """A served platform with one user, one host and one container."""

    port: int
    cookie: str
    token: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def socket(self, path: str, *, cookie: str | None = None, origin: str | None = None) -> connect:
        return connect(
            f"ws://127.0.0.1:{self.port}{path}",
            origin=self.url if origin is None else origin,  # type: ignore[arg-type]
            additional_headers={"Cookie": self.cookie if cookie is None else cookie},
        )


def prepare() -> tuple[str, str]:
    """Make the rows, and return a session cookie and a token."""
    user = make_member()
    browser = Client()
    browser.force_login(user)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    token = accounts.create_token(actor=actor_of(user), name="test").secret
    row = Host.objects.create(
        pk=HOST_ID, name="local", public_key=b"k" * 32, credential_hash=digest(CREDENTIAL)
    )
    played = PlayedHost(row=row, private_key=b"")
    from projects.models import Project

    Project.objects.get_or_create(id="default", defaults={"name": "Default"})
    played.tell_container(container_of("web", key=CONTAINER_ID))
    assert Container.objects.filter(pk=CONTAINER_ID).exists()
    return f"{settings.SESSION_COOKIE_NAME}={session}", token


@asynccontextmanager
async def site(valkey: Valkey, engine: FakeEngine | None = None) -> AsyncIterator[Site]:
    live.tunnels.cache_clear()
    live.fanout.cache_clear()
    cookie, token = await in_thread(prepare)
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(serving(application(), lifespan="on"))
        await asyncio.wait_for(live.fanout().subscribed.wait(), 5)
        if engine is not None:
            key = read_signing_key(settings.BERTH.signing_key_file)
            url = f"http://127.0.0.1:{port}"
            await stack.enter_async_context(dialing(valkey, engine, url, key))
        yield Site(port, cookie, token)


async def message(socket: ClientConnection) -> Any:
    return json.loads(await asyncio.wait_for(socket.recv(), 5))


async def closed(socket: ClientConnection) -> int:
    async def drain() -> None:
        while True:
            await asyncio.wait_for(socket.recv(), 5)

    with pytest.raises(ConnectionClosed) as caught:
        await drain()
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code


def publish(*changes: Change) -> None:
    for change in changes:
        redis_client().publish(names.CHANGES, codec.encode(change))


def change(number: int, **fields: Any) -> Change:
    facts = {"kind": "container", "project": "default", "object": {"id": "c"}, **fields}
    return Change(id=f"c{number}", action="start", version=number, **facts)


# --- /ws/events ---


async def test_a_page_hears_of_a_change_as_it_is_committed(redis: Valkey) -> None:
    async with site(redis) as platform, platform.socket("/ws/events") as socket:
        await asyncio.sleep(0.1)
        began = time.monotonic()
        publish(change(7))
        assert await message(socket) == {
            "kind": "container",
            "id": "c7",
            "action": "start",
            "version": 7,
            "host": "",
            "project": "default",
            "object": {"id": "c"},
        }
        assert time.monotonic() - began < 0.2


async def test_an_object_that_is_gone_is_null_and_other_projects_are_not_heard(
    redis: Valkey,
) -> None:
    async with site(redis) as platform, platform.socket("/ws/events") as socket:
        await asyncio.sleep(0.1)
        publish(change(1, project="other"), change(2, object={}))
        gone = await message(socket)
    assert (gone["id"], gone["object"]) == ("c2", None)


async def test_a_page_that_missed_changes_is_closed_with_the_code_to_read_anew(
    redis: Valkey,
) -> None:
    async with site(redis) as platform, platform.socket("/ws/events") as socket:
        await asyncio.sleep(0.1)
        for listener in live.fanout()._listeners:
            listener.miss()
        assert await closed(socket) == 4409


async def test_without_a_session_a_socket_says_so_and_closes(redis: Valkey) -> None:
    async with site(redis) as platform:
        for path in ("/ws/events", f"/ws/containers/{CONTAINER_ID}/logs"):
            async with platform.socket(path, cookie="") as socket:
                assert (await message(socket))["error"]["code"] == "sign_in_required"
                assert await closed(socket) == 4401


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
async def test_a_page_of_another_origin_is_refused_at_the_handshake(
    redis: Valkey, origin: str
) -> None:
    async with site(redis) as platform:
        with pytest.raises(InvalidStatus) as caught:
            async with platform.socket("/ws/events", origin=origin):
                pass
    assert caught.value.response.status_code == 403


async def test_a_script_opens_a_socket_with_its_token_and_no_origin(redis: Valkey) -> None:
    async with site(redis) as platform:
        address = f"ws://127.0.0.1:{platform.port}/ws/events"
        headers = {"Authorization": f"Bearer {platform.token}"}
        async with connect(address, additional_headers=headers) as socket:
            await asyncio.sleep(0.1)
            publish(change(1))
            assert (await message(socket))["id"] == "c1"
        headers = {"Authorization": "Bearer berth_wrong"}
        async with connect(address, additional_headers=headers) as socket:
            assert (await message(socket))["error"]["code"] == "invalid_token"
            assert await closed(socket) == 4401


# --- /ws/containers/<id>/logs ---

LOGS = f"/ws/containers/{CONTAINER_ID}/logs"


async def test_a_page_gets_lines_of_both_streams_and_the_end(redis: Valkey) -> None:
    async with site(redis, FakeEngine([OUT, ERR])) as platform, platform.socket(LOGS) as socket:
        lines = await message(socket)
        assert lines["lines"] == [
            {"time": TIME, "stream": "stdout", "text": "hello"},
            {"time": TIME, "stream": "stderr", "text": "\x1b[31mtrouble"},
        ]
        await socket.send(json.dumps({"ack": lines["size"]}))
        assert await message(socket) == {"end": True}
        assert await closed(socket) == 1000


async def test_a_page_that_acknowledges_nothing_stops_the_host_and_goes_on_when_it_does(
    redis: Valkey,
) -> None:
    entries = [LogEntry(stream=Stream.STDOUT, time=TIME, text="x" * 1000)] * 2000
    engine = FakeEngine(entries)
    async with site(redis, engine) as platform, platform.socket(LOGS) as socket:
        await asyncio.sleep(0.3)
        assert engine.yielded < 500
        received = 0
        while "lines" in (part := await message(socket)):
            received += len(part["lines"])
            await socket.send(json.dumps({"ack": part["size"]}))
    assert (received, part) == (2000, {"end": True})


async def test_a_followed_line_reaches_the_page_within_the_blink_of_an_eye(redis: Valkey) -> None:
    engine = FakeEngine([OUT])
    async with site(redis, engine) as platform, platform.socket(f"{LOGS}?follow=1") as socket:
        await message(socket)
        began = time.monotonic()
        engine.entries.append(ERR)
        assert (await message(socket))["lines"][0]["stream"] == "stderr"
        assert time.monotonic() - began < 0.3
    assert await asyncio.to_thread(engine.stopped.wait, 5)


@pytest.mark.parametrize("text", ["{", "[]", '{"ack": -1}', '{"ack": 999999}', '{"other": 1}'])
async def test_a_message_that_makes_no_sense_closes_the_socket(redis: Valkey, text: str) -> None:
    engine = FakeEngine([OUT])
    async with site(redis, engine) as platform, platform.socket(f"{LOGS}?follow=1") as socket:
        await message(socket)
        await socket.send(text)
        assert await closed(socket) == 4400


@pytest.mark.parametrize(
    ("path", "code", "close"),
    [
        (f"/ws/containers/{'d' * 64}/logs", "container_not_found", 4404),
        (f"{LOGS}?tail=many", "invalid_value", 4500),
        (f"{LOGS}?since=yesterday", "invalid_value", 4500),
        (f"{LOGS}?folow=1", "invalid_value", 4500),
        (LOGS, "agent_unavailable", 4500),
    ],
)
async def test_what_cannot_be_read_is_said_clearly(
    redis: Valkey, path: str, code: str, close: int
) -> None:
    async with site(redis) as platform, platform.socket(path) as socket:
        assert (await message(socket))["error"]["code"] == code
        assert await closed(socket) == close


async def test_an_error_of_ours_is_logged_and_closes_the_socket(
    redis: Valkey, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(**_arguments: Any) -> None:
        raise KeyError("what nobody expected")

    monkeypatch.setattr("realtime.consumers.log_subject", broken)
    async with site(redis) as platform, platform.socket(LOGS) as socket:
        assert await closed(socket) == 4500
    assert "KeyError: 'what nobody expected'" in capsys.readouterr().err


async def test_an_unknown_socket_is_refused_at_the_handshake(redis: Valkey) -> None:
    async with site(redis) as platform:
        with pytest.raises(InvalidStatus):
            async with platform.socket("/ws/other"):
                pass


# --- REST download, and Django behind the edge ---


async def test_a_log_is_downloaded_as_text_with_times_where_asked(redis: Valkey) -> None:
    async with site(redis, FakeEngine([OUT, ERR])) as platform, httpx.AsyncClient() as client:
        headers = {"Authorization": f"Bearer {platform.token}"}
        address = f"{platform.url}/api/v1/containers/{CONTAINER_ID}/logs"
        plain = await client.get(address, headers=headers)
        timed = await client.get(f"{address}?timestamps=1&tail=2", headers=headers)
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"
    assert plain.text == "hello\n\x1b[31mtrouble\n"
    assert timed.text == f"{TIME} hello\n{TIME} \x1b[31mtrouble\n"


async def test_a_client_that_leaves_a_download_stops_the_host(redis: Valkey) -> None:
    engine = FakeEngine([OUT])
    async with site(redis, engine) as platform, httpx.AsyncClient() as client:
        headers = {"Authorization": f"Bearer {platform.token}"}
        address = f"{platform.url}/api/v1/containers/{CONTAINER_ID}/logs?follow=1"
        async with client.stream("GET", address, headers=headers) as answer:
            assert await anext(answer.aiter_text()) == "hello\n"
        assert await asyncio.to_thread(engine.stopped.wait, 5)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"containers/{'d' * 64}/logs", 404, "container_not_found"),
        (f"containers/{CONTAINER_ID}/logs?tail=x", 400, "invalid_value"),
        (f"containers/{CONTAINER_ID}/logs", 503, "agent_unavailable"),
    ],
)
async def test_a_download_that_fails_before_its_first_byte_is_a_problem(
    redis: Valkey, path: str, status: int, code: str
) -> None:
    async with site(redis) as platform, httpx.AsyncClient() as client:
        headers = {"Authorization": f"Bearer {platform.token}"}
        answer = await client.get(f"{platform.url}/api/v1/{path}", headers=headers)
        anonymous = await client.get(f"{platform.url}/api/v1/{path}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert anonymous.status_code == 401


async def test_a_body_beyond_the_limit_is_refused_before_it_is_read(redis: Valkey) -> None:
    async with site(redis) as platform:
        reader, writer = await asyncio.open_connection("127.0.0.1", platform.port)
        writer.write(
            b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 10485761\r\n\r\n"
        )
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"body_too_large" in answer


async def test_a_chunked_body_beyond_the_limit_is_refused(redis: Valkey) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield b"x" * 1024 * 1024

    async with site(redis) as platform, httpx.AsyncClient() as client:
        answer = await client.post(f"{platform.url}/api/v1/session", content=pieces())
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_django_answers_through_the_edge(redis: Valkey) -> None:
    async with site(redis) as platform, httpx.AsyncClient() as client:
        answer = await client.post(
            f"{platform.url}/api/v1/session", json={"username": "member", "password": PASSWORD}
        )
        lists = await asyncio.gather(
            *(
                client.get(
                    f"{platform.url}/api/v1/containers",
                    headers={"Authorization": f"Bearer {platform.token}"},
                )
                for _ in range(20)
            )
        )
    assert answer.is_success
    assert settings.SESSION_COOKIE_NAME in answer.cookies
    assert {each.json()["count"] for each in lists} == {1}
