"""The tree keeps the shape that people rely on."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import EngineError

ROOT = Path(__file__).parents[2]
TOP_LEVEL = {
    *(".ci", ".gitignore", "Makefile", "README.md", "manage.py", "pyproject.toml"),
    *("docs", "engine", "frontend", "platform", "requirements", "tests"),
}
LONGEST_FILE = 400
MAY_BE_LONGER = (
    re.compile(r"/migrations/"),
    re.compile(r"^engine/linux/_seccomp_profile\.py$"),
    re.compile(r"^engine/linux/_syscall_numbers\.py$"),
    re.compile(r"^engine/errors\.py$"),
    re.compile(r"^frontend/package-lock\.json$"),
    re.compile(r"^frontend/src/api/schema\.(ts|yaml)$"),
    re.compile(r"^requirements/\w+\.txt$"),
    re.compile(r"^docs/.*\.(md|png)$"),
)
# The task shell, the edge of the web process, the supervisor's loop.
MAY_CATCH_ALL = 3
READS_ENVIRONMENT = {
    "platform/config/env.py",
    # These name the settings module, as Django wants it.
    "manage.py",
    "platform/config/asgi.py",
    # These hand it on to what they start.
    "platform/supervisor/platform.py",
    "platform/supervisor/up.py",
    "platform/supervisor/web.py",
}


def tracked(*patterns: str) -> list[str]:
    """Return the paths in git, and those new and not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listing.stdout.splitlines() if (ROOT / name).is_file()]


def product_modules() -> list[str]:
    return tracked("manage.py", "engine/*.py", "platform/*.py")


def parsed(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(), name)


def test_top_level_holds_what_newcomers_are_told_of() -> None:
    assert {name.split("/")[0] for name in tracked()} <= TOP_LEVEL


def test_no_file_is_longer_than_a_person_reads_in_one_go() -> None:
    long = {
        name: lines
        for name in tracked("*.py", "*.ts", "*.tsx", "*.sh", "Makefile", "*.toml", "*.css")
        if not any(pattern.search(name) for pattern in MAY_BE_LONGER)
        if (lines := (ROOT / name).read_text().count("\n")) > LONGEST_FILE
    }
    assert long == {}


def test_platform_folder_never_shadows_the_standard_library() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()
    child = subprocess.run(
        [sys.executable, "-c", "import platform; print(platform.machine())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (child.returncode, child.stderr) == (0, "")


def test_no_app_is_named_like_a_module_of_python_or_of_a_requirement() -> None:
    apps = {folder.name for folder in (ROOT / "platform").iterdir() if folder.is_dir()}
    requirements = {
        line.split("==")[0].replace("-", "_").lower()
        for line in (ROOT / "requirements" / "dev.txt").read_text().splitlines()
        if "==" in line
    }
    assert apps & (set(sys.stdlib_module_names) | requirements) == set()


def error_classes() -> list[type[EngineError]]:
    """Return all of ours, of the platform too; those that hand on another's record say nothing."""
    for name in product_modules():
        if "(EngineError)" in (ROOT / name).read_text():
            module = name.removeprefix("platform/").removesuffix(".py").replace("/", ".")
            importlib.import_module(module)
    found: list[type[EngineError]] = []
    waiting = [EngineError]
    while waiting:
        children = waiting.pop().__subclasses__()
        waiting += children
        found += children
    return [error for error in found if error.record is EngineError.record]


@pytest.mark.parametrize("error", error_classes(), ids=lambda error: error.__name__)
def test_every_error_says_what_happened_under_a_stable_code(error: type[EngineError]) -> None:
    facts = {
        name: 0 if kind == "int" else f"<{name}>"
        for name, kind in error.__annotations__.items()
        if name not in {"code", "template"}
    }
    record = error(**facts).record()
    assert record.code == error.code
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", error.code)
    assert record.detail.keys() == facts.keys()
    assert not re.search(r"[{}]", record.message)


def test_no_two_errors_share_a_code() -> None:
    codes = [error.code for error in error_classes()]
    assert sorted(codes) == sorted(set(codes))


def catches_all(handler: ast.ExceptHandler) -> bool:
    """Whether it swallows what it does not know; tidying up and raising again is no catch."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    names = ast.walk(handler.type) if handler.type else iter(())
    broad = {"Exception", "BaseException"}
    return handler.type is None or any(
        isinstance(node, ast.Name) and node.id in broad for node in names
    )


def test_only_three_places_catch_what_they_do_not_know() -> None:
    places = [
        f"{name}:{node.lineno}"
        for name in product_modules()
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.ExceptHandler)
        if catches_all(node)
    ]
    assert len(places) <= MAY_CATCH_ALL, places


def test_environment_is_read_in_one_place() -> None:
    readers = {
        name
        for name in product_modules()
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
    }
    assert readers <= READS_ENVIRONMENT


def test_every_requirement_says_what_it_is_for() -> None:
    silent = [
        f"{name}: {line}"
        for name in tracked("requirements/*.in")
        for line in (ROOT / name).read_text().splitlines()
        if line and not line.startswith(("#", "-r "))
        if not line.partition("#")[2].strip()
    ]
    assert silent == []


def test_pinned_requirements_name_no_index() -> None:
    naming = [
        name
        for name in tracked("requirements/*.txt")
        if re.search(r"https?://|--(extra-)?index-url|--find-links", (ROOT / name).read_text())
    ]
    assert naming == []
