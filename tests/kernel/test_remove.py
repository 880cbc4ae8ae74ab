"""Trees go, however they were made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.storage.remove import remove_tree

pytestmark = pytest.mark.kernel


def test_a_tree_of_three_thousand_folders_in_each_other_is_removed(home: Path) -> None:
    tree = home / "tree"
    tree.mkdir()
    folder = os.open(tree, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=folder)
        below = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)
    remove_tree(tree)
    assert list(home.iterdir()) == []


def test_links_are_removed_and_not_what_they_lead_to(home: Path) -> None:
    (home / "kept").mkdir()
    (home / "kept/file").touch()
    (home / "tree/sub").mkdir(parents=True)
    (home / "tree/sub/link").symlink_to(home / "kept")
    os.mkfifo(home / "tree/pipe")
    remove_tree(home / "tree")
    assert sorted(path.name for path in home.rglob("*")) == ["file", "kept"]


def test_a_link_in_place_of_the_tree_is_not_followed(home: Path) -> None:
    (home / "kept").mkdir()
    (home / "link").symlink_to(home / "kept")
    with pytest.raises(NotADirectoryError):
        remove_tree(home / "link")
    assert (home / "kept").is_dir()


def test_a_tree_that_is_gone_is_no_error(home: Path) -> None:
    remove_tree(home / "nothing")
