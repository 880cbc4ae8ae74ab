"""`manage.py front`: serves TLS at the listener and hands each connection to the web process."""

from __future__ import annotations

import argparse
import asyncio
import logging
import resource
import signal
import socket
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path

import uvloop

from bus.errors import SettingMissing
from config import env
from config.env import Environment
from engine.errors import EngineError
from front import connection
from front.stream import CHUNK

_BACKLOG = 2048
_DRAIN_SECONDS = 2.0


class TlsFileRefused(EngineError):
    code = "tls_file_refused"
    template = "{path} {problem}"
    path: str
    problem: str


def main(arguments: Sequence[str], *, give_up_rights: Callable[[Environment], None]) -> int:
    """Serve until TERM; return the exit code. Key and port are taken with the rights of root."""
    argparse.ArgumentParser(
        prog="manage.py front", description="Serve TLS before the web process."
    ).parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    environment = env.load()
    if environment.tls_cert is None or environment.tls_key is None:
        raise SettingMissing(
            what="a certificate", path="BERTH_TLS_CERT", remedy="or say `manage.py up --tls`"
        )
    context = server_context(environment.tls_cert, environment.tls_key)
    listening = listen(environment)
    _allow_many_files()
    give_up_rights(environment)
    uvloop.run(serve(listening, context, environment.front_socket))
    return 0


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return the settings of every connection: TLS 1.2 or later, HTTP/1.1 alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    context.set_alpn_protocols(["http/1.1"])
    try:
        # The password is never asked for at a terminal that nobody watches.
        context.load_cert_chain(certificate, key, password=lambda: b"")
    except ssl.SSLError as error:
        problem = f"cannot be served with the key {key}: {error.reason or error}"
        raise TlsFileRefused(path=str(certificate), problem=problem) from error
    except OSError as error:
        path = error.filename or f"{certificate} or {key}"
        raise TlsFileRefused(path=str(path), problem=f"cannot be read: {error.strerror}") from error
    return context


def listen(environment: Environment) -> socket.socket:
    """Return the bound socket of the listener."""
    address = environment.listen.address
    listening = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((address, environment.listen.port))
    return listening


async def serve(listening: socket.socket, context: ssl.SSLContext, web: Path) -> None:
    """Serve connections of *listening* until TERM or INT, then let them end for a moment."""
    served: set[asyncio.Task[None]] = set()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(connection.serve(context, web, reader, writer))
        served.add(task)
        task.add_done_callback(served.discard)

    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    server = await asyncio.start_server(accepted, sock=listening, limit=CHUNK, backlog=_BACKLOG)
    await ended.wait()
    server.close()
    if served:
        await asyncio.wait(served, timeout=_DRAIN_SECONDS)


def _allow_many_files() -> None:
    """Each connection takes two descriptors."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
