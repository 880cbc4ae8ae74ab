"""Fixtures of the whole suite, and the look at the machine before and after it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from redis import Redis

from tests.support.control import forget_connections
from tests.support.machine import Machine, left_since
from tests.support.valkey import Valkey

_BEFORE = pytest.StashKey[Machine]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--clean-machine",
        action="store_true",
        help="fail if mounts, links, tables, cgroups, processes or folders are left behind",
    )


def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.getoption("--clean-machine"):
        session.config.stash[_BEFORE] = Machine.look()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """After the last fixture's end: what is there now and was not before is a failure."""
    before = session.config.stash.get(_BEFORE, None)
    if before is None:
        return
    if left := left_since(before):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        assert isinstance(reporter, pytest.TerminalReporter)
        reporter.section("the tests left behind on the machine", red=True)
        reporter.line("\n".join(left))


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty BERTH_HOME with a path short enough for unix sockets."""
    folder = Path(tempfile.mkdtemp(prefix="b", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Valkey]:
    """The one Valkey at the address of the test settings."""
    folder = Path(urlsplit(settings.BERTH.redis_url).path).parent
    folder.mkdir(exist_ok=True)
    server = Valkey(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis(redis_server: Valkey) -> Iterator[Valkey]:
    """Valkey where the settings say, empty; a test may stop it and start it again."""
    pid = redis_server.pid
    with Redis.from_url(redis_server.url) as connection:
        connection.flushall()
    yield redis_server
    redis_server.start()
    if redis_server.pid != pid:
        forget_connections()


@pytest.fixture
def valkey(home: Path) -> Iterator[Valkey]:
    """A running Valkey of the test's own."""
    folder = home / "valkey"
    folder.mkdir()
    server = Valkey(folder)
    server.start()
    yield server
    server.stop()
