"""Names for containers that were given none."""

from __future__ import annotations

import secrets

_QUALITIES = (
    "able", "agile", "airy", "amber", "bold", "brave", "brisk", "calm", "clear", "clever",
    "cosmic", "crisp", "deft", "eager", "early", "fair", "fleet", "fond", "gentle", "glad",
    "golden", "happy", "hardy", "keen", "kind", "lively", "lucid", "mellow", "merry", "neat",
    "nimble", "noble", "proud", "quick", "quiet", "ready", "silver", "sleek", "snug", "spry",
    "steady", "sunny", "swift", "tidy", "trusty", "vivid", "warm", "wise",
)  # fmt: skip
_THINGS = (
    "anchor", "barge", "bay", "beacon", "bollard", "bow", "breeze", "buoy", "cape", "captain",
    "cargo", "clipper", "coast", "compass", "coral", "cove", "crane", "current", "deck", "delta",
    "dock", "dolphin", "ferry", "fjord", "gull", "harbor", "heron", "hull", "island", "jetty",
    "kayak", "keel", "lagoon", "mast", "mole", "otter", "pier", "pilot", "quay", "reef",
    "rudder", "sail", "schooner", "seal", "shore", "sloop", "tern", "tide", "tug", "wharf",
)  # fmt: skip
_TRIES = 20


def suggest(taken: frozenset[str]) -> str:
    """Return a name that is not among *taken*."""
    for _ in range(_TRIES):
        name = f"{secrets.choice(_QUALITIES)}-{secrets.choice(_THINGS)}"
        if name not in taken:
            return name
    return f"{secrets.choice(_QUALITIES)}-{secrets.token_hex(4)}"
