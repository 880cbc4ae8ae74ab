"""The threads that Django code runs in; each keeps its database connection between calls."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 24
"""Two thirds may wait for operations (operations.waiting.WAITERS); they cost little idle."""
_POOL = ThreadPoolExecutor(THREADS, thread_name_prefix="django")


async def in_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run *function* in one of Django's threads and return its result."""

    def call() -> R:
        # What the database has dropped since this thread's last call is not found by a failure.
        close_old_connections()
        return function(*args, **kwargs)

    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(_POOL, context.run, call)
