"""How the web side lets go of root's rights, wherever the code lies."""

from __future__ import annotations

import os
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config import env
from supervisor import privileges, view
from supervisor.privileges import CodeUnreadable, RootRequired, WebUserRequired

pytestmark = pytest.mark.kernel

SOMEONE = 65534


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder that root alone enters, with `code/file` and `secret` in it."""
    folder = Path(tempfile.mkdtemp(prefix="b", dir="/tmp"))
    (folder / "code" / "inner").mkdir(parents=True)
    (folder / "code" / "file").write_text("code")
    (folder / "secret").write_text("secret")
    yield folder
    shutil.rmtree(folder)


def in_child(work: Callable[[], None]) -> None:
    """Run *work* in a child process, which may lose rights, and fail if it fails."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            if code:
                traceback.print_exc()
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_a_user_reaches_what_lies_behind_a_closed_folder_and_nothing_beside_it(
    closed: Path,
) -> None:
    def look() -> None:
        view.open_to(SOMEONE, SOMEONE, [closed / "code", closed / "code" / "inner"])
        os.setresuid(SOMEONE, SOMEONE, SOMEONE)
        assert (closed / "code" / "file").read_text() == "code"
        assert (closed / "code" / "inner").is_dir()
        assert [path.name for path in closed.iterdir()] == ["code"]
        with pytest.raises(PermissionError):
            (closed / "new").touch()

    in_child(look)
    assert sorted(path.name for path in closed.iterdir()) == ["code", "secret"]
    assert str(closed) not in Path("/proc/self/mountinfo").read_text()


def test_where_all_can_be_reached_the_view_stays_as_it_is(closed: Path) -> None:
    closed.chmod(0o711)

    def look() -> None:
        before = Path("/proc/self/ns/mnt").readlink()
        view.open_to(SOMEONE, SOMEONE, [closed / "code"])
        assert Path("/proc/self/ns/mnt").readlink() == before

    in_child(look)


def web_of(home: Path, owner: int) -> env.Environment:
    home.chmod(0o711)
    (home / "web").mkdir(mode=0o700)
    os.chown(home / "web", owner, owner)
    return env.read({"BERTH_HOME": str(home)})


def test_root_becomes_the_owner_of_the_web_folder_for_good(home: Path) -> None:
    environment = web_of(home, SOMEONE)
    (home / "engine").mkdir(mode=0o700)

    def look() -> None:
        privileges.become_web(environment)
        assert (os.getresuid(), os.getresgid()) == ((SOMEONE,) * 3, (SOMEONE,) * 3)
        assert os.getgroups() == []
        (home / "web" / "mine").touch()
        with pytest.raises(PermissionError):
            list((home / "engine").iterdir())
        with pytest.raises(PermissionError):
            os.setuid(0)
        privileges.become_web(environment)

    in_child(look)


def test_any_other_user_is_told_whose_folder_it_is(home: Path) -> None:
    environment = web_of(home, 12345)

    def look() -> None:
        os.setresuid(SOMEONE, SOMEONE, SOMEONE)
        with pytest.raises(WebUserRequired, match="run this as root or as user 12345"):
            privileges.become_web(environment)
        with pytest.raises(RootRequired, match=r"`manage.py up` .* run it as root"):
            privileges.require_root("up")

    in_child(look)


def test_code_that_the_web_user_cannot_read_is_named(
    home: Path, closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = web_of(home, SOMEONE)
    (closed / "code").chmod(0o700)
    monkeypatch.setattr(privileges, "ROOT", closed / "code")

    def look() -> None:
        with pytest.raises(CodeUnreadable, match=f"chmod -R o.rX {closed / 'code'}"):
            privileges.become_web(environment)

    in_child(look)


def test_without_a_web_folder_nothing_changes(home: Path) -> None:
    privileges.become_web(env.read({"BERTH_HOME": str(home)}))
    assert os.geteuid() == 0
