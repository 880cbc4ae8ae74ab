"""The web side runs as a user of its own: whoever owns its folder, without any other right."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import sys
from pathlib import Path

from config.env import Environment
from engine.errors import EngineError
from engine.linux import syscalls
from supervisor import view

ROOT = Path(__file__).resolve().parents[2]
_PR_SET_PDEATHSIG = 1
_PR_GET_PDEATHSIG = 2
_PR_SET_NO_NEW_PRIVS = 38


class RootRequired(EngineError):
    code = "root_required"
    template = "`manage.py {command}` makes namespaces, mounts and links: run it as root"
    command: str


class WebUserRequired(EngineError):
    code = "web_user_required"
    template = "{path} belongs to {user}: run this as root or as {user}"
    path: str
    user: str


class CodeUnreadable(EngineError):
    code = "code_unreadable"
    template = (
        "the web side runs as {user}, who cannot read {path}: run `chmod -R o+rX {folder}`, "
        "or put Berth into a folder such as /opt"
    )
    user: str
    path: str
    folder: str


def require_root(command: str) -> None:
    """Raise RootRequired for anyone else."""
    if os.geteuid() != 0:
        raise RootRequired(command=command)


def become_web(environment: Environment) -> None:
    """Be the owner of the web folder from now on; nothing to do for one who is, or without it.

    Before any thread is started: the view of the file system is the calling thread's.
    """
    try:
        owner = environment.web.stat()
    except FileNotFoundError:
        return
    if os.geteuid() == owner.st_uid:
        return
    user = _name(owner.st_uid)
    if os.geteuid() != 0:
        raise WebUserRequired(path=str(environment.web), user=user)
    parent, death = os.getppid(), _death_signal()
    code = (ROOT, Path(sys.prefix), Path(sys.base_prefix), Path(sys.base_exec_prefix))
    view.open_to(owner.st_uid, owner.st_gid, (*code, environment.home))
    os.setgroups([])
    os.setresgid(owner.st_gid, owner.st_gid, owner.st_gid)
    os.setresuid(owner.st_uid, owner.st_uid, owner.st_uid)
    syscalls.prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if death:
        # The kernel forgets it with the credentials.
        syscalls.prctl(_PR_SET_PDEATHSIG, death)
        if os.getppid() != parent:
            signal.raise_signal(death)
    _require_readable((*code, ROOT / "manage.py", Path(__file__), Path(sys.executable)), user)


def _require_readable(paths: tuple[Path, ...], user: str) -> None:
    for path in paths:
        if not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
            folder = ROOT if path.is_relative_to(ROOT) else path
            raise CodeUnreadable(user=user, path=str(path), folder=str(folder))


def _death_signal() -> int:
    number = ctypes.create_string_buffer(ctypes.sizeof(ctypes.c_int))
    syscalls.call("prctl", _PR_GET_PDEATHSIG, number)
    return int.from_bytes(number.raw, sys.byteorder)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
