"""The nftables table of one instance, as text for libnftables.

Published ports are elements of two maps; a network is an element of three sets. The chains never
change, and none of them accepts on behalf of another table: their accepts only end our own look.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.spec.container import PortBinding
from engine.spec.network import Network

_ANY_ADDRESS = "0.0.0.0"  # noqa: S104  (what a binding to every address says)

_TABLE = """
add table ip {table}
flush table ip {table}
table ip {table} {{
  set bridges {{ type ifname; }}
  set subnets {{ type ipv4_addr; flags interval; }}
  set within {{ type ifname . ifname; }}
  map published {{ type inet_proto . inet_service : ipv4_addr . inet_service; }}
  map published_at {{ type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }}

  # route_localnet lets a container's answer reach 127.0.0.1; nobody but the host itself may ask.
  chain guard {{
    type filter hook prerouting priority raw; policy accept;
    iifname != lo ip daddr 127.0.0.0/8 drop
    iifname @bridges ip saddr 127.0.0.0/8 drop
  }}

  chain publish {{
    meta l4proto {{ tcp, udp }} dnat ip to ip daddr . meta l4proto . th dport map @published_at
    meta l4proto {{ tcp, udp }} dnat ip to meta l4proto . th dport map @published
  }}
  chain prerouting {{
    type nat hook prerouting priority dstnat; policy accept;
    fib daddr type local jump publish;
  }}
  chain output {{
    type nat hook output priority -100; policy accept;
    fib daddr type local jump publish;
  }}

  # The last two send answers back through the host, which alone can undo the translation.
  chain postrouting {{
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr @subnets oifname != @bridges masquerade
    oifname @bridges ip saddr 127.0.0.0/8 masquerade
    oifname @bridges ip saddr @subnets ct status dnat masquerade
  }}

  # Into a network come answers, published ports and its own members; nothing else.
  chain forward {{
    type filter hook forward priority filter; policy accept;
    oifname @bridges ct state established,related accept
    oifname @bridges ct status dnat accept
    iifname . oifname @within accept
    oifname @bridges drop
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Element:
    """One published port in its map: `key` of the host's side, `value` of the container's."""

    map: str
    key: str
    value: str


def element(binding: PortBinding, address: str) -> Element:
    """Return the element that sends the host's port of *binding* to *address*."""
    key = f"{binding.protocol} . {binding.host_port}"
    value = f"{address} . {binding.container_port}"
    if binding.host_address == _ANY_ADDRESS:
        return Element("published", key, value)
    return Element("published_at", f"{binding.host_address} . {key}", value)


def table_text(table: str) -> str:
    """Return commands that make the table, or put its chains right and leave its elements."""
    return _TABLE.format(table=table)


def network_text(table: str, network: Network) -> str:
    """Return commands that make *network* known; again is no change."""
    bridge = network.bridge
    return (
        f"add element ip {table} bridges {{ {bridge} }}\n"
        f"add element ip {table} subnets {{ {network.subnet} }}\n"
        f"add element ip {table} within {{ {bridge} . {bridge} }}\n"
    )


def forget_network_text(table: str, network: Network) -> str:
    """Return commands that take *network* out of the sets."""
    return network_text(table, network).replace("add element", "delete element")


def publish_text(table: str, elements: Iterable[Element]) -> str:
    """Return commands that add *elements*; refused where a key leads elsewhere."""
    return "".join(
        f"add element ip {table} {item.map} {{ {item.key} : {item.value} }}\n" for item in elements
    )


def replace_text(table: str, item: Element) -> str:
    """Return commands that make *item* the only one with its key, whatever was there."""
    key = f"element ip {table} {item.map} {{ {item.key}"
    value = f"{key} : {item.value} }}\n"
    return f"delete {key} }}\nadd {value}"


def get_text(table: str, item: Element) -> str:
    """Return the command that lists the element with the key of *item*."""
    return f"get element ip {table} {item.map} {{ {item.key} }}\n"


def withdraw_text(table: str, item: Element) -> str:
    """Return the command that deletes the element with the key of *item*."""
    return f"delete element ip {table} {item.map} {{ {item.key} }}\n"
