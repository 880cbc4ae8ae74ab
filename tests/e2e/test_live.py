"""What an open page sees of a real container: its end within 300 ms, its log as it is written."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import statistics
import time
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.support.instance import Api, Instance
from tests.support.kernel import processes_of

pytestmark = [pytest.mark.e2e, pytest.mark.kernel, pytest.mark.timeout(300)]

SPEAKING = "while :; do echo tick; echo tock >&2; sleep 0.1; done"
SEEN_WITHIN = 0.3


def speaking(api: Api, image: str, name: str) -> dict[str, Any]:
    made: dict[str, Any] = api.do(
        "containers",
        {
            "host": api.host(),
            "name": name,
            "image": image,
            "command": ["sh", "-c", SPEAKING],
            "start": True,
        },
    )
    return made


def page(instance: Instance, token: str, path: str) -> connect:
    address = instance.url.replace("http", "ws", 1) + path
    return connect(address, additional_headers={"Authorization": f"Bearer {token}"})


async def told(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return message


async def await_exit(socket: ClientConnection, container: str) -> None:
    while True:
        change = await told(socket)
        if change["id"] == container and (change["object"] or {}).get("state") == "exited":
            return


async def test_a_killed_program_is_seen_by_a_page_within_300_ms(
    instance: Instance, api: Api, token: str, busybox: str
) -> None:
    made = await asyncio.to_thread(speaking, api, busybox, "killed")
    waited = []
    async with page(instance, token, "/ws/events") as socket:
        for _ in range(3):
            await asyncio.sleep(0.3)
            began = time.monotonic()
            os.kill(min(processes_of(made["id"])), signal.SIGKILL)
            await await_exit(socket, made["id"])
            waited.append(time.monotonic() - began)
            await asyncio.to_thread(api.do, f"containers/{made['id']}/start")
    assert statistics.median(waited) <= SEEN_WITHIN


async def test_a_log_is_followed_live_and_ends_with_its_container(
    instance: Instance, api: Api, token: str, busybox: str
) -> None:
    made = await asyncio.to_thread(speaking, api, busybox, "speaking")
    streams = set()
    async with page(instance, token, f"/ws/containers/{made['id']}/logs?follow=1") as socket:
        for _ in range(5):
            part = await told(socket)
            streams |= {(line["stream"], line["text"]) for line in part["lines"]}
            await socket.send(json.dumps({"ack": part["size"]}))
        await asyncio.to_thread(api.do, f"containers/{made['id']}/kill")
        while "end" not in (part := await told(socket)):
            await socket.send(json.dumps({"ack": part["size"]}))
    assert streams == {("stdout", "tick"), ("stderr", "tock")}


async def test_an_exit_while_the_agent_was_dead_is_seen_once_it_is_back(
    instance: Instance, api: Api, token: str, busybox: str
) -> None:
    made = await asyncio.to_thread(speaking, api, busybox, "unseen")
    async with page(instance, token, "/ws/events") as socket:
        await asyncio.sleep(0.3)
        instance.kill("manage.py agent")
        os.kill(min(processes_of(made["id"])), signal.SIGKILL)
        await await_exit(socket, made["id"])
