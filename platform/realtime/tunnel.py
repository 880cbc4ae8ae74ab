"""The platform's side of tunnels: ask a host's agent to dial, and await its connection.

The agent's `POST /agent/<worker>/<session>` may land on any web worker; it is spliced to the one
that waits through that worker's socket `web-<pid>.sock`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bus import dial, frames, names
from bus.errors import AgentUnavailable, BrokerUnavailable
from bus.frames import Frame, FrameChannel, FrameType
from realtime.errors import HostFailed
from realtime.problem import problem
from realtime.protocol import READ_LIMIT, UPGRADE_HEADERS, Hijack, Stream
from realtime.threads import in_thread

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

log = logging.getLogger(__name__)

DIAL_SECONDS = 5.0
_REDIS_SECONDS = 2.0
_CHUNK = 64 * 1024
_BEARER = b"Bearer "


@dataclass(frozen=True, slots=True)
class _Awaited:
    host_id: str
    stream: asyncio.Future[Stream]


class TunnelHub:
    """The tunnels of one web worker; also the ASGI application of `/agent/`."""

    def __init__(
        self,
        *,
        run: Path,
        redis_url: str,
        signing_key: Callable[[], Ed25519PrivateKey],
        host_of_credential: Callable[[str], str | None],
    ) -> None:
        self._run = run
        self._redis_url = redis_url
        self._signing_key = signing_key
        self._host_of_credential = host_of_credential
        self._worker = 0
        self._awaited: dict[str, _Awaited] = {}
        self._splices: set[asyncio.Task[None]] = set()
        self._redis: redis.asyncio.Redis | None = None
        self._server: asyncio.Server | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        # Not before: the application is loaded once and then forked.
        self._worker = os.getpid()
        self.loop = asyncio.get_running_loop()
        self._redis = redis.asyncio.Redis.from_url(
            self._redis_url,
            socket_timeout=_REDIS_SECONDS,
            socket_connect_timeout=_REDIS_SECONDS,
            # Once more for a pooled connection that has died; else the client would wait for Redis.
            retry=Retry(NoBackoff(), 1),
        )
        path = self._socket(self._worker)
        path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._handed_over, path, limit=READ_LIMIT)
        path.chmod(0o600)

    async def stop(self) -> None:
        for splice in self._splices:
            splice.cancel()
        if self._server is not None:
            self._server.close()
            self._socket(self._worker).unlink(missing_ok=True)
        if self._redis is not None:
            await self._redis.aclose()

    async def open(self, host_id: str, space: str, request: dial.Request) -> FrameChannel:
        """Return a tunnel to the host for *request*, to be closed; AgentUnavailable without one."""
        session = secrets.token_urlsafe(24)
        message = dial.sign(
            dial.Dial(
                host_id=host_id,
                worker=self._worker,
                session=session,
                space=space,
                request=request,
            ),
            self._signing_key(),
        )
        future: asyncio.Future[Stream] = asyncio.get_running_loop().create_future()
        self._awaited[session] = _Awaited(host_id, future)
        try:
            await self._ask(host_id, message)
            async with asyncio.timeout(DIAL_SECONDS):
                return await _opened(*await future)
        except TimeoutError as error:
            reason = f"no tunnel within {DIAL_SECONDS:.0f} s"
            raise AgentUnavailable(host=host_id, reason=reason) from error
        finally:
            self._awaited.pop(session, None)

    async def __call__(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        extensions = scope.get("extensions") or {}
        parts = scope["path"].split("/")
        if "http.hijack" not in extensions or len(parts) != 4 or not parts[2].isdecimal():
            await problem(send, 400, "upgrade_required", "POST /agent/WORKER/SESSION, Upgrade: tcp")
            return
        host_id = await in_thread(self._host_of_credential, _credential(scope))
        if host_id is None:
            await problem(send, 401, "invalid_credential", "the host's credential is not known")
            return
        worker, session = int(parts[2]), parts[3]
        hijack = cast("Hijack", extensions["http.hijack"]["hijack"])
        if worker == self._worker:
            await self._take(session, host_id, hijack, send)
        else:
            await self._pass_on(worker, f"{session} {host_id}\n".encode(), hijack, send)

    async def _ask(self, host_id: str, message: bytes) -> None:
        if self._redis is None:
            raise RuntimeError("the hub is not started")
        try:
            listeners = await self._redis.publish(names.dial_channel(host_id), message)
        except (RedisError, OSError) as error:
            raise BrokerUnavailable(reason=str(error)) from error
        if not listeners:
            raise AgentUnavailable(host=host_id, reason="it is not connected")

    async def _take(
        self, session: str, host_id: str, hijack: Hijack, send: ASGISendCallable
    ) -> None:
        if self._claim(session, host_id) is None:
            await problem(send, 404, "session_not_found", "nobody waits for this session any more")
            return
        stream = await hijack(101, UPGRADE_HEADERS, b"")
        self._deliver(session, host_id, stream)

    def _claim(self, session: str, host_id: str) -> _Awaited | None:
        awaited = self._awaited.get(session)
        if awaited is None or awaited.host_id != host_id or awaited.stream.done():
            return None
        return awaited

    def _deliver(self, session: str, host_id: str, stream: Stream) -> None:
        awaited = self._claim(session, host_id)
        if awaited is None:
            stream[1].close()
        else:
            awaited.stream.set_result(stream)

    async def _pass_on(
        self, worker: int, greeting: bytes, hijack: Hijack, send: ASGISendCallable
    ) -> None:
        try:
            theirs = await asyncio.open_unix_connection(self._socket(worker), limit=READ_LIMIT)
        except OSError:
            await problem(send, 404, "session_not_found", "that web worker is gone")
            return
        theirs[1].write(greeting)
        agents = await hijack(101, UPGRADE_HEADERS, b"")
        splice = asyncio.create_task(_splice(agents, theirs))
        self._splices.add(splice)
        splice.add_done_callback(self._splices.discard)

    async def _handed_over(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        line = (await reader.readline()).decode().split()
        if len(line) == 2:
            self._deliver(line[0], line[1], (reader, writer))
        else:
            writer.close()

    def _socket(self, worker: int) -> Path:
        return self._run / f"web-{worker}.sock"


def _credential(scope: HTTPScope) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization" and value.startswith(_BEARER):
            return value[len(_BEARER) :].decode("latin1")
    return ""


async def _opened(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> FrameChannel:
    """Return the tunnel once the host has agreed: it answers HELLO, or ERROR with the reason."""
    channel = FrameChannel(reader, writer)
    channel.start()
    try:
        _require_agreement(await channel.receive())
    except BaseException:
        await channel.close()
        raise
    return channel


def _require_agreement(first: Frame | None) -> None:
    if first is not None and first.type is FrameType.ERROR:
        raise HostFailed(error=frames.read_failure(first))
    frames.require_version(first)


async def _splice(one: Stream, other: Stream) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_pump(one[0], other[1]))
            group.create_task(_pump(other[0], one[1]))
    except* (ConnectionError, OSError) as broken:
        log.debug("a spliced tunnel broke: %s", broken.exceptions)
    finally:
        one[1].close()
        other[1].close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()
    with suppress(OSError):
        writer.write_eof()
