"""`manage.py agent`: the one process through which a host speaks to the platform."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sqlite3
import time

import redis.asyncio
from redis.exceptions import RedisError

from agent import doorbell, link, reports
from agent.abandoned import Abandoned
from agent.alone import alone
from agent.dialer import Dialer
from agent.engines import Engines
from agent.shipper import Shipper
from agent.streams import Streams
from bus import cancellation, identity, names
from bus.identity import HostIdentity
from bus.journal import VERSION, Heartbeat
from config import env
from engine.engine import Engine
from engine.errors import EngineError
from engine.spec import codec
from engine.spec.configuration import EngineConfiguration
from engine.storage.paths import EnginePaths

log = logging.getLogger(__name__)

_RECONCILE_SECONDS = 30.0
_KEEP_OPERATIONS = 24 * 3600 * 1_000_000_000
"""Nanoseconds for which a message that comes again gets the stored answer."""


def run() -> int:
    """Serve until TERM or INT."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    environment = env.load()
    me = identity.load(environment.home)
    with alone(environment.run / "agent.lock"):
        asyncio.run(_until_told(Agent(me, environment.engine_configuration())))
    return 0


async def _until_told(agent: Agent) -> None:
    loop = asyncio.get_running_loop()
    serving = asyncio.create_task(agent.serve())
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, serving.cancel)
    try:
        await serving
    except asyncio.CancelledError:
        log.info("the agent ends")


class Agent:
    """Ships events, says that it lives, hears of exits, dials tunnels; each by itself."""

    def __init__(self, me: HostIdentity, configuration: EngineConfiguration) -> None:
        self._me = me
        self._paths = EnginePaths(configuration)
        self._engine = Engine(configuration)
        self._engines = Engines(self._engine)
        self._client: redis.asyncio.Redis = link.connect(me.redis_url)
        self._shipper = Shipper(self._engines, self._client, me.host_id)
        self._dialer = Dialer(me, self._client, Streams(self._engines))
        self._abandoned = Abandoned(self._engines)
        self._rung: asyncio.Queue[str] = asyncio.Queue()
        self._features: dict[str, str] = {}

    async def serve(self) -> None:
        """Serve until cancelled."""
        # First of all, so that no exit from now on goes unheard.
        bell = await doorbell.listen(self._paths.events_socket, self._hear)
        work: tuple[asyncio.Task[None], ...] = ()
        try:
            await self._restore()
            work = (
                asyncio.create_task(link.keep("shipper", self._shipper.run)),
                asyncio.create_task(link.keep("heartbeat", self._beat)),
                asyncio.create_task(link.keep("dialer", self._dialer.run)),
                asyncio.create_task(self._answer_bell()),
                asyncio.create_task(self._reconcile()),
            )
            # None of them ends but by an error of ours: the supervisor then starts the agent anew.
            ended, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            bell.close()
            await cancellation.end(*work)
            self._paths.events_socket.unlink(missing_ok=True)
            await self._dialer.stop()
            with contextlib.suppress(RedisError):
                # The platform need not wait for the heartbeat to expire.
                await self._client.delete(names.heartbeat_key(self._me.host_id))
            await self._client.aclose()

    def _hear(self, container_id: str) -> None:
        if container_id:
            self._rung.put_nowait(container_id)
        else:
            self._shipper.ring()

    async def _restore(self) -> None:
        """Bring back what a reboot took, and learn what this kernel can do."""
        try:
            await self._engines.restore()
            self._features = await self._engines.features()
        except EngineError:
            # The host is still worth showing, and its doctor says more.
            log.exception("the engine is not able to work fully")

    async def _answer_bell(self) -> None:
        while True:
            container_id = await self._rung.get()
            await self._settle(container_id)

    async def _reconcile(self) -> None:
        """Make good for what no bell told: exits while no agent ran, and forgotten operations."""
        while True:
            await self._settle(None)
            await self._tend_operations()
            await asyncio.sleep(_RECONCILE_SECONDS)

    async def _tend_operations(self) -> None:
        try:
            await self._abandoned.look()
            await self._engines.forget_operations(before=time.time_ns() - _KEEP_OPERATIONS)
        except sqlite3.OperationalError as error:
            log.warning("cannot tend operations: %s", error)

    async def _settle(self, container_id: str | None) -> None:
        try:
            await self._engines.reconcile(container_id)
        except (EngineError, OSError, sqlite3.OperationalError):
            # A full disk, say: the next round tries again, and the host stays in sight meanwhile.
            log.exception("cannot reconcile %s", container_id or "all containers")
        self._shipper.ring()

    async def _beat(self) -> None:
        while True:
            beat = Heartbeat(
                version=VERSION, time=time.time_ns(), facts=reports.facts(self._features)
            )
            await self._client.set(
                names.heartbeat_key(self._me.host_id),
                codec.encode(beat),
                ex=names.HEARTBEAT_EXPIRY,
            )
            await asyncio.sleep(names.HEARTBEAT_SECONDS)
