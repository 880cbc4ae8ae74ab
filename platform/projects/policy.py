"""What a project lets its containers ask for: pure judgment on the specification that is run."""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from engine.spec.container import ContainerSpec, PortBinding, SeccompMode, UserNamespaceMode
from engine.spec.reference import parse_reference

DEFAULT_CAPABILITIES = frozenset(
    {
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
        "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    }
)  # fmt: skip
"""What every container has unless it drops it; a policy speaks of what is added to these."""

EVERY_CAPABILITY = "ALL"


class Rule(enum.StrEnum):
    """One rule of a policy, named after its field."""

    PRIVILEGED = "privileged"
    HOST_NETWORK = "host_network"
    HOST_USER_NAMESPACE = "host_user_namespace"
    UNCONFINED_SECCOMP = "unconfined_seccomp"
    CAPABILITIES = "capabilities"
    PORTS = "ports"
    HOST_ADDRESSES = "host_addresses"
    REGISTRIES = "registries"
    HOSTS = "hosts"
    MAX_MEMORY = "max_memory"
    MAX_PIDS = "max_pids"
    NO_NEW_PRIVILEGES = "no_new_privileges"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortRange:
    """Both ends belong to it."""

    first: int = 1
    last: int = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The default is safe: nothing in it lets a container become root on its host."""

    privileged: bool = False
    host_network: bool = False
    host_user_namespace: bool = False
    unconfined_seccomp: bool = False
    capabilities: tuple[str, ...] = ()
    """What may be added to DEFAULT_CAPABILITIES; ALL stands for every one."""
    ports: PortRange = field(default_factory=PortRange)
    """Ports of the host that may be published; one that the kernel picks always may."""
    host_addresses: tuple[str, ...] | None = None
    """Addresses or subnets to publish on; None: any."""
    registries: tuple[str, ...] | None = None
    """Registries, as references name them, that images may come from; None: any."""
    hosts: tuple[str, ...] | None = None
    """Ids of the hosts that the project may use; None: any."""
    max_memory: int | None = None
    """Bytes; with it every container must set a limit, no higher. None: none is required."""
    max_pids: int | None = None
    """As `max_memory`, for processes."""
    no_new_privileges: bool = False
    """Whether every container must give up gaining privileges (setuid programs)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule that is broken, and what to do about it."""

    rule: Rule
    text: str


def judge(policy: Policy, spec: ContainerSpec, *, host: str) -> tuple[Violation, ...]:
    """Return every rule of *policy* that *spec* breaks on the host with that id."""
    found = [violation for judged in _RULES for violation in judged(policy, spec)]
    if not spec.image.startswith("sha256:"):
        # An image that is named by its id has passed this rule when it was pulled.
        found += judge_image(policy, spec.image)
    return (*found, *judge_host(policy, host))


def judge_image(policy: Policy, reference: str) -> tuple[Violation, ...]:
    """Return what is wrong with taking an image from where *reference* says."""
    registry = parse_reference(reference).registry
    if policy.registries is None or registry in policy.registries:
        return ()
    allowed = ", ".join(policy.registries) or "no registry"
    text = f"images may not come from {registry}; take one from {allowed}"
    return (Violation(rule=Rule.REGISTRIES, text=text),)


def judge_host(policy: Policy, host: str) -> tuple[Violation, ...]:
    """Return what is wrong with using the host with that id."""
    if policy.hosts is None or host in policy.hosts:
        return ()
    text = "this host is not one of the project's; choose another host"
    return (Violation(rule=Rule.HOSTS, text=text),)


def affects_host(spec: ContainerSpec) -> bool:
    """Whether *spec* asks for what reaches beyond its container: a right of its own is for that."""
    return (
        spec.privileged
        or spec.network == "host"
        or spec.userns is UserNamespaceMode.HOST
        or spec.seccomp is SeccompMode.UNCONFINED
        or bool(_added(spec))
    )


def capability_name(text: str) -> str:
    """Return a capability's name as policies write it: `cap_net_admin` is `NET_ADMIN`."""
    return text.upper().removeprefix("CAP_")


def _isolation(policy: Policy, spec: ContainerSpec) -> Iterator[Violation]:
    for asked, allowed, rule, option in (
        (spec.privileged, policy.privileged, Rule.PRIVILEGED, "privileged"),
        (spec.network == "host", policy.host_network, Rule.HOST_NETWORK, "network `host`"),
        (
            spec.userns is UserNamespaceMode.HOST,
            policy.host_user_namespace,
            Rule.HOST_USER_NAMESPACE,
            "user namespace `host`",
        ),
        (
            spec.seccomp is SeccompMode.UNCONFINED,
            policy.unconfined_seccomp,
            Rule.UNCONFINED_SECCOMP,
            "seccomp `unconfined`",
        ),
    ):
        if asked and not allowed:
            yield Violation(rule=rule, text=f"{option} is not allowed; leave it out")


def _capabilities(policy: Policy, spec: ContainerSpec) -> Iterator[Violation]:
    allowed = {capability_name(name) for name in policy.capabilities}
    refused = set() if EVERY_CAPABILITY in allowed else _added(spec) - allowed
    if refused:
        names = ", ".join(sorted(refused))
        yield Violation(
            rule=Rule.CAPABILITIES, text=f"capabilities may not be added: {names}; leave them out"
        )


def _ports(policy: Policy, spec: ContainerSpec) -> Iterator[Violation]:
    first, last = policy.ports.first, policy.ports.last
    refused = [p.host_port for p in spec.ports if p.host_port and not first <= p.host_port <= last]
    if refused:
        ports = ", ".join(map(str, sorted(refused)))
        text = f"host ports must be from {first} to {last}: {ports} is not; choose another or 0"
        yield Violation(rule=Rule.PORTS, text=text)


def _addresses(policy: Policy, spec: ContainerSpec) -> Iterator[Violation]:
    allowed = policy.host_addresses
    if allowed is None:
        return
    refused = {port.host_address for port in spec.ports if not _is_within(port, allowed)}
    if refused:
        text = (
            f"ports may not be published on {', '.join(sorted(refused))}; "
            f"publish them on {', '.join(allowed) or 'no address'}"
        )
        yield Violation(rule=Rule.HOST_ADDRESSES, text=text)


def _limits(policy: Policy, spec: ContainerSpec) -> Iterator[Violation]:
    for rule, limit, asked, unit in (
        (Rule.MAX_MEMORY, policy.max_memory, spec.resources.memory, "bytes of memory"),
        (Rule.MAX_PIDS, policy.max_pids, spec.resources.pids, "processes"),
    ):
        if limit is not None and (asked is None or asked > limit):
            yield Violation(
                rule=rule, text=f"a limit of at most {limit} {unit} is required; set one"
            )


def _privileges(policy: Policy, spec: ContainerSpec) -> Iterator[Violation]:
    if policy.no_new_privileges and not spec.no_new_privileges:
        yield Violation(
            rule=Rule.NO_NEW_PRIVILEGES, text="no_new_privileges is required; turn it on"
        )


_RULES: tuple[Callable[[Policy, ContainerSpec], Iterator[Violation]], ...] = (
    _isolation,
    _capabilities,
    _ports,
    _addresses,
    _limits,
    _privileges,
)


def _added(spec: ContainerSpec) -> set[str]:
    return {capability_name(name) for name in spec.cap_add} - DEFAULT_CAPABILITIES


def _is_within(port: PortBinding, allowed: tuple[str, ...]) -> bool:
    # Every address (0.0.0.0) lies in the subnet of every address alone.
    address = ipaddress.ip_address(port.host_address)
    return any(address in ipaddress.ip_network(entry) for entry in allowed)
