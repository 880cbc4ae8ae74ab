"""`manage.py worker`: one pool of this host's tasks, in threads of one process."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import warnings
from collections.abc import Iterator

import redis
from celery.platforms import SecurityWarning
from redis.exceptions import RedisError

from agent import app
from agent.alone import alone
from agent.operation import Workplace
from bus import broker, identity, names
from bus.names import Queue
from config import env
from engine.engine import Engine

log = logging.getLogger(__name__)

THREADS = {Queue.QUICK: 8, Queue.BUILD: 2}
_CLIENT_TIMEOUT = 2.0


def run(pool: Queue) -> int:
    """Work until TERM: what runs is finished, what waits stays in its queue."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    environment = env.load()
    me = identity.load(environment.home)
    configuration = environment.engine_configuration()
    place = Workplace(
        identity=me,
        configuration=configuration,
        engine=Engine(configuration),
        client=broker.connect(me.redis_url, timeout=_CLIENT_TIMEOUT),
    )
    # Celery warns of root for the sake of pickle, which nothing here reads.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    with alone(environment.run / f"worker-{pool}.lock"), _pulse(place.client, me.host_id, pool):
        app.create(place, pool).worker_main(
            [
                "--quiet",
                "worker",
                f"--hostname={pool}@{me.name}",
                f"--queues={names.queue(me.host_id, pool)}",
                "--pool=threads",
                f"--concurrency={THREADS[pool]}",
                "--loglevel=WARNING",
                "--without-gossip",
                "--without-mingle",
                "--without-heartbeat",
            ]
        )
    return 0


@contextlib.contextmanager
def _pulse(client: redis.Redis, host_id: str, pool: Queue) -> Iterator[None]:
    """Show that the pool is alive for as long as the block runs, and first give back what died."""
    over = threading.Event()
    key = names.worker_key(host_id, pool)
    beating = threading.Thread(target=_beat, args=(client, host_id, pool, over), daemon=True)
    beating.start()
    try:
        yield
    finally:
        over.set()
        beating.join(_CLIENT_TIMEOUT)
        with contextlib.suppress(RedisError):
            client.delete(key)


def _beat(client: redis.Redis, host_id: str, pool: Queue, over: threading.Event) -> None:
    key = names.worker_key(host_id, pool)
    restored = False
    while not over.is_set():
        try:
            if not restored:
                restore(client, host_id, pool)
                restored = True
            client.set(key, b"1", ex=names.HEARTBEAT_EXPIRY)
            pause = float(names.HEARTBEAT_SECONDS)
        except RedisError:
            pause = 1.0
        over.wait(pause)


def restore(client: redis.Redis, host_id: str, pool: Queue) -> int:
    """Put back what a killed worker of this pool had taken; returns how many messages.

    Celery would do so only after the visibility timeout, a day. Only this pool's worker reads its
    queue, and it is alone: what is taken when it starts was taken by one that died.
    """
    held = names.unacked_key(host_id)
    queue = names.queue(host_id, pool)
    count = 0
    for tag, packed in client.hgetall(held).items():
        message, _exchange, routing_key = json.loads(packed)
        if routing_key != queue:
            continue
        transaction = client.pipeline(transaction=True)
        transaction.hdel(held, tag)
        transaction.zrem(f"{held}_index", tag)
        transaction.rpush(names.queue_key(host_id, pool), json.dumps(message))
        transaction.execute()
        count += 1
    if count:
        log.warning("%d operations of a worker that died are taken up again", count)
    return count
