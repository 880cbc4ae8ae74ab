"""The shim's end of the conversation with whoever asked for the start."""

from __future__ import annotations

import socket
from contextlib import suppress

from engine.errors import ErrorRecord
from engine.spec.codec import encode
from engine.spec.runtime import ShimAnswer

GO = b"go"


class CallerGone(Exception):
    """Whoever asked for the start went away before saying go; nothing may be left of it."""


class Caller:
    """Answers over the launcher's connection: cloned, then running or failed."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def cloned(self, init_pid: int, netns: int | None) -> None:
        """Hand over the network namespace, for the caller to connect."""
        answer = encode(ShimAnswer(step="cloned", init_pid=init_pid))
        fds = [] if netns is None else [netns]
        try:
            socket.send_fds(self._connection, [answer], fds)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise CallerGone from error

    def await_go(self) -> None:
        """Return when the caller has connected the network; raise CallerGone when it gave up."""
        try:
            word = self._connection.recv(16)
        except ConnectionResetError as error:
            raise CallerGone from error
        if word != GO:
            raise CallerGone

    def running(self, init_pid: int, started_at: int) -> None:
        """Say that the program runs."""
        self._finish(ShimAnswer(step="running", init_pid=init_pid, started_at=started_at))

    def failed(self, error: ErrorRecord) -> None:
        """Say why it does not."""
        self._finish(
            ShimAnswer(
                step="failed",
                error_code=error.code,
                error_message=error.message,
                error_detail=error.detail,
            )
        )

    def _finish(self, answer: ShimAnswer) -> None:
        # Should nobody listen: the shim record tells the next reconcile.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._connection.send(encode(answer))
        self._connection.close()
