"""The fan-out of changes: everything wanted, in order, or an honest word about a gap."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import redis

from bus import names
from bus.journal import Change
from engine.spec import codec
from realtime.fanout import Fanout, Listener, MissedChanges
from tests.support.valkey import Valkey


def change(number: int, *, kind: str = "container") -> Change:
    return Change(kind=kind, id=f"c{number}", action="start", version=number, project="default")


def everything(_change: Change) -> bool:
    return True


@asynccontextmanager
async def fanning(valkey: Valkey, *, queue_length: int = 1000) -> AsyncIterator[Fanout]:
    fanout = Fanout(valkey.url, queue_length=queue_length)
    await fanout.start()
    await asyncio.wait_for(fanout.subscribed.wait(), 5)
    try:
        yield fanout
    finally:
        await fanout.stop()


async def take(listener: Listener, count: int) -> list[Change]:
    taken: list[Change] = []
    async with asyncio.timeout(5):
        async for each in listener.changes():
            taken.append(each)
            if len(taken) == count:
                break
    return taken


def publish(valkey: Valkey, *changes: Change) -> None:
    with redis.Redis.from_url(valkey.url) as client:
        for each in changes:
            client.publish(names.CHANGES, codec.encode(each))


async def test_every_listener_gets_every_change_in_order(valkey: Valkey) -> None:
    changes = [change(number) for number in range(100)]
    async with fanning(valkey) as fanout:
        with fanout.listening(everything) as one, fanout.listening(everything) as other:
            publish(valkey, *changes)
            assert await take(one, 100) == changes
            assert await take(other, 100) == changes


async def test_a_listener_gets_only_what_it_wants(valkey: Valkey) -> None:
    async with fanning(valkey) as fanout:
        with fanout.listening(lambda each: each.kind == "image") as listener:
            publish(valkey, change(1), change(2, kind="image"), change(3))
            assert await take(listener, 1) == [change(2, kind="image")]


async def test_a_listener_that_is_too_slow_is_told_so_and_the_others_are_not_held_up(
    valkey: Valkey,
) -> None:
    changes = [change(number) for number in range(10)]
    async with fanning(valkey, queue_length=5) as fanout:
        with fanout.listening(everything) as slow, fanout.listening(everything) as quick:
            publish(valkey, *changes[:5])
            assert await take(quick, 5) == changes[:5]
            publish(valkey, *changes[5:])
            assert await take(quick, 5) == changes[5:]
            with pytest.raises(MissedChanges):
                await take(slow, 1)


async def test_after_redis_was_away_listeners_are_told_and_new_ones_hear_again(
    valkey: Valkey,
) -> None:
    async with fanning(valkey) as fanout:
        with fanout.listening(everything) as listener:
            valkey.stop()
            valkey.start()
            with pytest.raises(MissedChanges):
                await take(listener, 1)
        await asyncio.wait_for(fanout.subscribed.wait(), 10)
        with fanout.listening(everything) as anew:
            publish(valkey, change(1))
            assert await take(anew, 1) == [change(1)]


async def test_a_listener_that_came_before_the_subscription_is_told_to_read_anew(
    valkey: Valkey,
) -> None:
    fanout = Fanout(valkey.url)
    with fanout.listening(everything) as early:
        await fanout.start()
        with pytest.raises(MissedChanges):
            await take(early, 1)
    await fanout.stop()


async def test_a_change_that_cannot_be_read_is_not_passed_over_in_silence(valkey: Valkey) -> None:
    async with fanning(valkey) as fanout:
        with fanout.listening(everything) as listener:
            with redis.Redis.from_url(valkey.url) as client:
                client.publish(names.CHANGES, b"{")
            with pytest.raises(MissedChanges):
                await take(listener, 1)


async def test_a_web_worker_starts_without_redis(valkey: Valkey) -> None:
    valkey.stop()
    fanout = Fanout(valkey.url)
    await fanout.start()
    valkey.start()
    await asyncio.wait_for(fanout.subscribed.wait(), 10)
    await fanout.stop()
