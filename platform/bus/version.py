"""The product's version: platform and hosts are released together."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
