"""What crosses between platform and hosts: recorded bytes, signatures, sealed values."""

from __future__ import annotations

import base64
import dataclasses
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bus import broker, journal, messages, names, sealing
from bus.errors import MessageRefused, SealBroken
from bus.journal import Inventory, OperationReport, Progress, decode_entry, encode_entry
from bus.messages import (
    PAYLOADS,
    ContainerCreate,
    ContainerStop,
    ImagePull,
    OperationKind,
    OperationState,
    RegistryAccess,
    SignedMessage,
    TaskMessage,
)
from engine.errors import ErrorRecord, MalformedMessage, UnsupportedVersion
from engine.spec.container import ContainerSpec, PortBinding, Resources
from engine.spec.event import Event, ObjectKind
from engine.spec.image import LayerPhase, LayerProgress

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
HOST = "11111111-2222-3333-4444-555555555555"

CREATE = TaskMessage(
    operation_id="aaaaaaaa-0000-0000-0000-000000000001",
    attempt=1,
    host_id=HOST,
    space="default",
    kind=OperationKind.CONTAINER_CREATE,
    payload=ContainerCreate(
        container_id="c0" * 32,
        spec=ContainerSpec(
            name="web",
            image="nginx:1",
            command=("nginx", "-g", "daemon off;"),
            resources=Resources(memory=64 * 1024**2, cpus=0.5),
            ports=(PortBinding(container_port=80, host_port=8080),),
        ),
        start=True,
    ),
)

# As the first release wrote it. A newer one has to read these bytes for ever.
STOP_BODY = (
    '{"version":1,"operation_id":"aaaaaaaa-0000-0000-0000-000000000002","attempt":1,'
    '"host_id":"11111111-2222-3333-4444-555555555555","space":"default",'
    '"kind":"containers.stop","payload":{"container_id":"abc","timeout":5}}'
)
STOP_SIGNATURE = (
    "0UDlDwV5GMb2ToKarI07hDp6c0ixpZ4MHUJmuTtMAuhjwZCweAUW/T2zaN9WxLZVCIvAeXiZ/KiyfcL0NZqPBQ=="
)


SEALED = (
    "015bae27bd07cb991f59b8295ac1a104544f7208c92f61307c58b2758561fd2e0736352d0bcbbe42"
    "88abedad123921eda2502c56379c9d57117e"
)


def verify(signed: SignedMessage, host_id: str = HOST) -> TaskMessage:
    return messages.verify(signed, key=KEY.public_key(), host_id=host_id)


def test_a_signed_message_comes_back_as_it_was() -> None:
    assert verify(messages.sign(CREATE, KEY)) == CREATE


def test_recorded_bytes_of_a_task_message_are_still_written_and_read() -> None:
    stop = TaskMessage(
        operation_id="aaaaaaaa-0000-0000-0000-000000000002",
        attempt=1,
        host_id=HOST,
        space="default",
        kind=OperationKind.CONTAINER_STOP,
        payload=ContainerStop(container_id="abc", timeout=5),
    )
    recorded = SignedMessage(body=STOP_BODY, signature=STOP_SIGNATURE)
    assert messages.sign(stop, KEY) == recorded
    assert verify(recorded) == stop


def test_a_message_with_a_field_of_a_later_release_is_read() -> None:
    body = json.dumps({**json.loads(STOP_BODY), "priority": 3}, separators=(",", ":"))
    payload = verify(_signed(body)).payload
    assert payload == ContainerStop(container_id="abc", timeout=5)


@pytest.mark.parametrize("change", ["nginx:1|nginx:2", '"start":true|"start":false', "1|01"])
def test_an_altered_message_is_refused_before_it_is_decoded(change: str) -> None:
    before, after = change.split("|")
    signed = messages.sign(CREATE, KEY)
    altered = dataclasses.replace(signed, body=signed.body.replace(before, after, 1))
    with pytest.raises(MessageRefused, match="did not sign"):
        verify(altered)


@pytest.mark.parametrize("signature", ["", "!!!", "AAAA", "A" * 88])
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    with pytest.raises(MessageRefused, match="did not sign"):
        verify(SignedMessage(body=STOP_BODY, signature=signature))


def test_the_signature_of_another_platform_is_refused() -> None:
    stranger = Ed25519PrivateKey.generate()
    with pytest.raises(MessageRefused, match="did not sign"):
        verify(messages.sign(CREATE, stranger))


def test_a_message_for_another_host_is_refused() -> None:
    with pytest.raises(MessageRefused, match=f"it is for host {HOST}"):
        verify(messages.sign(CREATE, KEY), host_id="another")


def test_a_message_of_an_unknown_version_says_what_to_upgrade() -> None:
    with pytest.raises(UnsupportedVersion, match="has version 2; this program reads 1"):
        verify(_signed(STOP_BODY.replace('"version":1', '"version":2')))


def test_a_signed_message_that_makes_no_sense_is_malformed() -> None:
    with pytest.raises(MalformedMessage):
        verify(_signed(STOP_BODY.replace('"timeout":5', '"timeout":"soon"')))


def test_every_kind_of_operation_has_its_payload() -> None:
    assert set(PAYLOADS) == set(OperationKind)


def test_a_sealed_password_is_in_neither_repr_nor_message() -> None:
    host = X25519PrivateKey.generate()
    auth = sealing.seal(b"swordfish", public_key=host.public_key().public_bytes_raw())
    pull = ImagePull(reference="r/x:1", access=RegistryAccess(auth=auth))
    signed = messages.sign(
        dataclasses.replace(CREATE, kind=OperationKind.IMAGE_PULL, payload=pull), KEY
    )
    assert b"swordfish" not in auth
    assert "swordfish" not in signed.body
    assert "auth" not in repr(pull)
    got = verify(signed).payload
    assert isinstance(got, ImagePull)
    assert sealing.unseal(got.access.auth, private_key=host.private_bytes_raw()) == b"swordfish"


def test_a_sealed_value_opens_for_its_host_alone() -> None:
    host, other = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    sealed = sealing.seal(b"secret", public_key=host.public_key().public_bytes_raw())
    with pytest.raises(SealBroken):
        sealing.unseal(sealed, private_key=other.private_bytes_raw())


@pytest.mark.parametrize("position", [0, 1, 20, 33, -1])
def test_an_altered_sealed_value_does_not_open(position: int) -> None:
    host = X25519PrivateKey.generate()
    sealed = bytearray(sealing.seal(b"secret", public_key=host.public_key().public_bytes_raw()))
    sealed[position] ^= 1
    with pytest.raises(SealBroken):
        sealing.unseal(bytes(sealed), private_key=host.private_bytes_raw())


def test_a_sealed_value_opens_only_in_its_context() -> None:
    host = X25519PrivateKey.generate()
    public = host.public_key().public_bytes_raw()
    sealed = sealing.seal(b"secret", public_key=public, context=b"registry")
    with pytest.raises(SealBroken):
        sealing.unseal(sealed, private_key=host.private_bytes_raw(), context=b"environment")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(32), b"\x02" + bytes(60)])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        sealing.unseal(sealed, private_key=bytes(32))


def test_the_first_release_s_sealed_value_still_opens() -> None:
    sealed = bytes.fromhex(SEALED)
    assert sealing.unseal(sealed, private_key=bytes(range(32)), context=b"c") == b"swordfish"


EVENT = Event(
    sequence=7,
    space="default",
    kind=ObjectKind.OPERATION,
    id="aaaaaaaa-0000-0000-0000-000000000001",
    action="failed",
    time=1_700_000_000_000_000_000,
    payload={"state": "failed"},
)
RECORDED_EVENT = {
    b"v": b"1",
    b"k": b"event",
    b"b": b'{"sequence":7,"space":"default","kind":"operation",'
    b'"id":"aaaaaaaa-0000-0000-0000-000000000001","action":"failed",'
    b'"time":1700000000000000000,"payload":{"state":"failed"}}',
}


def test_recorded_bytes_of_a_journal_entry_are_still_written_and_read() -> None:
    assert encode_entry(EVENT) == RECORDED_EVENT
    assert decode_entry(RECORDED_EVENT) == EVENT


@pytest.mark.parametrize(
    "entry",
    [
        Progress(
            operation_id="o",
            attempt=1,
            time=1,
            layers=(LayerProgress(digest="sha256:1", phase=LayerPhase.DOWNLOADING, total=9),),
        ),
        Inventory(
            epoch="e",
            position=3,
            time=1,
            operations=(
                OperationReport(
                    operation_id="o",
                    attempt=1,
                    state=OperationState.FAILED,
                    started_at=1,
                    finished_at=2,
                    error=ErrorRecord(code="port_in_use", message="held", detail={"port": "80"}),
                ),
            ),
        ),
    ],
)
def test_every_journal_entry_comes_back_as_it_was(entry: journal.Entry) -> None:
    assert decode_entry(encode_entry(entry)) == entry


@pytest.mark.parametrize("missing", [b"v", b"k", b"b"])
def test_a_journal_entry_without_one_of_its_fields_is_malformed(missing: bytes) -> None:
    with pytest.raises(MalformedMessage):
        decode_entry({name: RECORDED_EVENT[name] for name in RECORDED_EVENT if name != missing})


def test_a_journal_entry_of_an_unknown_version_is_told_apart() -> None:
    with pytest.raises(UnsupportedVersion):
        decode_entry({**RECORDED_EVENT, b"v": b"9"})


def test_all_keys_of_a_host_are_within_its_prefix() -> None:
    keys = [
        names.events_stream(HOST),
        names.acknowledged_key(HOST),
        names.heartbeat_key(HOST),
        names.worker_key(HOST, names.Queue.QUICK),
        names.queue_key(HOST, names.Queue.BUILD),
        names.unacked_key(HOST),
        names.dial_channel(HOST),
        names.cancel_key(HOST, "o"),
    ]
    assert all(key.startswith(f"h:{HOST}:") for key in keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("url", "celery"),
    [
        ("unix:///x/v.sock", "redis+socket:///x/v.sock?virtual_host=0"),
        ("unix:///x/v.sock?db=3", "redis+socket:///x/v.sock?virtual_host=3"),
        ("rediss://:p@h:6380/1", "rediss://:p@h:6380/1"),
    ],
)
def test_celery_reads_the_same_redis_as_everybody(url: str, celery: str) -> None:
    assert broker.celery_url(url) == celery


def _signed(body: str) -> SignedMessage:
    return SignedMessage(body=body, signature=base64.b64encode(KEY.sign(body.encode())).decode())
