"""Other tables that drop forwarded packets by policy, and the one exception we may add to each.

Our own chains cannot accept on another table's behalf: a packet must pass every forward chain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.linux.nftables import Nftables

_TABLE = re.compile(r"table (ip|inet) (\S+) \{")
_CHAIN = re.compile(r"\s+chain (\S+) \{")
_DROPS = re.compile(r"\s+type filter hook forward .*policy drop;")
_HANDLE = re.compile(r"# handle (\d+)$")
_OURS = "berth_"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardDrop:
    """A chain that drops what no rule of it accepts."""

    family: str
    table: str
    chain: str

    def __str__(self) -> str:
        return f"the firewall chain {self.family} {self.table} {self.chain}"


def find_drops() -> list[ForwardDrop]:
    """Return the chains of others that drop forwarded IPv4 packets by policy."""
    return [chain for chain, line in _chains(Nftables().run("list chains")) if _DROPS.match(line)]


def is_allowed(drop: ForwardDrop, instance: str) -> bool:
    """Say whether the exception for this instance's bridges stands in that chain."""
    return bool(_handles(Nftables(handles=True), drop, instance))


def allow(drop: ForwardDrop, instance: str) -> None:
    """Let the chain accept what our bridges send and the answers to it; a no-op if it does.

    Published ports stay the firewall's own decision.
    """
    if is_allowed(drop, instance):
        return
    where = f"{drop.family} {drop.table} {drop.chain}"
    bridges, mark = f'"br{instance}*"', f'comment "{_OURS}{instance}"'
    Nftables().run(
        f"insert rule {where} iifname {bridges} accept {mark}\n"
        f"insert rule {where} oifname {bridges} ct state established,related accept {mark}\n"
    )


def disallow(instance: str) -> None:
    """Take the exceptions of this instance out of every chain."""
    nftables = Nftables(handles=True)
    for drop in find_drops():
        where = f"{drop.family} {drop.table} {drop.chain}"
        handles = _handles(nftables, drop, instance)
        if handles:
            nftables.run("".join(f"delete rule {where} handle {handle}\n" for handle in handles))


def _handles(nftables: Nftables, drop: ForwardDrop, instance: str) -> list[str]:
    listing = nftables.run(f"list chain {drop.family} {drop.table} {drop.chain}")
    mark = f'comment "{_OURS}{instance}"'
    marked = (_HANDLE.search(line) for line in listing.splitlines() if mark in line)
    return [found[1] for found in marked if found]


def _chains(listing: str) -> Iterator[tuple[ForwardDrop, str]]:
    """Yield each line inside a chain of a table that is not ours, with its chain."""
    table: re.Match[str] | None = None
    chain = ""
    for line in listing.splitlines():
        if line.startswith("table "):
            table, chain = _TABLE.match(line), ""
        elif found := _CHAIN.match(line):
            chain = found[1]
        elif table is not None and chain and not table[2].startswith(_OURS):
            yield ForwardDrop(family=table[1], table=table[2], chain=chain), line
