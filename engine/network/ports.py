"""Published ports: real sockets that hold them on the host, and who holds one that is taken."""

from __future__ import annotations

import dataclasses
import errno
import ipaddress
import os
import re
import socket
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from engine.errors import InvalidValue, PortInUse
from engine.spec.container import PortBinding, Protocol

Holder = Callable[[PortBinding], str | None]
"""Names the container of ours that has the port, or None."""

_KINDS = {Protocol.TCP: socket.SOCK_STREAM, Protocol.UDP: socket.SOCK_DGRAM}
_TCP_LISTEN = "0A"
_SOCKET_LINK = re.compile(r"socket:\[(\d+)\]")
NOBODY = "a program that cannot be found out, perhaps in another network namespace"
"""Who holds a port where that is unknown, or not to be told."""


def bind(
    bindings: Iterable[PortBinding], holder: Holder
) -> tuple[tuple[PortBinding, ...], tuple[socket.socket, ...]]:
    """Bind a socket for each port and return the real bindings with them, or none at all.

    The sockets never receive a packet: they make the kernel refuse the port to everyone else.
    """
    bound: list[PortBinding] = []
    sockets: list[socket.socket] = []
    try:
        for binding in bindings:
            check(binding)
            held = _bind_one(binding, bound, holder)
            sockets.append(held)
            bound.append(dataclasses.replace(binding, host_port=held.getsockname()[1]))
    except BaseException:
        for held in sockets:
            held.close()
        raise
    return tuple(bound), tuple(sockets)


def check(binding: PortBinding) -> None:
    """Raise InvalidValue where no such binding can be."""
    for field, number, lowest in (
        ("container_port", binding.container_port, 1),
        ("host_port", binding.host_port, 0),
    ):
        if not lowest <= number <= 65535:
            problem = f"must be between {lowest} and 65535"
            raise InvalidValue(field=field, value=number, problem=problem)
    try:
        ipaddress.IPv4Address(binding.host_address)
    except ValueError as error:
        problem = "is not an IPv4 address; ports are published on IPv4"
        raise InvalidValue(
            field="host_address", value=binding.host_address, problem=problem
        ) from error


def _bind_one(binding: PortBinding, bound: list[PortBinding], holder: Holder) -> socket.socket:
    address = (binding.host_address, binding.host_port)
    held = socket.socket(socket.AF_INET, _KINDS[binding.protocol] | socket.SOCK_CLOEXEC)
    try:
        held.bind(address)
    except OSError as error:
        held.close()
        if error.errno == errno.EADDRNOTAVAIL:
            problem = "is not an address of this host"
            raise InvalidValue(
                field="host_address", value=binding.host_address, problem=problem
            ) from error
        if error.errno != errno.EADDRINUSE:
            raise
        return _bind_taken(binding, bound, holder)
    return held


def _bind_taken(binding: PortBinding, bound: list[PortBinding], holder: Holder) -> socket.socket:
    """Name who holds the port; where nobody does, take it over from closed connections."""
    if any(collide(binding, other) for other in bound):
        raise _in_use(binding, "another port of this container")
    known = holder(binding)
    if known is not None:
        raise _in_use(binding, known)
    process = find_process(binding)
    if process is not None:
        raise _in_use(binding, process)
    if binding.protocol is Protocol.UDP:
        raise _in_use(binding, NOBODY)
    # Connections in TIME_WAIT of a server that is gone: they yield to SO_REUSEADDR, a living
    # socket does not. Listening keeps out those who would come by SO_REUSEADDR after us.
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((binding.host_address, binding.host_port))
        held.listen(1)
    except OSError as error:
        held.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise _in_use(binding, NOBODY) from error
    return held


def collide(binding: PortBinding, other: PortBinding) -> bool:
    """Say whether the two cannot both be bound."""
    return (
        binding.protocol is other.protocol
        and binding.host_port == other.host_port
        and addresses_meet(binding.host_address, other.host_address)
    )


def addresses_meet(first: str, second: str) -> bool:
    """Say whether sockets bound to the two addresses would be in each other's way."""
    any_address = "0.0.0.0"  # noqa: S104  (the word for every address)
    return first == second or any_address in (first, second)


def _in_use(binding: PortBinding, holder: str) -> PortInUse:
    return PortInUse(
        protocol=binding.protocol.value,
        address=binding.host_address,
        port=binding.host_port,
        holder=holder,
    )


def find_process(binding: PortBinding) -> str | None:
    """Return `name (pid n)` of the process of this namespace that has the port open, if any."""
    inodes = set(_inodes(binding, Path("/proc/self/net")))
    if not inodes:
        return None
    for pid in sorted(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        if inodes.intersection(_sockets_of(pid)):
            return f"{_name_of(pid)} (pid {pid})"
    return "a process that has ended but left its socket open elsewhere"


def _inodes(binding: PortBinding, net: Path) -> Iterator[str]:
    # proc(5): local address, remote address, state, …, inode; a v6 wildcard takes the v4 port too.
    for name in (binding.protocol.value, f"{binding.protocol.value}6"):
        table = net / name
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            address, port = fields[1].split(":")
            if int(port, 16) != binding.host_port:
                continue
            if binding.protocol is Protocol.TCP and fields[3] != _TCP_LISTEN:
                continue
            if _reaches(address, binding.host_address):
                yield fields[9]


def _reaches(encoded: str, wanted: str) -> bool:
    if len(encoded) == 32:
        return encoded == "0" * 32
    # The kernel prints the address as one number in the machine's byte order.
    own = str(ipaddress.IPv4Address(int(encoded, 16).to_bytes(4, "little")))
    return addresses_meet(own, wanted)


def _sockets_of(pid: int) -> Iterator[str]:
    folder = f"/proc/{pid}/fd"
    try:
        descriptors = os.listdir(folder)  # noqa: PTH208  (names are wanted, thousands of them)
    except OSError:
        return
    for descriptor in descriptors:
        try:
            match = _SOCKET_LINK.fullmatch(os.readlink(f"{folder}/{descriptor}"))  # noqa: PTH115
        except OSError:  # closed meanwhile, or a process that not even root may look into
            continue
        if match is not None:
            yield match[1]


def _name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except FileNotFoundError:
        return "a process"
