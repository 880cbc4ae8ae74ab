"""What every websocket of ours does: sign-in, work beside the reading, a clear end."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from accounts.actor import Actor
from accounts.errors import PermissionDenied, SignInRequired
from bus.errors import OriginRefused
from engine.errors import EngineError, ErrorRecord
from realtime.authentication import authenticate
from realtime.threads import in_thread
from realtime.watch import Watch

log = logging.getLogger(__name__)

CLOSE_NORMAL = 1000
CLOSE_BAD_MESSAGE = 4400
CLOSE_SIGN_IN = 4401
CLOSE_REFUSED = 4403
CLOSE_NOT_FOUND = 4404
CLOSE_RESYNC = 4409
CLOSE_FAILED = 4500

_CLOSE_CODES = {
    SignInRequired.code: CLOSE_SIGN_IN,
    "invalid_token": CLOSE_SIGN_IN,
    PermissionDenied.code: CLOSE_REFUSED,
    "container_not_found": CLOSE_NOT_FOUND,
}


class PageSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """A websocket whose `serve()` runs beside the reading of what the page sends.

    Frames are JSON text. An error is `{"error": {code, message, detail}}`, then a close code.
    """

    channel_layer_alias = None
    watch: Watch
    _serving: asyncio.Task[None] | None = None
    _closing: asyncio.Task[None] | None = None

    async def serve(self, actor: Actor) -> None:
        """Do the socket's work; returning ends it normally, an EngineError with a clear message."""
        raise NotImplementedError

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch

    async def may_stay(self, actor: Actor) -> bool:
        """Whether what is open may stay so for *actor*, who may do other things than before.

        An EngineError says why not. Where this is False the page opens anew, and is judged anew.
        """
        return False

    async def connect(self) -> None:
        try:
            actor = await in_thread(authenticate, self.scope)
        except OriginRefused:
            # Before the handshake is answered: a foreign page learns nothing.
            await self.close()
            return
        except EngineError as error:
            await self.accept()
            await self.fail(error.record())
            return
        await self.accept()
        self._serving = asyncio.create_task(self._serve(actor))
        self._serving.add_done_callback(self._served)

    async def disconnect(self, code: int) -> None:
        await self._stop_serving()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            message = json.loads(text_data or "")
        except ValueError:
            message = None
        if not isinstance(message, dict) or not await self.heard(message):
            await self.close(CLOSE_BAD_MESSAGE)

    async def heard(self, message: Mapping[str, Any]) -> bool:
        """Take what the page sent; False when it makes no sense."""
        return False

    async def say(self, message: Mapping[str, Any]) -> None:
        """Send *message*; waits while the connection's buffer is full."""
        await self.send(json.dumps(message, separators=(",", ":"), ensure_ascii=False))

    async def fail(self, error: ErrorRecord) -> None:
        """Say why, and close."""
        detail = dict(error.detail)
        await self.say({"error": {"code": error.code, "message": error.message, "detail": detail}})
        await self.close(_CLOSE_CODES.get(error.code, CLOSE_FAILED))

    def _served(self, serving: asyncio.Task[None]) -> None:
        """Log an error of ours and close; a page that left while it was written to is none."""
        error = None if serving.cancelled() else serving.exception()
        if error is not None and not isinstance(error, OSError):
            log.error("%s failed", type(self).__name__, exc_info=error)
            self._closing = asyncio.create_task(self.close(CLOSE_FAILED))

    async def _serve(self, actor: Actor) -> None:
        try:
            with self.watch.watching(actor, self._renew):
                await self.serve(actor)
            await self.close(CLOSE_NORMAL)
        except EngineError as error:
            await self.fail(error.record())

    async def _renew(self, actor: Actor | None) -> None:
        try:
            if actor is None:
                raise SignInRequired
            if await self.may_stay(actor):
                return
        except EngineError as error:
            await self._stop_serving()
            await self.fail(error.record())
        else:
            await self._stop_serving()
            await self.close(CLOSE_RESYNC)

    async def _stop_serving(self) -> None:
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.wait({self._serving})
