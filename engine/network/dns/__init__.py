"""The name server of one instance: a small program that listens on every network's gateway."""
