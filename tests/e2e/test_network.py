"""A published port met from the LAN, and containers that find each other by name, by REST."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.support.images import minbase_image
from tests.support.instance import Api, Instance, free_port
from tests.support.kernel import ruleset, traces_of
from tests.support.netns import NetworkNamespace, machine_on_lan
from tests.support.registry import Registry
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.kernel, pytest.mark.timeout(300)]

HOST_ADDRESS = "198.51.100.1"
LAN_ADDRESS = "198.51.100.9"


@pytest.fixture
def lan() -> Iterator[NetworkNamespace]:
    """Another machine on the LAN of this one."""
    with machine_on_lan(HOST_ADDRESS, LAN_ADDRESS) as machine:
        yield machine


def serving(api: Api, image: str, name: str, **changes: object) -> dict[str, object]:
    serve = f"mkdir /www; echo this is {name} >/www/index.html; exec httpd -f -p 80 -h /www"
    command = ["sh", "-c", serve]
    body = {"host": api.host(), "name": name, "image": image, "command": command}
    return {**body, "stop_signal": "KILL", "start": True, **changes}


def answer(port: int) -> str:
    """Return what a web server at the host's address says, or raise OSError."""
    with socket.create_connection((HOST_ADDRESS, port), timeout=2) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return connection.makefile().read().splitlines()[-1]


def answer_to(lan: NetworkNamespace, port: int) -> str | None:
    """Return what a machine of the LAN hears; None while nobody listens."""
    try:
        return lan.call(lambda: answer(port))
    except ConnectionRefusedError:
        return None


def test_port_is_open_to_the_lan_while_the_container_runs_and_nothing_stays_after_it(
    instance: Instance, api: Api, busybox: str, lan: NetworkNamespace
) -> None:
    port = free_port()
    ports = [{"container_port": 80, "host_port": port}]
    made = api.do("containers", serving(api, busybox, "web", ports=ports))
    assert wait_until(lambda: answer_to(lan, port), what="an answer") == "this is web"

    api.do(f"containers/{made['id']}/stop")
    with pytest.raises(ConnectionRefusedError):
        lan.call(lambda: answer(port))

    api.do(f"containers/{made['id']}/start")
    assert wait_until(lambda: answer_to(lan, port), what="an answer again") == "this is web"

    api.delete(f"containers/{made['id']}?force=true")
    with pytest.raises(ConnectionRefusedError):
        lan.call(lambda: answer(port))
    assert traces_of(instance, made["id"]) == []
    assert str(port) not in ruleset(instance)


def test_port_of_the_loopback_alone_is_closed_to_the_lan(
    api: Api, busybox: str, lan: NetworkNamespace
) -> None:
    port = free_port()
    ports = [{"container_port": 80, "host_port": port, "host_address": "127.0.0.1"}]
    api.do("containers", serving(api, busybox, "private", ports=ports))

    def heard_here() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(heard_here, what="an answer on the loopback")
    with pytest.raises(ConnectionRefusedError):
        lan.call(lambda: answer(port))


def test_container_reaches_another_by_its_name_until_that_is_gone(
    api: Api, busybox: str, registry: Registry
) -> None:
    minbase_image().push(registry.client, "minbase", "12")
    debian = f"{registry.name}/minbase:12"
    api.do("images/pull", {"host": api.host(), "reference": debian})
    shop = api.do("containers", serving(api, busybox, "shop"))
    connect = "exec 3<>/dev/tcp/shop/80"
    ask = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"

    def run(name: str, script: str) -> tuple[object, str]:
        command = ["bash", "-c", script]
        made = api.do("containers", serving(api, debian, name, command=command))
        ended = api.container(name, "exited")
        return ended["exit_code"], api.client.get(f"containers/{made['id']}/logs").text

    customer = run("customer", f"until {connect}; do sleep 0.05; done 2>/dev/null; {ask}")
    assert (customer[0], customer[1].splitlines()[-1]) == (0, "this is shop")

    api.delete(f"containers/{shop['id']}?force=true")
    latecomer = run("latecomer", f"{connect}; {ask}")
    assert latecomer[0] == 1
    assert "shop: Name or service not known" in latecomer[1]
