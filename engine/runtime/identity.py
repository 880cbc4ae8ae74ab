"""Who a process is: `name|uid[:group|gid]` looked up in the container's own files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UserNotFound

_PASSWD = Path("/etc/passwd")
_GROUP = Path("/etc/group")
_LARGEST_FILE = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Identity:
    """Numeric ids, supplementary groups and the home folder."""

    uid: int
    gid: int
    groups: tuple[int, ...]
    home: str


def look_up(user: str, passwd: Path = _PASSWD, group: Path = _GROUP) -> Identity:
    """Return the identity that *user* names, as Docker's USER does; raise UserNotFound.

    Without a group: the user's own, and every group that lists it. With one: only that one.
    """
    name, _, group_name = user.partition(":")
    entry = _find_user(name or "0", passwd)
    if group_name:
        gid = _find_group(group_name, group)
        return Identity(entry.uid, gid, (gid,), entry.home)
    return Identity(entry.uid, entry.gid, _groups_of(entry, group), entry.home)


@dataclass(frozen=True, slots=True)
class _Account:
    name: str
    uid: int
    gid: int
    home: str


def _find_user(name: str, passwd: Path) -> _Account:
    number = int(name) if name.isdecimal() else None
    for fields in _records(passwd, 6):
        if fields[0] == name or (number is not None and fields[2] == name):
            return _Account(fields[0], int(fields[2]), int(fields[3]), fields[5] or "/")
    if number is None:
        raise UserNotFound(kind="user", name=name)
    return _Account("", number, 0, "/root" if number == 0 else "/")


def _find_group(name: str, group: Path) -> int:
    if name.isdecimal():
        return int(name)
    for fields in _records(group, 3):
        if fields[0] == name:
            return int(fields[2])
    raise UserNotFound(kind="group", name=name)


def _groups_of(account: _Account, group: Path) -> tuple[int, ...]:
    found = [account.gid]
    for fields in _records(group, 4):
        if account.name and account.name in fields[3].split(","):
            gid = int(fields[2])
            if gid not in found:
                found.append(gid)
    return tuple(found)


def _records(path: Path, least: int) -> Iterator[list[str]]:
    """Yield the well-formed lines of a colon-separated file; a missing file has none."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_FILE).decode(errors="replace")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return
    for line in text.splitlines():
        fields = line.split(":")
        if len(fields) >= least and fields[2].isdecimal() and (least < 6 or fields[3].isdecimal()):
            yield fields
