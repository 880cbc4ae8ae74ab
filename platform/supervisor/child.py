"""One child process that is kept alive: output by lines, restart with back-off, TERM then KILL."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

Say = Callable[[str, str], None]
"""(who, line) → printed."""

FIRST_BACK_OFF = 0.5
LAST_BACK_OFF = 30.0
_LINE_LIMIT = 256 * 1024
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run, and how long it may take to end."""

    name: str
    command: tuple[str, ...]
    stop_seconds: float = 10.0


class Child:
    """Runs a program until it is told to stop."""

    def __init__(self, program: Program, environment: Mapping[str, str], say: Say) -> None:
        self.program = program
        self._environment = environment
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Begin to keep it alive."""
        self._keeper = asyncio.create_task(self._keep(), name=self.program.name)

    async def stop(self) -> None:
        """End it: TERM, and KILL for its whole group when its time is over."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(self.program.stop_seconds):
                    await process.wait()
            except TimeoutError:
                self._say("up", f"{self.program.name} does not end; it is killed")
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper

    async def _keep(self) -> None:
        delay = FIRST_BACK_OFF
        while not self._stopping:
            started = time.monotonic()
            code = await self._run()
            if self._stopping:
                return
            # Who was killed from outside did nothing wrong, and will do better the next time.
            if code == -signal.SIGKILL or time.monotonic() - started > LAST_BACK_OFF:
                delay = FIRST_BACK_OFF
            how = f"signal {-code}" if code < 0 else f"code {code}"
            self._say("up", f"{self.program.name} ended with {how}; again in {delay:g} s")
            await asyncio.sleep(delay)
            delay = min(delay * 2, LAST_BACK_OFF)

    async def _run(self) -> int:
        self._process = await spawn(self.program, self._environment)
        await relay(self._process, self.program.name, self._say)
        return await self._process.wait()


async def spawn(program: Program, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    """Start *program* in a session of its own; it gets TERM should this process be killed."""
    return await asyncio.create_subprocess_exec(
        *program.command,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=end_with_parent,
        limit=_LINE_LIMIT,
    )


async def relay(process: asyncio.subprocess.Process, name: str, say: Say) -> None:
    """Say what *process* prints, line by line, until it has closed its output."""
    reader = process.stdout
    if reader is None:
        return
    while True:
        try:
            line = await reader.readline()
        except ValueError:  # a line beyond the limit: asyncio has dropped it
            continue
        if not line:
            return
        if text := line.decode(errors="replace").rstrip():
            say(name, text)


def end_with_parent() -> None:
    """In a child before its program: let it get TERM when the thread that started it ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
