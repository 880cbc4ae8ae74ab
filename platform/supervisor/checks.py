"""What `doctor` looks at: each check answers in one line, with what to do about it."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from redis.exceptions import RedisError

from bus import broker
from config.env import Environment
from engine.cgroups import Hierarchy
from engine.engine import Engine
from engine.errors import EngineError, KernelUnsupported
from engine.linux.nftables import Nftables
from engine.spec.configuration import EngineConfiguration
from engine.spec.container import ContainerState
from supervisor import forwarding, instance, web_user

OLDEST_KERNEL = (5, 15)
_LEAST_DISK = 2 * 1024**3
_GIBIBYTE = 1024**3
_CGROUP_ROOT = Path("/sys/fs/cgroup")


class MachineUnable(EngineError):
    code = "machine_unable"
    template = "this machine cannot run containers: {reason}"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of `doctor`."""

    name: str
    good: bool
    text: str


def require_able() -> None:
    """Raise MachineUnable for the first thing without which nothing works."""
    for check in (check_root, check_kernel, check_cgroups, check_nftables):
        finding = check()
        if not finding.good:
            raise MachineUnable(reason=f"{finding.name}: {finding.text}")


def everything(environment: Environment) -> Iterator[Finding]:
    """Yield all findings; later checks are left out where an earlier one makes them pointless."""
    for check in (check_root, check_kernel, check_user_namespaces, check_cgroups, check_nftables):
        finding = check()
        yield finding
        if not finding.good and check is check_root:
            return
    yield _safely("overlay", lambda: check_overlay(environment))
    yield check_disk(environment)
    yield check_web_user(environment)
    yield from _safely_many(environment)


def check_root() -> Finding:
    """The engine makes namespaces, mounts and links."""
    good = os.geteuid() == 0
    return Finding(name="root", good=good, text="yes" if good else "run this as root")


def check_kernel() -> Finding:
    """Linux 5.15 is the oldest with all calls that have no second way."""
    release = os.uname().release
    numbers = tuple(int(part) for part in re.findall(r"\d+", release)[:2])
    if numbers < OLDEST_KERNEL:
        oldest = ".".join(map(str, OLDEST_KERNEL))
        return Finding(name="kernel", good=False, text=f"Linux {release}; needs {oldest} or later")
    return Finding(name="kernel", good=True, text=f"Linux {release}")


def check_user_namespaces() -> Finding:
    """Containers have user namespaces of their own by default."""
    try:
        limit = int(Path("/proc/sys/user/max_user_namespaces").read_text())
    except FileNotFoundError:
        limit = 0
    if limit == 0:
        text = "switched off: root in a container is root here. Set user.max_user_namespaces."
        return Finding(name="user namespaces", good=False, text=text)
    return Finding(name="user namespaces", good=True, text=f"up to {limit}")


def check_cgroups() -> Finding:
    """Limits need the memory, cpu and pids controllers."""
    try:
        hierarchy = Hierarchy.detect()
    except EngineError as error:
        return Finding(name="cgroups", good=False, text=str(error))
    return Finding(name="cgroups", good=True, text=hierarchy.kind.value)


def check_nftables() -> Finding:
    """Published ports and addresses are nftables rules."""
    try:
        Nftables().run("list tables")
    except KernelUnsupported as error:
        return Finding(name="nftables", good=False, text=str(error))
    except OSError as error:
        return Finding(name="nftables", good=False, text=f"the kernel refuses: {error}")
    return Finding(name="nftables", good=True, text="libnftables answers")


def check_overlay(environment: Environment) -> Finding:
    """A launcher of its own, on the file system that layers will be on, tries both ways."""
    parent = _existing(environment.home)
    with tempfile.TemporaryDirectory(prefix="b", dir=parent) as folder:
        engine = Engine(EngineConfiguration(home=Path(folder), id_pool=environment.id_pool))
        try:
            report = engine.ensure_launcher()
        finally:
            engine.shut_down()
    text = f"{report.overlay.value}, user namespaces {report.user_namespaces.value}"
    return Finding(name="overlay", good=True, text=text)


def check_disk(environment: Environment) -> Finding:
    """Images need room."""
    place = _existing(environment.home)
    free = shutil.disk_usage(place).free
    text = f"{free / _GIBIBYTE:.1f} GiB free under {place}"
    if free < _LEAST_DISK:
        text += f"; {_LEAST_DISK // _GIBIBYTE} GiB are little enough"
    return Finding(name="disk", good=free >= _LEAST_DISK, text=text)


def check_web_user(environment: Environment) -> Finding:
    """The web side runs as a user of its own, and shares no file with the engine."""
    found = web_user.problems(environment)
    if found:
        text = f"{'; '.join(found)}; `manage.py down`, then `manage.py up` puts it right"
        return Finding(name="web user", good=False, text=text)
    text = web_user.NAME if web_user.find() else f"{web_user.NAME}; `manage.py up` makes it"
    return Finding(name="web user", good=True, text=text)


def check_forwarding(environment: Environment) -> Finding:
    """Every forward chain of the machine has to let packets of our bridges through."""
    mark = environment.engine_configuration().instance
    drops = [drop for drop in forwarding.find_drops() if not forwarding.is_allowed(drop, mark)]
    if drops:
        text = f"{drops[0]} drops what containers send out; `manage.py up --allow-forward` helps"
        return Finding(name="forwarding", good=False, text=text)
    return Finding(name="forwarding", good=True, text="no other firewall drops it by policy")


def check_redis(environment: Environment) -> Finding:
    """The embedded Valkey lives with the platform; one of the user's own must answer always."""
    if environment.embeds_redis and instance.find_running(environment.run) is None:
        return Finding(name="redis", good=True, text="embedded; starts with the platform")
    client = broker.connect(environment.redis_url)
    try:
        client.ping()
    except RedisError as error:
        return Finding(name="redis", good=False, text=f"does not answer: {error}")
    finally:
        client.close()
    return Finding(name="redis", good=True, text="answers")


def check_leftovers(environment: Environment) -> Finding:
    """What of ours is on the machine though no container runs and the platform does not either."""
    if instance.find_running(environment.run) is not None:
        return Finding(name="leftovers", good=True, text="not looked for while the platform runs")
    configuration = environment.engine_configuration()
    if configuration.root.exists() and _containers_run(configuration):
        return Finding(name="leftovers", good=True, text="none looked for: containers run")
    found = sorted(_leftovers(configuration))
    if found:
        text = f"{', '.join(found)}; `manage.py down --all` removes them"
        return Finding(name="leftovers", good=False, text=text)
    return Finding(name="leftovers", good=True, text="none")


def _containers_run(configuration: EngineConfiguration) -> bool:
    inventory = Engine(configuration).inventory()
    return any(one.state is ContainerState.RUNNING for one in inventory.containers)


def _leftovers(configuration: EngineConfiguration) -> Iterator[str]:
    mark = configuration.instance
    for name in os.listdir("/sys/class/net"):  # noqa: PTH208  (names alone are wanted)
        if name.startswith((f"br{mark}", f"v{mark[:6]}")):
            yield f"link {name}"
    if f"table ip berth_{mark}" in Nftables().run("list tables").splitlines():
        yield f"nftables table berth_{mark}"
    for folder in (_CGROUP_ROOT, *_CGROUP_ROOT.iterdir()):
        if (folder / f"berth-{mark}").is_dir():
            yield f"cgroup {folder / f'berth-{mark}'}"
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        target = line.split()[4]
        if target.startswith(f"{configuration.home}/"):
            yield f"mount {target}"


def _safely_many(environment: Environment) -> Iterator[Finding]:
    yield _safely("forwarding", lambda: check_forwarding(environment))
    yield check_redis(environment)
    yield _safely("leftovers", lambda: check_leftovers(environment))


def _safely(name: str, check: Callable[[], Finding]) -> Finding:
    """A check that the machine refuses is a finding itself, and the others still run."""
    try:
        return check()
    except (EngineError, OSError) as error:
        return Finding(name=name, good=False, text=str(error))


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
