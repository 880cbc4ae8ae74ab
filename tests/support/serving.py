"""A real uvicorn with the platform's HTTP protocol, in the test's own event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from realtime.protocol import HijackProtocol


@asynccontextmanager
async def serving(application: Any, *, lifespan: str = "off") -> AsyncIterator[int]:
    """Serve *application* on loopback and give the port."""
    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=0,
        http=HijackProtocol,
        ws="websockets-sansio",
        lifespan=lifespan,  # type: ignore[arg-type]
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(_serve(server))
    while not server.started:
        if task.done():
            await task
        await asyncio.sleep(0.005)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


async def _serve(server: uvicorn.Server) -> None:
    """Serve until told; a start that fails is an error of one test, not the end of the loop."""
    try:
        await server._serve()
    except SystemExit as error:
        raise RuntimeError("the server did not start; its log says why") from error
