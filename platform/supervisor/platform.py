"""The platform of one machine from its start to its end, in the foreground."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from config.env import Environment
from engine.errors import EngineError
from supervisor import plan
from supervisor.child import Child, Program, Say, relay, spawn

READY_SECONDS = 90.0
_POLL_SECONDS = 0.1


class StartFailed(EngineError):
    code = "platform_start_failed"
    template = "the platform did not start: {reason}"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What `/readyz` says."""

    ready: bool
    missing: tuple[str, ...]


class Platform:
    """Starts everything in order, keeps it alive, ends it in order.

    `joined`: this machine is a host already; `link`: a setup link is wanted where nobody used one.
    """

    def __init__(self, environment: Environment, say: Say, *, joined: bool, link: bool) -> None:
        self._environment = environment
        self._say = say
        self._joined = joined
        self._link = link
        self._variables = child_variables(environment)
        self._children: dict[str, Child] = {}
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Return after INT or TERM, with all children ended; containers go on."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._ended.set)
        starting = asyncio.create_task(self._start())
        ending = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                await ending
        finally:
            starting.cancel()
            ending.cancel()
            await self._stop()

    async def _start(self) -> None:
        begun = time.monotonic()
        if self._environment.embeds_redis:
            self._say("up", "starting Valkey")
            self._keep(plan.valkey(self._environment))
            await self._await_valkey()
        if self._joined:  # the host side needs no database: it starts meanwhile
            self._say("up", "starting agent and workers")
            self._keep(*plan.host_side())
        self._say("up", "preparing the database")
        link = await self._prepare()
        self._say("up", "starting web and ingest")
        self._keep(*plan.web_side(), *(() if self._joined else plan.host_side()))
        await self._await_ready()
        self._say(
            "up", f"ready in {time.monotonic() - begun:.1f} s: {self._environment.public_url}"
        )
        if link:
            self._say("up", f"first administrator, by this link once: {link}")

    def _keep(self, *programs: Program) -> None:
        for program in programs:
            child = Child(program, self._variables, self._say)
            child.start()
            self._children[program.name] = child

    async def _await_valkey(self) -> None:
        """Return once it has read its file and serves."""
        path = self._environment.redis_url.removeprefix("unix://")
        deadline = time.monotonic() + READY_SECONDS
        while not await _answers_ping(path):
            if time.monotonic() > deadline:
                raise StartFailed(reason=f"Valkey does not answer within {READY_SECONDS:.0f} s")
            await asyncio.sleep(_POLL_SECONDS)

    async def _prepare(self) -> str:
        """Run the one-shot step; return the setup link, empty where there is an administrator."""
        process = await spawn(plan.prepare(link=self._link), self._variables)
        lines: list[str] = []
        try:
            await relay(process, "prepare", lambda _, line: lines.append(line))
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
        links = [line for line in lines if line.startswith(self._environment.public_url)]
        for line in lines:
            if line not in links:
                self._say("prepare", line)
        if code != 0:
            raise StartFailed(reason=f"preparing the database ended with {code}")
        return links[0] if links else ""

    async def _await_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        told: tuple[str, ...] = ()
        while time.monotonic() < deadline:
            readiness = await asyncio.to_thread(ask_ready, self._environment)
            if readiness.ready:
                return
            if readiness.missing != told and time.monotonic() > deadline - READY_SECONDS + 5:
                told = readiness.missing
                self._say("up", f"waiting for {'; '.join(told)}")
            await asyncio.sleep(_POLL_SECONDS)
        raise StartFailed(reason=f"after {READY_SECONDS:.0f} s: {'; '.join(told) or 'no answer'}")

    async def _stop(self) -> None:
        self._say("up", "ending; containers go on")
        for group in plan.STOP_ORDER:
            ending = [self._children[name].stop() for name in group if name in self._children]
            await asyncio.gather(*ending)


async def _answers_ping(path: str) -> bool:
    try:
        reader, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return False
    try:
        writer.write(b"PING\r\n")
        async with asyncio.timeout(1):
            return await reader.readline() == b"+PONG\r\n"
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()


def ask_ready(environment: Environment) -> Readiness:
    """Ask the web process of this machine whether all works."""
    url = f"{environment.local_url}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  (our own address)
            body = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            try:
                body = json.load(error)
            except ValueError:
                return Readiness(ready=False, missing=(f"web: HTTP {error.code}",))
    except (OSError, ValueError) as error:
        return Readiness(ready=False, missing=(f"web: {error}",))
    return Readiness(ready=bool(body.get("ready")), missing=tuple(body.get("missing", ())))


def child_variables(environment: Environment) -> Mapping[str, str]:
    """Return the children's environment: ours, settled, so that all read the same home."""
    return {
        **os.environ,
        "BERTH_HOME": str(environment.home),
        "BERTH_LISTEN": str(environment.listen),
        "PYTHONUNBUFFERED": "1",
    }
