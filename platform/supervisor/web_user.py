"""The system user of the web side, and the folders that are its own."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from config.env import Environment
from engine.errors import EngineError
from supervisor import layout

NAME = "berth"


class WebUserMissing(EngineError):
    code = "web_user_missing"
    template = (
        "there is no user {name} for the web side to run as, and it cannot be made: {reason}. "
        "Make it with `useradd --system --user-group {name}`."
    )
    name: str
    reason: str


def find() -> pwd.struct_passwd | None:
    """Return the user, or None where nobody has made it yet."""
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        return None


def ensure() -> pwd.struct_passwd:
    """Return the user, made first where it is missing; raises WebUserMissing."""
    found = find()
    if found is None:
        _make()
        found = find()
    if found is None:
        raise WebUserMissing(name=NAME, reason="useradd has not made it")
    return found


def own(environment: Environment, user: pwd.struct_passwd) -> None:
    """Hand the folders of the web side to *user*: whole trees, where another has had them."""
    for folder in folders(environment):
        if folder.stat().st_uid == user.pw_uid:
            continue
        for place, inner, files in os.walk(folder):
            for name in (*inner, *files):
                os.chown(Path(place, name), user.pw_uid, user.pw_gid, follow_symlinks=False)
        # Last: its owner tells that all of it has been handed over.
        os.chown(folder, user.pw_uid, user.pw_gid)


def folders(environment: Environment) -> tuple[Path, ...]:
    """Return what the web user owns."""
    return (layout.redis_folder(environment), environment.web_run, environment.web)


def problems(environment: Environment) -> list[str]:
    """Return what is wrong with owners and modes, in words for `doctor`."""
    user = find()
    found = [
        f"{folder} is not {NAME}'s alone"
        for folder in folders(environment)
        if folder.exists() and (user is None or not _is_private(folder, user.pw_uid))
    ]
    engine = environment.home / "engine"
    if engine.exists() and not _is_private(engine, 0):
        found.append(f"{engine} is not root's alone")
    return found


def _is_private(folder: Path, uid: int) -> bool:
    state = folder.stat()
    return state.st_uid == uid and stat.S_IMODE(state.st_mode) == stat.S_IRWXU


def _make() -> None:
    program = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if program is None:
        raise WebUserMissing(name=NAME, reason="there is no useradd")
    group = ["--gid", NAME] if _group_exists() else ["--user-group"]
    done = subprocess.run(  # noqa: S603  (no word of a user's in it)
        [
            *(program, "--system", *group, "--no-create-home", "--home-dir", "/nonexistent"),
            *("--shell", "/usr/sbin/nologin", "--comment", "Berth's web side", NAME),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    # Another `up` may have been quicker.
    if done.returncode != 0 and find() is None:
        raise WebUserMissing(name=NAME, reason=done.stderr.strip() or f"code {done.returncode}")


def _group_exists() -> bool:
    try:
        grp.getgrnam(NAME)
    except KeyError:
        return False
    return True
