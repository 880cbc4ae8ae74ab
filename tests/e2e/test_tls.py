"""`up --tls` as its clients meet it: curl, a page's websocket, a tunnel's upgrade, cookies."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sqlite3
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from websockets.asyncio.client import connect

from bus import identity
from tests.support.instance import Api, Instance
from tests.support.tls import TlsClient
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.kernel, pytest.mark.timeout(300)]

PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    """A Berth that serves HTTPS."""
    berth = Instance(number=9)
    try:
        printed = berth.up("--tls")
        assert str(berth.authority) in printed
        assert _fingerprint(berth) in printed
        assert f"running at https://{berth.listen}" in printed
        yield berth
    finally:
        berth.remove()


def _fingerprint(berth: Instance) -> str:
    shown = subprocess.run(
        ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", str(berth.authority)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return shown.strip().rpartition("=")[2]


def _curl(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["curl", "-sS", *words], capture_output=True, text=True, check=False)


def test_curl_trusts_it_with_the_authority_alone(instance: Instance) -> None:
    trusted = _curl("--cacert", str(instance.authority), f"{instance.url}/readyz")
    assert json.loads(trusted.stdout) == {"ready": True, "missing": []}
    assert _curl(f"{instance.url}/readyz").returncode == 60
    told = _curl(f"http://{instance.listen}/readyz")
    assert "speaks HTTPS" in told.stdout
    assert f"running at {instance.url}" in instance.manage("up")


def test_cookies_travel_by_https_alone_and_no_browser_is_bound_to_it(
    instance: Instance, token: str
) -> None:
    assert token
    with httpx.Client(base_url=instance.url, verify=instance.trust) as client:
        answer = client.post(
            "/api/v1/session",
            json={"username": "owner", "password": PASSWORD},
            headers={"Origin": instance.url},
        )
        assert answer.status_code == 201, answer.text
        cookies = answer.headers.get_list("set-cookie")
        assert cookies
        assert all("; Secure" in cookie for cookie in cookies)
        assert "strict-transport-security" not in answer.headers
        assert client.get("/api/v1/session").status_code == 200


def test_a_page_of_ours_may_write_and_another_s_may_not(instance: Instance, token: str) -> None:
    assert token
    with httpx.Client(base_url=instance.url, verify=instance.trust) as client:
        client.post("/api/v1/session", json={"username": "owner", "password": PASSWORD})
        csrf = {"X-CSRFToken": client.cookies.get("csrftoken") or ""}
        body = {"name": "made by a page"}
        foreign = {"Origin": "https://example.org", **csrf}
        assert client.post("/api/v1/tokens", json=body, headers=foreign).status_code == 403
        own = {"Origin": instance.url, **csrf}
        made = client.post("/api/v1/tokens", json=body, headers=own)
        assert made.status_code == 201, made.text


def test_the_client_s_address_is_its_own_and_cannot_be_forged(api: Api, instance: Instance) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    answer = api.client.post("tokens", json={"name": "whence"}, headers=forged)
    assert answer.status_code == 201, answer.text
    database = f"file:{instance.home / 'web' / 'database.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(database, uri=True)) as connection:
        last = "SELECT origin FROM audit_auditentry WHERE kind = 'token' ORDER BY id DESC LIMIT 1"
        assert connection.execute(last).fetchone() == ("127.0.0.1",)


async def test_a_page_sees_a_container_live_by_wss(
    instance: Instance, api: Api, token: str, busybox: str
) -> None:
    assert isinstance(instance.trust, ssl.SSLContext)
    made = await asyncio.to_thread(
        api.do,
        "containers",
        {
            "host": api.host(),
            "name": "speaking",
            "image": busybox,
            "command": ["sh", "-c", "echo one; sleep 0.2; echo two"],
            "start": True,
        },
    )
    address = f"wss://{instance.listen}/ws/containers/{made['id']}/logs?follow=1&tail=all"
    bearer = {"Authorization": f"Bearer {token}"}
    lines: list[str] = []
    async with connect(address, ssl=instance.trust, additional_headers=bearer) as page:
        async for text in page:
            lines += [line["text"] for line in json.loads(text).get("lines", ())]
    assert [line.strip() for line in lines] == ["one", "two"]


def test_a_connection_that_the_web_process_takes_over_passes_the_front(instance: Instance) -> None:
    """An agent's tunnel: a session nobody waits for is refused, after the credential was good."""
    port = int(instance.listen.rpartition(":")[2])
    for credential, status in ((identity.load(instance.home).credential, 404), ("wrong", 401)):
        with TlsClient(port, instance.authority) as client:
            client.send(
                b"POST /agent/1/nobody HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Authorization: Bearer " + credential.encode() + b"\r\n"
                b"Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n"
            )
            client.end_input()
            assert client.receive_all().startswith(b"HTTP/1.1 %d " % status)


def test_many_clients_are_served_at_once_and_the_front_comes_back(instance: Instance) -> None:
    limits = httpx.Limits(max_connections=50)

    async def ask() -> list[int]:
        verify = instance.trust
        async with httpx.AsyncClient(verify=verify, limits=limits, timeout=30) as client:
            answers = [client.get(f"{instance.url}/healthz") for _ in range(200)]
            return [answer.status_code for answer in await asyncio.gather(*answers)]

    assert set(asyncio.run(ask())) == {200}
    (before,) = instance.processes("manage.py front")
    instance.kill("manage.py front")
    wait_until(lambda: instance.processes("manage.py front") not in ([], [before]), what="another")
    instance.await_ready()


def test_nothing_listens_but_the_front(instance: Instance) -> None:
    port = int(instance.listen.rpartition(":")[2])
    (front,) = instance.processes("manage.py front")
    shown = subprocess.run(
        ["ss", "-Hltnp", f"sport = :{port}"], capture_output=True, text=True, check=True
    ).stdout
    assert f"pid={front}," in shown
    assert shown.count("pid=") == 1
    with socket.create_connection(("127.0.0.1", port)) as plain:
        plain.sendall(b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET / HTTP/1.1\r\n\r\n")
        assert b"200 OK" not in plain.recv(65536)


def test_a_renewed_certificate_is_served_without_a_stop(instance: Instance) -> None:
    place = ("127.0.0.1", int(instance.listen.rpartition(":")[2]))
    before = ssl.get_server_certificate(place)
    (instance.home / "tls" / "server.crt").unlink()
    (supervisor,) = instance.processes("manage.py supervise")
    os.kill(supervisor, signal.SIGUSR1)

    def renewed() -> bool:
        try:
            return ssl.get_server_certificate(place, ca_certs=str(instance.authority)) != before
        except OSError:
            return False

    wait_until(renewed, what="another certificate", seconds=20)
    instance.await_ready()
