"""The two files of a container's /etc that its network writes."""

from __future__ import annotations

from pathlib import Path

from engine.spec.container import EndpointStatus

_RESOLV_CONF = Path("/etc/resolv.conf")


def resolv_conf_text(gateway: str, host: str) -> str:
    """Return a resolv.conf(5) that asks *gateway*, with the search list and options of *host*'s.

    Bare names are asked as they are first: they are our own, not the search domains'.
    """
    lines = [f"nameserver {gateway}"]
    options = []
    for line in host.splitlines():
        keyword, _, rest = line.strip().partition(" ")
        if keyword in ("search", "domain") and rest.strip(" ."):
            lines.append(f"{keyword} {rest.strip()}")
        elif keyword == "options":
            options += [word for word in rest.split() if not word.startswith("ndots:")]
    lines.append(" ".join(["options", *options, "ndots:0"]))
    return "\n".join(lines) + "\n"


def host_resolv_conf(path: Path = _RESOLV_CONF) -> str:
    """Return the host's resolv.conf, empty where it has none."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def hosts_text(hostname: str, endpoints: tuple[EndpointStatus, ...]) -> str:
    """Return a hosts(5) file with loopback and the container's own name."""
    lines = ["127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback"]
    lines += [f"{endpoint.address}\t{hostname}" for endpoint in endpoints]
    return "\n".join(lines) + "\n"
