"""The tables of images: what is stored once by digest, and what each space may use of it."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE blobs (
    digest TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    added INTEGER NOT NULL
) STRICT;
CREATE TABLE snapshots (
    chain_id TEXT PRIMARY KEY,
    diff_id TEXT NOT NULL,
    size INTEGER NOT NULL,
    added INTEGER NOT NULL
) STRICT;
CREATE TABLE images (
    id TEXT PRIMARY KEY,
    manifest_digest TEXT NOT NULL,
    media_type TEXT NOT NULL,
    architecture TEXT NOT NULL,
    os TEXT NOT NULL,
    created TEXT NOT NULL,
    config TEXT NOT NULL
) STRICT;
CREATE TABLE image_layers (
    image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    digest TEXT NOT NULL,
    diff_id TEXT NOT NULL,
    chain_id TEXT NOT NULL REFERENCES snapshots (chain_id),
    size INTEGER NOT NULL,
    PRIMARY KEY (image_id, position)
) STRICT;
CREATE INDEX image_layers_by_chain ON image_layers (chain_id);
CREATE TABLE image_grants (
    space TEXT NOT NULL,
    image_id TEXT NOT NULL REFERENCES images (id),
    version INTEGER NOT NULL,
    PRIMARY KEY (space, image_id)
) STRICT;
CREATE TABLE image_tags (
    space TEXT NOT NULL,
    reference TEXT NOT NULL,
    image_id TEXT NOT NULL REFERENCES images (id),
    PRIMARY KEY (space, reference)
) STRICT;
CREATE INDEX image_tags_by_image ON image_tags (image_id);
CREATE TABLE image_digests (
    space TEXT NOT NULL,
    reference TEXT NOT NULL,
    image_id TEXT NOT NULL REFERENCES images (id),
    PRIMARY KEY (space, reference, image_id)
) STRICT
"""
