"""All that an instance has, in its home, in its state and in the kernel: bad input adds nothing."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.support.instance import Api, Instance
from tests.support.kernel import links_of, ruleset

_HISTORY = frozenset({"claims", "outbox", "sqlite_sequence"})
"""What has happened stays written down, also where it came to nothing."""
_FOLDERS = ("blobs/sha256", "snapshots", "tmp", "containers")


def belongings_of(instance: Instance, api: Api) -> frozenset[str]:
    """Return everything as `where: what`, looked at without any code of the product."""
    return frozenset(
        [
            *_rows(instance.home / "engine/state.db"),
            *_mirrored(api),
            *_files(instance),
            *_mounts(instance),
            *_cgroups(instance),
            *(f"link: {name}" for name in links_of(instance)),
            f"nftables: {ruleset(instance)}",
        ]
    )


def added_to(
    before: frozenset[str], instance: Instance, api: Api, *, patience: float = 5
) -> list[str]:
    """Return what is there and was not *before*, once *patience* seconds gave it time to go."""
    deadline = time.monotonic() + patience
    while added := sorted(belongings_of(instance, api) - before):
        if time.monotonic() > deadline:
            return added
        time.sleep(0.05)
    return []


def _rows(state: Path) -> Iterator[str]:
    with closing(sqlite3.connect(f"file:{state}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        for (table,) in tables.fetchall():
            if table not in _HISTORY:
                for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608
                    yield f"row: {table} {row}"


def _mirrored(api: Api) -> Iterator[str]:
    for kind in ("containers", "images", "networks"):
        for row in api.rows(kind):
            yield f"mirror: {kind} {row['id']}"


def _files(instance: Instance) -> Iterator[str]:
    for folder in (*(instance.home / "engine" / name for name in _FOLDERS), instance.home / "run"):
        for path in folder.rglob("*") if folder.name == "run" else folder.iterdir():
            yield f"file: {path}"


def _mounts(instance: Instance) -> Iterator[str]:
    for pid in ("self", *map(str, instance.all_processes())):
        try:
            lines = Path("/proc", pid, "mountinfo").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for line in lines:
            if str(instance.home) in line:
                yield f"mount: {line.split()[4]}"


def _cgroups(instance: Instance) -> Iterator[str]:
    for folder, children, _ in os.walk("/sys/fs/cgroup"):
        if folder.endswith(f"/berth-{instance.mark}"):
            yield from (f"cgroup: {folder}/{name}" for name in children)
