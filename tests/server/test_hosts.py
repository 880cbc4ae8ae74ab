"""Joining a host, finding it, and what the health endpoints say of it."""

from __future__ import annotations

import dataclasses
import stat
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.conf import settings
from django.test import Client

from accounts.actor import anonymous
from accounts.errors import SignInRequired
from bus import identity, names
from bus.errors import HostNotFound, SettingMissing
from bus.identity import HostIdentity
from bus.join import JoinRequest
from bus.journal import Heartbeat, HostFacts
from bus.names import Queue
from config.redis import client
from engine.spec import codec
from hosts import selectors, services
from hosts.models import Host
from tests.support.control import OWNER, make_host, wake
from tests.support.valkey import Valkey

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def server(transactional_db: None, redis: Valkey) -> Valkey:
    return redis


def request(**changes: Any) -> JoinRequest:
    key = X25519PrivateKey.generate().public_key().public_bytes_raw()
    given = {"host_id": "", "name": "local", "public_key": key, "credential": uuid4().hex}
    return JoinRequest(**{**given, **changes})


def test_a_machine_that_joins_is_known_by_its_key_and_credential() -> None:
    asked = request()
    answer = services.join(request=asked)
    host = Host.objects.get()
    assert (answer.host_id, answer.name) == (str(host.pk), "local")
    assert bytes(host.public_key) == asked.public_key
    assert selectors.by_credential(asked.credential) == host
    assert asked.credential not in repr(asked)
    assert asked.credential != host.credential_hash


def test_joining_again_keeps_the_host() -> None:
    asked = request()
    answer = services.join(request=asked)
    again = dataclasses.replace(asked, host_id=answer.host_id, name="another name")
    assert services.join(request=again) == answer
    assert Host.objects.count() == 1


def test_a_machine_that_lost_its_keys_is_the_same_host_with_new_ones() -> None:
    old, new = request(), request()
    assert services.join(request=old) == services.join(request=new)
    assert selectors.by_credential(old.credential) is None
    assert selectors.by_credential(new.credential) == Host.objects.get()


def test_a_machine_unknown_to_a_new_database_keeps_its_keys() -> None:
    asked = request(host_id=str(uuid4()))
    answer = services.join(request=asked)
    assert answer.host_id != asked.host_id
    assert selectors.by_credential(asked.credential) == Host.objects.get()


def test_the_platform_s_key_in_an_answer_is_the_one_that_signs() -> None:
    from config.keys import read_signing_key

    answer = services.join(request=request())
    signature = read_signing_key(settings.BERTH.signing_key_file).sign(b"message")
    Ed25519PublicKey.from_public_bytes(answer.platform_key).verify(signature, b"message")


def test_an_identity_is_its_owner_s_alone(tmp_path: Path) -> None:
    kept = HostIdentity(
        host_id=str(uuid4()),
        name="local",
        redis_url="unix:///v.sock",
        platform_url="unix:///w.sock",
        platform_key=bytes(32),
        private_key=b"p" * 32,
        credential="c" * 43,
    )
    identity.save(tmp_path, kept)
    path = identity.identity_path(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert identity.load(tmp_path) == kept
    assert kept.credential not in repr(kept)


def test_a_machine_that_has_not_joined_is_told_how(tmp_path: Path) -> None:
    with pytest.raises(SettingMissing, match="join the host first"):
        identity.load(tmp_path)


def test_a_host_is_found_by_id_and_by_name() -> None:
    host = make_host("one")
    assert selectors.get_host(actor=OWNER, host="one") == host
    assert selectors.get_host(actor=OWNER, host=str(host.pk)) == host
    for unknown in ("two", str(uuid4()), ""):
        with pytest.raises(HostNotFound):
            selectors.get_host(actor=OWNER, host=unknown)


def test_hosts_are_not_shown_without_signing_in() -> None:
    make_host()
    with pytest.raises(SignInRequired):
        selectors.list_hosts(actor=anonymous("192.0.2.1"))


def test_what_lives_on_hosts_is_asked_in_one_round_trip(server: Valkey) -> None:
    one, two = make_host("one"), make_host("two")
    wake(two, Queue.BUILD)
    alive = selectors.alive([one, two])
    assert (alive[one.pk].agent, alive[one.pk].quick, alive[one.pk].build) == (False, False, False)
    assert (alive[two.pk].agent, alive[two.pk].quick, alive[two.pk].build) == (False, False, True)


def test_nothing_lives_while_redis_is_away(server: Valkey) -> None:
    host = make_host()
    wake(host)
    server.stop()
    assert selectors.alive([host])[host.pk] == selectors.Liveness()


def test_a_heartbeat_is_written_down_when_it_tells_something_new(server: Valkey) -> None:
    host = make_host()
    facts = HostFacts(
        engine_version="1",
        kernel="6.1",
        operating_system="Debian",
        architecture="x86_64",
        cpus=2,
        memory=1,
    )
    _beat(host, facts)
    (change,) = services.record_heartbeats()
    assert (change.action, change.object["state"]) == ("online", "online")
    _beat(host, facts)
    assert services.record_heartbeats() == []
    _beat(host, dataclasses.replace(facts, kernel="6.12"))
    assert len(services.record_heartbeats()) == 1
    host.refresh_from_db()
    assert host.kernel == "6.12"


def test_a_heartbeat_that_nobody_can_read_changes_nothing(server: Valkey) -> None:
    host = make_host()
    client().set(names.heartbeat_key(str(host.pk)), b"{")
    assert services.record_heartbeats() == []


def test_ready_is_said_only_when_a_create_would_work(server: Valkey) -> None:
    host = make_host()
    browser = Client()

    def missing() -> list[str]:
        answer = browser.get("/readyz")
        assert answer.status_code == (503 if answer.json()["missing"] else 200)
        found: list[str] = answer.json()["missing"]
        return [line.partition(":")[0] for line in found]

    assert missing() == ["ingest", "agent", "workers"]
    client().set(names.INGEST_KEY, b"1")
    client().set(names.heartbeat_key(str(host.pk)), b"1")
    assert missing() == ["workers"]
    wake(host)
    assert missing() == []
    server.stop()
    assert missing() == ["redis"]


def test_health_and_version_need_nothing_else() -> None:
    assert Client().get("/healthz").json() == {"status": "ok"}
    assert Client().get("/version").json() == {"product": "berth", "version": "0.1.0", "api": "v1"}


def _beat(host: Host, facts: HostFacts) -> None:
    beat = Heartbeat(version=1, time=1, facts=facts)
    client().set(names.heartbeat_key(str(host.pk)), codec.encode(beat))
