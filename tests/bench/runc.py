"""The bare runtime: one bundle, run to its end again and again."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.images import busybox_layer


class Runc:
    """A bundle that runs `true`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def run(self) -> None:
        """Create, start, wait, delete: one `runc run`."""
        self._count += 1
        subprocess.run(
            ["runc", "--root", str(self._folder / "state"), "run", f"bench{self._count}"],
            cwd=self._folder,
            check=True,
            stdin=subprocess.DEVNULL,
        )


@contextmanager
def bundle() -> Iterator[Runc]:
    """Yield a bundle with runc's own default configuration, no network set up, no terminal."""
    folder = Path(tempfile.mkdtemp(prefix="runc-bench", dir="/var/tmp"))
    try:
        root = folder / "rootfs"
        root.mkdir()
        with tarfile.open(fileobj=io.BytesIO(busybox_layer().plain)) as archive:
            archive.extractall(root, filter="tar")
        subprocess.run(["runc", "spec"], cwd=folder, check=True)
        path = folder / "config.json"
        config = json.loads(path.read_text())
        config["process"]["terminal"] = False
        config["process"]["args"] = ["/bin/true"]
        del config["process"]["rlimits"]
        path.write_text(json.dumps(config))
        yield Runc(folder)
    finally:
        shutil.rmtree(folder)
