"""How fast one layer becomes a tree, with both digests checked: the disk's own speed left out."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path

from engine.storage.remove import remove_tree
from engine.storage.unpack import unpack_layer
from tests.bench.figures import Clock, Figure, in_turns, table
from tests.support.images import TestImage as Image
from tests.support.images import minbase_image


def unpack_figure(image: Image, rounds: int, folder: Path) -> Figure:
    """Measure the unpacking of the image's first layer into *folder*, MB of plain tar a second."""
    layer = image.layers[0]
    blob = folder / "blob"
    blob.write_bytes(layer.blob)

    def mine(clock: Clock) -> None:
        target = folder / "tree"
        target.mkdir()
        # What the round before left to the disk would be paid for by this one.
        os.sync()
        with clock.running(), blob.open("rb", buffering=0) as archive:
            unpack_layer(
                archive,
                target,
                digest=layer.digest,
                diff_id=layer.diff_id,
                cancelled=threading.Event(),
            )
        remove_tree(target)

    (seconds,) = in_turns(rounds, mine)
    return Figure(
        name="layer unpack alone, minbase gzip, verified",
        ours=len(layer.plain) / 1e6 / seconds,
        peer=None,
        peer_name="",
        unit="MB/s",
        target=220,
        more_is_better=True,
    )


def main() -> int:
    """Print the figure; exit 1 when its target is missed."""
    folder = Path(tempfile.mkdtemp(prefix="unpack", dir="/var/tmp"))
    try:
        figure = unpack_figure(minbase_image(), 5, folder)
    finally:
        shutil.rmtree(folder)
    print(table([figure]))
    print(f"load {os.getloadavg()[0]:.1f}")
    return 0 if figure.met else 1


if __name__ == "__main__":
    sys.exit(main())
