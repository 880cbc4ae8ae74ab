"""The platform of one machine from its start to its end, in the foreground."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from config.env import Environment
from engine.errors import EngineError
from supervisor import plan
from supervisor.child import Child, Program, Say, relay, spawn

READY_SECONDS = 90.0
CERTIFICATE_SECONDS = 3600.0
_POLL_SECONDS = 0.1
_ANSWER_SECONDS = 5.0


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
        self._certificate_due = asyncio.Event()

    async def run(self) -> None:
        """Return after INT or TERM, with all children ended; containers go on."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._ended.set)
        loop.add_signal_handler(signal.SIGUSR1, self._certificate_due.set)
        starting = asyncio.create_task(self._start())
        watching = asyncio.create_task(self._watch_certificate())
        ending = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                await ending
        finally:
            starting.cancel()
            ending.cancel()
            watching.cancel()
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
        self._keep(*plan.web_side(self._environment), *(() if self._joined else plan.host_side()))
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
        code, lines = await self._run_once(plan.prepare(link=self._link))
        links = [line for line in lines if line.startswith(self._environment.public_url)]
        for line in lines:
            if line not in links:
                self._say("prepare", line)
        if code != 0:
            raise StartFailed(reason=f"preparing the database ended with {code}")
        return links[0] if links else ""

    async def _run_once(self, program: Program) -> tuple[int, list[str]]:
        """Return the program's exit code and what it printed."""
        process = await spawn(program, self._variables)
        lines: list[str] = []
        try:
            await relay(process, program.name, lambda _, line: lines.append(line))
            return await process.wait(), lines
        finally:
            if process.returncode is None:
                process.kill()

    async def _watch_certificate(self) -> None:
        """Serve a renewed certificate; looks at it every hour, and at once after USR1."""
        if not self._environment.has_tls:
            return
        served = _stamps(self._environment)
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(CERTIFICATE_SECONDS):
                    await self._certificate_due.wait()
            self._certificate_due.clear()
            code, lines = await self._run_once(plan.certificate())
            for line in lines:
                self._say("certificate", line)
            found = _stamps(self._environment)
            if code == 0 and found != served and "front" in self._children:
                served = found
                self._say("up", "the certificate has changed; the front starts anew")
                await self._children["front"].stop()
                self._keep(plan.front())

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


def _stamps(environment: Environment) -> list[int]:
    """Return what is different once certificate or key has been written anew."""
    paths = [path for path in (environment.tls_cert, environment.tls_key) if path is not None]
    return [path.stat().st_mtime_ns if path.exists() else 0 for path in paths]


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
    connection = http.client.HTTPConnection("localhost", timeout=_ANSWER_SECONDS)
    try:
        with socket.socket(socket.AF_UNIX) as connection.sock:
            connection.sock.settimeout(_ANSWER_SECONDS)
            connection.sock.connect(str(environment.web_socket))
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            body = json.load(answer)
        if environment.has_tls:
            _require_listener(environment)
    except (OSError, ValueError, http.client.HTTPException) as error:
        return Readiness(ready=False, missing=(f"web: {error}",))
    return Readiness(ready=bool(body.get("ready")), missing=tuple(body.get("missing", ())))


def _require_listener(environment: Environment) -> None:
    """Raise OSError unless the front listens; the web process does not do so itself then."""
    listen = environment.listen
    address = listen.address
    if listen.is_unspecified:
        address = "::1" if ":" in address else "127.0.0.1"
    socket.create_connection((address, listen.port), timeout=_ANSWER_SECONDS).close()


def child_variables(environment: Environment) -> Mapping[str, str]:
    """Return the children's environment: ours, settled, so that all read the same home."""
    return {
        **os.environ,
        "BERTH_HOME": str(environment.home),
        "BERTH_LISTEN": str(environment.listen),
        "BERTH_TLS_CERT": str(environment.tls_cert or ""),
        "BERTH_TLS_KEY": str(environment.tls_key or ""),
        "PYTHONUNBUFFERED": "1",
    }
