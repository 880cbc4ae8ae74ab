"""The tables of networks; a container's published ports are in its own record."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS networks (
    id TEXT PRIMARY KEY,
    space TEXT NOT NULL,
    name TEXT NOT NULL,
    driver TEXT NOT NULL,
    subnet TEXT NOT NULL UNIQUE,
    gateway TEXT NOT NULL,
    bridge TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 0,
    UNIQUE (space, name)
) STRICT;
CREATE TABLE IF NOT EXISTS endpoints (
    container TEXT NOT NULL,
    network TEXT NOT NULL REFERENCES networks (id),
    address TEXT NOT NULL,
    mac TEXT NOT NULL,
    PRIMARY KEY (container, network),
    UNIQUE (network, address)
) STRICT
"""
