"""Each websocket in each role; the tunnel is for hosts alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from channels.routing import URLRouter
from django.conf import settings
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from accounts import services
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
from projects.models import Project
from realtime import live
from realtime.asgi import application
from realtime.routing import websockets
from realtime.threads import in_thread
from tests.support.rest import PlayedHost, actor_of, container_of, make_member
from tests.support.serving import serving
from tests.support.tunnels import CONTAINER_ID, CREDENTIAL, HOST_ID, FakeEngine, dialing
from tests.support.valkey import Valkey

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]

LINE = LogEntry(stream=Stream.STDOUT, time="2026-11-24T10:00:00.000000001Z", text="hello\n")
LOGS = f"/ws/containers/{CONTAINER_ID}/logs"
HEARD, NOT_HEARD = "heard", "not heard"
ROUTES = {
    r"^ws/events$": {
        "viewer": HEARD,
        "operator": HEARD,
        "deployer": HEARD,
        "project_admin": HEARD,
        "host_admin": HEARD,
        "auditor": HEARD,
        "admin": HEARD,
        "stranger": NOT_HEARD,
        "nobody": NOT_HEARD,
        "": 4401,
    },
    r"^ws/containers/(?P<container_id>[0-9a-f]{12,64})/logs$": {
        "viewer": HEARD,
        "operator": HEARD,
        "deployer": HEARD,
        "project_admin": HEARD,
        "host_admin": 4403,
        "auditor": 4403,
        "admin": HEARD,
        "stranger": 4404,
        "nobody": 4404,
        "": 4401,
    },
}
"""What each role meets: it hears of the project, hears nothing of it, or is closed with a code."""
EVENTS_ROUTE, LOGS_ROUTE = ROUTES


def prepare() -> dict[str, str]:
    """Return a token for each role; the empty one is of nobody."""
    row = Host.objects.create(
        pk=HOST_ID, name="local", public_key=b"k" * 32, credential_hash=digest(CREDENTIAL)
    )
    for project in ("default", "other"):
        Project.objects.get_or_create(id=project, defaults={"name": project})
    PlayedHost(row=row, private_key=b"").tell_container(container_of("web", key=CONTAINER_ID))
    inside = ("viewer", "operator", "deployer", "project_admin")
    people = {
        **{role: make_member(role, role) for role in inside},
        **{role: make_member(role, role, project=None) for role in ("auditor", "admin")},
        "host_admin": make_member("host_admin", "host_admin", project=None, host=row),
        "stranger": make_member("stranger", "project_admin", project="other"),
        "nobody": User.objects.create(username="nobody"),
    }
    tokens = {
        role: services.create_token(actor=actor_of(user), name="t").secret
        for role, user in people.items()
    }
    return {**tokens, "": ""}


@asynccontextmanager
async def site(valkey: Valkey) -> AsyncIterator[tuple[int, dict[str, str]]]:
    live.tunnels.cache_clear()
    live.fanout.cache_clear()
    tokens = await in_thread(prepare)
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(serving(application(), lifespan="on"))
        await asyncio.wait_for(live.fanout().subscribed.wait(), 5)
        key = read_signing_key(settings.BERTH.signing_key_file)
        url = f"http://127.0.0.1:{port}"
        await stack.enter_async_context(dialing(valkey, FakeEngine([LINE]), url, key))
        yield port, tokens


async def met(port: int, token: str, path: str) -> str | int:
    """Return what the bearer of *token* meets: HEARD, NOT_HEARD or the code of the close."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    origin: Any = f"http://127.0.0.1:{port}"
    address = f"ws://127.0.0.1:{port}{path}"
    async with connect(address, origin=origin, additional_headers=headers) as page:
        await asyncio.sleep(0.1)
        end = Change(
            kind="network", id="n", action="create", version=1, host=HOST_ID, project="default"
        )
        redis_client().publish(names.CHANGES, codec.encode(end))
        try:
            said = json.loads(await asyncio.wait_for(page.recv(), 1 if token else 5))
            if "error" not in said:
                return HEARD
            await asyncio.wait_for(page.recv(), 5)
        except TimeoutError:
            return NOT_HEARD
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 0
        return NOT_HEARD


def test_every_websocket_is_in_the_table() -> None:
    router = websockets(fanout=live.fanout(), tunnels=live.tunnels(), watch=live.watch())
    assert isinstance(router, URLRouter)
    assert {str(route.pattern) for route in router.routes} == set(ROUTES)


async def test_each_role_meets_what_the_table_says(redis: Valkey) -> None:
    async with site(redis) as (port, tokens):
        for route, path in ((EVENTS_ROUTE, "/ws/events"), (LOGS_ROUTE, LOGS)):
            found = {role: await met(port, token, path) for role, token in tokens.items()}
            assert found == ROUTES[route]


async def test_no_role_opens_a_tunnel_in_the_place_of_a_host(redis: Valkey) -> None:
    async with site(redis) as (port, tokens), httpx.AsyncClient() as client:
        for token in tokens.values():
            headers = {
                "Authorization": f"Bearer {token}" if token else "",
                "Connection": "Upgrade",
                "Upgrade": "tcp",
            }
            address = f"http://127.0.0.1:{port}/agent/1/session"
            answer = await client.post(address, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credential")
