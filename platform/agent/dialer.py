"""Dials the tunnels that the platform asks for: always outward, so hosts may sit behind NAT."""

from __future__ import annotations

import asyncio
import logging
import ssl
from urllib.parse import urlsplit

import redis.asyncio

from agent.streams import Streams
from bus import dial, names
from bus.frames import FrameChannel
from bus.identity import HostIdentity
from engine.errors import EngineError

log = logging.getLogger(__name__)

_CONNECT_SECONDS = 5.0
_PING_SECONDS = 5.0
_LIMIT = 128 * 1024
_SWITCHING = b"HTTP/1.1 101 "


class Dialer:
    """Listens for dial messages and serves each on a connection of its own."""

    def __init__(
        self, identity: HostIdentity, client: redis.asyncio.Redis, streams: Streams
    ) -> None:
        self._identity = identity
        self._client = client
        self._streams = streams
        self._sessions: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Listen until Redis is lost; sessions that are open go on without it."""
        async with self._client.pubsub() as subscription:
            await subscription.subscribe(names.dial_channel(self._identity.host_id))
            while True:
                message = await subscription.get_message(timeout=_PING_SECONDS)
                if message is None:
                    # Silence may be a dead connection: the answer or its lack tells.
                    await subscription.ping()
                elif message["type"] == "message":
                    self._accept(message["data"])

    async def stop(self) -> None:
        """End all sessions."""
        for session in self._sessions:
            session.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)

    def _accept(self, data: bytes) -> None:
        try:
            wanted = dial.verify(
                data, key=self._identity.verifying_key(), host_id=self._identity.host_id
            )
        except EngineError as error:
            log.warning("a dial message is refused: %s", error)
            return
        session = asyncio.create_task(self._serve(wanted))
        self._sessions.add(session)
        session.add_done_callback(self._finished)

    def _finished(self, session: asyncio.Task[None]) -> None:
        self._sessions.discard(session)
        if not session.cancelled() and session.exception() is not None:
            log.error("a tunnel failed", exc_info=session.exception())

    async def _serve(self, wanted: dial.Dial) -> None:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                channel = await connect(self._identity, wanted)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            log.warning("cannot dial %s: %s", self._identity.platform_url, error)
            return
        channel.start()
        try:
            await self._streams.serve(wanted, channel)
        finally:
            await channel.close()


async def connect(identity: HostIdentity, wanted: dial.Dial) -> FrameChannel:
    """Return the connection at which *wanted* is awaited; OSError when it is refused."""
    reader, writer = await _open(identity.platform_url)
    host = urlsplit(identity.platform_url).netloc or "localhost"
    writer.write(
        f"POST /agent/{wanted.worker}/{wanted.session} HTTP/1.1\r\n"
        f"Host: {host}\r\n"
        f"Authorization: Bearer {identity.credential}\r\n"
        "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(_SWITCHING):
        writer.close()
        raise ConnectionRefusedError(head.split(b"\r\n", 1)[0].decode("latin1"))
    return FrameChannel(reader, writer)


async def _open(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return await asyncio.open_unix_connection(parts.path, limit=_LIMIT)
    secure = parts.scheme == "https"
    return await asyncio.open_connection(
        parts.hostname,
        parts.port or (443 if secure else 80),
        ssl=ssl.create_default_context() if secure else None,
        limit=_LIMIT,
    )
