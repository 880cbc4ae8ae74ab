"""The one codec: what it writes, what it reads back, and how it refuses."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

import pytest

from engine.errors import MalformedMessage
from engine.spec.codec import decode, encode
from engine.spec.container import ContainerSpec, PortBinding, Protocol, Resources
from engine.spec.runtime import ExitRecord, LauncherRequest, ShimRecord


class Color(enum.StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    text: str
    color: Color
    inner: tuple[Inner, ...] = ()
    maybe: float | None = None
    labels: dict[str, str] = field(default_factory=dict)
    data: bytes = b""


def test_every_kind_of_field_comes_back_as_it_was() -> None:
    value = Outer(
        text="ß\n",
        color=Color.RED,
        inner=(Inner(number=1), Inner(number=2)),
        maybe=0.5,
        labels={"a": "b"},
        data=bytes(range(256)),
    )
    assert decode(Outer, encode(value)) == value


def test_a_missing_field_takes_its_default_and_an_unknown_one_is_ignored() -> None:
    assert decode(Outer, b'{"text":"a","color":"red","later":1}') == Outer(
        text="a", color=Color.RED
    )


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "Outer"),
        (b"[]", "dict"),
        (b'{"text":"a"}', "color"),
        (b'{"text":1,"color":"red"}', "text"),
        (b'{"text":"a","color":"blue"}', "color"),
        (b'{"text":"a","color":"red","inner":[{"number":true}]}', "inner"),
        (b'{"text":"a","color":"red","data":"*"}', "data"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_field_named(data: bytes, named: str) -> None:
    with pytest.raises(MalformedMessage, match=named):
        decode(Outer, data)


def test_a_specification_survives_the_trip() -> None:
    spec = ContainerSpec(
        name="web",
        image="busybox",
        command=("a", "b"),
        ports=(PortBinding(container_port=80, host_port=8080, protocol=Protocol.UDP),),
        resources=Resources(memory=1 << 30, cpus=1),
    )
    assert decode(ContainerSpec, encode(spec)) == spec


def test_records_of_the_first_version_stay_readable() -> None:
    """Recorded bytes: shims of an older release keep running across an upgrade."""
    assert decode(
        ShimRecord,
        b'{"version":1,"generation":3,"boot_id":"b","shim_pid":10,"shim_start":11,'
        b'"init_pid":12,"init_start":13,"started_at":14}',
    ) == ShimRecord(
        generation=3,
        boot_id="b",
        shim_pid=10,
        shim_start=11,
        init_pid=12,
        init_start=13,
        started_at=14,
    )
    assert decode(
        ExitRecord,
        b'{"version":1,"generation":3,"exit_code":137,"oom_killed":true,"finished_at":5}',
    ) == ExitRecord(generation=3, exit_code=137, oom_killed=True, finished_at=5)
    assert decode(LauncherRequest, b'{"version":1,"container_id":"abc"}') == LauncherRequest(
        container_id="abc"
    )
