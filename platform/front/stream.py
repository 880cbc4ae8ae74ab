"""The server's side of TLS over a plain stream, by memory buffers.

`asyncio`'s own TLS closes the whole connection at the peer's close_notify; here each direction ends
by itself, as on plain TCP: `docker run -i` sends its end of input and then waits for the output.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress

CHUNK = 64 * 1024
LINGER_SECONDS = 2.0
_PLAIN_HTTP = "HTTP_REQUEST"
_PLAIN_HTTP_ANSWER = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
    b"This port speaks HTTPS; the request was plain HTTP.\n"
)


class TlsStream:
    """One connection; `read` and `write` may wait at the same time."""

    def __init__(
        self,
        context: ssl.SSLContext,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    async def handshake(self) -> None:
        """Agree with the peer; OSError after having told it why not."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                await self._feed()
            except ssl.SSLError as error:
                if error.reason == _PLAIN_HTTP:
                    self._outgoing.read()
                    self._writer.write(_PLAIN_HTTP_ANSWER)
                await self._flush()
                raise
            else:
                await self._flush()
                return

    async def read(self) -> bytes:
        """Return what came, empty after close_notify; OSError when the connection just ended."""
        while True:
            try:
                return self._tls.read(CHUNK)
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLWantReadError:
                # Such as the answer to a key update: a peer that asks must also read.
                await self._flush()
                await self._feed()

    async def write(self, data: bytes) -> None:
        """Send *data*; waits while the peer does not read."""
        self._tls.write(data)
        await self._flush()

    async def await_reset(self) -> None:
        """After the peer's close_notify: return at its end, OSError when it reset."""
        while await self._reader.read(CHUNK):
            pass

    async def end(self) -> None:
        """Say close_notify after all that was written, and let the peer take it."""
        with suppress(ssl.SSLError):  # wants to read the peer's own, which may never come
            self._tls.unwrap()
        await self._flush()
        await self.linger()

    async def linger(self) -> None:
        """Close our direction and read on for a moment.

        A socket closed over unread data resets, and the peer loses what it had not read yet.
        """
        if self._writer.is_closing():
            return
        self._writer.write_eof()
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(LINGER_SECONDS):
                await self.await_reset()

    async def _feed(self) -> None:
        data = await self._reader.read(CHUNK)
        if not data:
            raise ConnectionResetError("the connection ended without close_notify")
        self._incoming.write(data)

    async def _flush(self) -> None:
        if data := self._outgoing.read():
            self._writer.write(data)
            await self._writer.drain()
