"""Two projects on one host as open pages see them: each its own events and logs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect

from accounts import services as accounts
from accounts.models import User
from accounts.tokens import digest
from bus import names
from bus.journal import Change
from config.keys import read_signing_key
from config.redis import client as redis_client
from engine.logs.reader import LogEntry
from engine.logs.writer import Stream
from engine.spec import codec
from hosts.models import Host
from projects.masking import MASK
from projects.models import Project
from realtime import live
from realtime.asgi import application
from realtime.threads import in_thread
from tests.support.rest import PlayedHost, actor_of, container_of, make_host, make_member
from tests.support.serving import serving
from tests.support.tenants import make_tenant
from tests.support.tunnels import CONTAINER_ID, CREDENTIAL, HOST_ID, FakeEngine, dialing
from tests.support.valkey import Valkey

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]

LINE = LogEntry(stream=Stream.STDOUT, time="2026-11-24T10:00:00.000000001Z", text="ours\n")
THEIRS = "d" * 64


@dataclass(frozen=True)
class Site:
    """A served platform; its host has a container in each of the projects `default` and `blue`."""

    port: int
    host: PlayedHost

    async def socket(self, path: str, user: User) -> connect:
        secret = await in_thread(token_of, user)
        return connect(
            f"ws://127.0.0.1:{self.port}{path}",
            additional_headers={"Authorization": f"Bearer {secret}"},
        )


def token_of(user: User) -> str:
    return accounts.create_token(actor=actor_of(user), name="test").secret


def prepare() -> PlayedHost:
    row = Host.objects.create(
        pk=HOST_ID, name="local", public_key=b"k" * 32, credential_hash=digest(CREDENTIAL)
    )
    host = PlayedHost(row=row, private_key=b"")
    for project, key in (("default", CONTAINER_ID), ("blue", THEIRS)):
        Project.objects.get_or_create(id=project, defaults={"name": project})
        host.tell_container(container_of("web", key=key, space=project))
    return host


@asynccontextmanager
async def site(valkey: Valkey, engine: FakeEngine | None = None) -> AsyncIterator[Site]:
    live.tunnels.cache_clear()
    live.fanout.cache_clear()
    host = await in_thread(prepare)
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(serving(application(), lifespan="on"))
        await asyncio.wait_for(live.fanout().subscribed.wait(), 5)
        if engine is not None:
            key = read_signing_key(settings.BERTH.signing_key_file)
            url = f"http://127.0.0.1:{port}"
            await stack.enter_async_context(dialing(valkey, engine, url, key))
        yield Site(port, host)


async def member(name: str, role: str, **place: Any) -> User:
    return await in_thread(make_member, name, role, **place)


async def message(socket: ClientConnection) -> Any:
    return json.loads(await asyncio.wait_for(socket.recv(), 5))


async def heard(socket: ClientConnection) -> list[Any]:
    """Return all that has been sent until a change that everyone in `default` sees."""
    messages = []
    end = Change(kind="network", id="end", action="create", version=1, project="default")
    redis_client().publish(names.CHANGES, codec.encode(end))
    while (said := await message(socket))["id"] != "end":
        messages.append(said)
    return messages


async def test_page_hears_of_its_own_project_alone_whatever_happens_in_the_other(
    redis: Valkey,
) -> None:
    async with site(redis) as platform:
        ours = await member("ours", "project_admin", project="default")
        async with await platform.socket("/ws/events", ours) as socket:
            await asyncio.sleep(0.1)
            await in_thread(make_tenant, "green", platform.host)
            await in_thread(platform.host.tell_container, container_of("web", space="blue"))
            await in_thread(platform.host.tell_container, container_of("new", space="default"))
            messages = await heard(socket)
    assert [(said["kind"], said["project"]) for said in messages] == [("container", "default")]
    assert messages[0]["object"]["name"] == "new"


async def test_values_are_masked_for_each_page_by_its_own_rights(redis: Valkey) -> None:
    async with site(redis) as platform, AsyncExitStack() as stack:
        pages = {}
        for role in ("viewer", "deployer"):
            user = await member(role, role, project="default")
            socket = await platform.socket("/ws/events", user)
            pages[role] = await stack.enter_async_context(socket)
        await asyncio.sleep(0.1)
        made = container_of("new", space="default")
        await in_thread(platform.host.tell_container, made)
        done = Change(
            kind="operation",
            id="o",
            action="succeeded",
            version=2,
            host=HOST_ID,
            project="default",
            object={"state": "succeeded", "result": codec.to_plain(made)},
        )
        redis_client().publish(names.CHANGES, codec.encode(done))
        for role, env in (("viewer", [f"A={MASK}"]), ("deployer", ["A=1"])):
            container, operation = await heard(pages[role])
            assert container["object"]["spec"]["env"] == env
            assert operation["object"]["result"]["spec"]["env"] == env


async def test_page_hears_of_the_hosts_that_its_projects_may_use_alone(redis: Valkey) -> None:
    def confine() -> str:
        beta = make_host("beta")
        Project.objects.filter(pk="default").update(policy={"hosts": [beta.id]})
        return beta.id

    async with site(redis) as platform:
        beta = await in_thread(confine)
        ours = await member("ours", "viewer", project="default")
        async with await platform.socket("/ws/events", ours) as socket:
            await asyncio.sleep(0.1)
            for key in (HOST_ID, beta):
                online = Change(kind="host", id=key, action="online", version=1, host=key)
                redis_client().publish(names.CHANGES, codec.encode(online))
            messages = await heard(socket)
    assert [said["id"] for said in messages] == [beta]


async def test_admin_of_a_host_hears_of_all_on_it_and_reads_no_values(redis: Valkey) -> None:
    async with site(redis) as platform:
        keeper = await member("keeper", "host_admin", project=None, host=platform.host.row)
        async with await platform.socket("/ws/events", keeper) as socket:
            await asyncio.sleep(0.1)
            for space in ("default", "blue"):
                made = container_of("new", space=space)
                await in_thread(platform.host.tell_container, made)
            messages = [await message(socket), await message(socket)]
    assert [said["project"] for said in messages] == ["default", "blue"]
    assert all(said["object"]["spec"]["env"] == [f"A={MASK}"] for said in messages)


async def test_log_of_another_project_is_as_one_that_never_was(redis: Valkey) -> None:
    async with site(redis, FakeEngine([LINE])) as platform:
        ours = await member("ours", "project_admin", project="default")
        answers = []
        for key in (THEIRS, "e" * 64):
            async with await platform.socket(f"/ws/containers/{key}/logs", ours) as socket:
                answers.append(json.dumps(await message(socket)).replace(key, "…"))
                with pytest.raises(Exception, match="4404"):
                    await message(socket)
        assert answers[0] == answers[1]
        own = f"/ws/containers/{CONTAINER_ID}/logs"
        async with await platform.socket(own, ours) as socket:
            assert (await message(socket))["lines"][0]["text"] == "ours"


async def test_host_is_asked_for_a_log_in_the_space_of_its_project(redis: Valkey) -> None:
    async with site(redis, FakeEngine([LINE])) as platform:
        theirs = await member("theirs", "project_admin", project="blue")
        async with await platform.socket(f"/ws/containers/{THEIRS}/logs", theirs) as socket:
            assert (await message(socket))["error"]["code"] == "container_not_found"
