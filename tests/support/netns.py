"""Network namespaces that stand for hosts: the tests' own, a container, a machine on the LAN."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from engine.linux import syscalls

T = TypeVar("T")


class NetworkNamespace:
    """A namespace kept by a descriptor alone; no process lives in it."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    @classmethod
    def new(cls) -> NetworkNamespace:
        """Make an empty one; threads see to it that the caller stays where it is."""

        def make() -> int:
            syscalls.unshare(syscalls.CLONE_NEWNET)
            return _own()

        return cls(_in_thread(make))

    def call(self, function: Callable[[], T]) -> T:
        """Return what *function* returns in here."""

        def enter() -> T:
            syscalls.setns(self.fd, syscalls.CLONE_NEWNET)
            return function()

        return _in_thread(enter)

    def run(self, *command: str) -> str:
        """Run a program in here and return its output."""
        return self.call(lambda: run(*command))

    def close(self) -> None:
        os.close(self.fd)


@contextmanager
def machine_on_lan(host_address: str, address: str) -> Iterator[NetworkNamespace]:
    """A machine at *address* beside this one, which has *host_address* on the same wire."""
    machine = NetworkNamespace.new()
    link = f"lan{os.getpid()}"
    netns = f"/proc/{os.getpid()}/fd/{machine.fd}"
    try:
        run("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", netns)
        try:
            run("ip", "address", "add", f"{host_address}/24", "dev", link)
            run("ip", "link", "set", link, "up")
            machine.run("ip", "address", "add", f"{address}/24", "dev", "eth0")
            machine.run("ip", "link", "set", "eth0", "up")
            yield machine
        finally:
            run("ip", "link", "delete", link)
    finally:
        machine.close()


def run(*command: str) -> str:
    """Run a program and return its output."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextmanager
def in_new_namespace() -> Iterator[None]:
    """Move the calling thread, and what it starts, into a network namespace of its own."""
    home = _own()
    syscalls.unshare(syscalls.CLONE_NEWNET)
    try:
        run("ip", "link", "set", "lo", "up")
        yield
    finally:
        syscalls.setns(home, syscalls.CLONE_NEWNET)
        os.close(home)


def _own() -> int:
    return os.open(Path("/proc/thread-self/ns/net"), os.O_RDONLY | os.O_CLOEXEC)


def _in_thread(function: Callable[[], T]) -> T:
    results: list[T] = []
    errors: list[BaseException] = []

    def run_it() -> None:
        try:
            results.append(function())
        except BaseException as error:  # noqa: BLE001  (handed to the caller's thread)
            errors.append(error)

    thread = threading.Thread(target=run_it)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
