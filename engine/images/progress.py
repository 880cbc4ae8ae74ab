"""Where the layers of a pull stand: set by its threads, told by its caller's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace

from engine.spec.image import LayerPhase, LayerProgress


class ProgressBoard:
    """Keeps the newest of each layer, so that a slow listener misses steps but never the last."""

    def __init__(self, tell: Callable[[LayerProgress], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._layers: dict[str, LayerProgress] = {}
        self._changed: set[str] = set()

    def open(self, layers: Iterable[LayerProgress]) -> None:
        """Show the layers, in this order."""
        for layer in layers:
            self._put(layer)

    def move(self, digest: str, phase: LayerPhase, current: int) -> None:
        """Set a layer's phase, and how many of its bytes are through it."""
        self._put(replace(self._layers[digest], phase=phase, current=current))

    def tell(self) -> None:
        """Report what changed since the last time."""
        with self._lock:
            news = [layer for digest, layer in self._layers.items() if digest in self._changed]
            self._changed.clear()
        for layer in news:
            self._tell(layer)

    def _put(self, layer: LayerProgress) -> None:
        with self._lock:
            self._layers[layer.digest] = layer
            self._changed.add(layer.digest)
