"""Images out of an archive: what `docker save` writes, and OCI layouts."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from engine.errors import MalformedArchive, SizeMismatch
from engine.images import records
from engine.images.archive import WHAT, ArchiveFiles, StagedFile, read_document, stage_files
from engine.images.configuration import Configuration, parse_configuration
from engine.images.content import ContentStore
from engine.images.manifest import (
    OCI_CONFIG,
    OCI_LAYER,
    OCI_MANIFEST,
    Descriptor,
    Index,
    check_platform,
    choose,
    parse_document,
)
from engine.spec.image import Image, Layer
from engine.spec.reference import parse_reference
from engine.storage.database import Database
from engine.storage.unpack import unpack_layer

_DEEPEST_INDEX: Final = 3
_NAMES: Final = ("io.containerd.image.name", "org.opencontainers.image.ref.name")


@dataclass(frozen=True, slots=True, kw_only=True)
class _ArchivedImage:
    manifest: bytes
    media_type: str
    configuration: Configuration
    configuration_file: StagedFile
    layers: tuple[StagedFile, ...]
    tags: tuple[str, ...]


def load_archive(
    content: ContentStore, database: Database, space: str, archive: BinaryIO
) -> tuple[Image, ...]:
    """Give *space* every image of *archive* that this host can run; all of them or none."""
    with content.staging("loading images") as staging:
        files = stage_files(archive, staging)
        found = tuple(_find_images(files))
        if not found:
            raise MalformedArchive(what=WHAT, problem="it holds no image")
        blobs: dict[str, Path] = {}
        sizes: dict[str, int] = {}
        unpacked: dict[str, Layer] = {}
        for image in found:
            _unpack(image, content, staging, unpacked)
            manifest = _stage_manifest(image, staging)
            for file in (manifest, image.configuration_file, *image.layers):
                blobs[file.digest], sizes[file.digest] = file.path, file.size
        content.publish(staging, blobs=blobs, chain_ids=tuple(unpacked))
        with database.transaction() as tx:
            return tuple(_record(tx, space, image, unpacked, sizes) for image in found)


def _find_images(files: ArchiveFiles) -> Iterator[_ArchivedImage]:
    if "manifest.json" in files:
        return _from_docker(files)
    if "index.json" in files:
        return _from_layout(files)
    raise MalformedArchive(what=WHAT, problem="it has neither manifest.json nor index.json")


def _from_docker(files: ArchiveFiles) -> Iterator[_ArchivedImage]:
    for entry in _docker_entries(files.read("manifest.json")):
        configuration_file = files.file(_text(entry.get("Config")))
        configuration = parse_configuration(read_document(configuration_file))
        layers = tuple(files.file(_text(name)) for name in entry.get("Layers") or ())
        yield _ArchivedImage(
            manifest=_write_manifest(configuration_file, layers),
            media_type=OCI_MANIFEST,
            configuration=configuration,
            configuration_file=configuration_file,
            layers=layers,
            tags=tuple(parse_reference(_text(tag)).tagged for tag in entry.get("RepoTags") or ()),
        )


def _docker_entries(data: bytes) -> list[Mapping[str, Any]]:
    try:
        entries = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MalformedArchive(what=WHAT, problem=f"manifest.json: {error}") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise MalformedArchive(what=WHAT, problem="manifest.json is not a list of objects")
    return entries


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise MalformedArchive(what=WHAT, problem=f"manifest.json: {value!r} is not a text")
    return value


def _from_layout(files: ArchiveFiles) -> Iterator[_ArchivedImage]:
    index = parse_document(files.read("index.json"))
    if not isinstance(index, Index):
        raise MalformedArchive(what=WHAT, problem="index.json is not an index")
    for entry in index.manifests:
        yield _from_descriptor(files, entry, _tags(entry))


def _from_descriptor(
    files: ArchiveFiles, descriptor: Descriptor, tags: tuple[str, ...]
) -> _ArchivedImage:
    for _ in range(_DEEPEST_INDEX):
        data = read_document(_blob(files, descriptor))
        document = parse_document(data, media_type=descriptor.media_type)
        if isinstance(document, Index):
            descriptor = choose(document, reference=descriptor.digest)
            continue
        configuration_file = _blob(files, document.config)
        return _ArchivedImage(
            manifest=data,
            media_type=document.media_type,
            configuration=parse_configuration(read_document(configuration_file)),
            configuration_file=configuration_file,
            layers=tuple(_blob(files, layer) for layer in document.layers),
            tags=tags,
        )
    raise MalformedArchive(what=WHAT, problem="its indexes are nested too deep")


def _blob(files: ArchiveFiles, descriptor: Descriptor) -> StagedFile:
    file = files.blob(descriptor.digest)
    if file.size != descriptor.size:
        what = f"blob {descriptor.digest} in the {WHAT}"
        raise SizeMismatch(what=what, expected=descriptor.size, actual=file.size)
    return file


def _tags(entry: Descriptor) -> tuple[str, ...]:
    for key in _NAMES:
        name = entry.annotations.get(key, "")
        # A bare word is only a tag, of a repository that the layout does not name.
        if ":" in name or "/" in name:
            return (parse_reference(name).tagged,)
    return ()


def _write_manifest(configuration: StagedFile, layers: tuple[StagedFile, ...]) -> bytes:
    def describe(file: StagedFile, media_type: str) -> dict[str, object]:
        return {"mediaType": media_type, "digest": file.digest, "size": file.size}

    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": describe(configuration, OCI_CONFIG),
        "layers": [describe(layer, _layer_type(layer)) for layer in layers],
    }
    return json.dumps(document, separators=(",", ":")).encode()


def _layer_type(layer: StagedFile) -> str:
    with layer.path.open("rb") as file:
        head = file.read(4)
    if head.startswith(b"\x1f\x8b"):
        return f"{OCI_LAYER}+gzip"
    return f"{OCI_LAYER}+zstd" if head == b"\x28\xb5\x2f\xfd" else OCI_LAYER


def _unpack(
    image: _ArchivedImage, content: ContentStore, staging: Path, unpacked: dict[str, Layer]
) -> None:
    configuration = image.configuration
    check_platform(configuration.platform, reference=configuration.digest)
    if len(image.layers) != len(configuration.diff_ids):
        problem = f"{len(image.layers)} layers, but {len(configuration.diff_ids)} diff ids"
        raise MalformedArchive(what=WHAT, problem=problem)
    for file, diff_id, chain_id in zip(
        image.layers, configuration.diff_ids, configuration.chain_ids, strict=True
    ):
        if chain_id in unpacked:
            continue
        with file.path.open("rb", buffering=0) as blob:
            result = unpack_layer(
                blob,
                content.staged_tree(staging, chain_id),
                digest=file.digest,
                diff_id=diff_id,
                cancelled=threading.Event(),
            )
        unpacked[chain_id] = Layer(
            digest=file.digest,
            diff_id=diff_id,
            chain_id=chain_id,
            size=file.size,
            unpacked_size=result.size,
        )


def _stage_manifest(image: _ArchivedImage, staging: Path) -> StagedFile:
    digest = hashlib.sha256(image.manifest).hexdigest()
    path = staging / f"manifest-{digest}"
    path.write_bytes(image.manifest)
    return StagedFile(path=path, digest=f"sha256:{digest}", size=len(image.manifest))


def _record(
    tx: sqlite3.Connection,
    space: str,
    image: _ArchivedImage,
    unpacked: dict[str, Layer],
    sizes: dict[str, int],
) -> Image:
    configuration = image.configuration
    stored = records.StoredImage(
        configuration=configuration,
        manifest_digest=f"sha256:{hashlib.sha256(image.manifest).hexdigest()}",
        media_type=image.media_type,
        layers=tuple(unpacked[chain_id] for chain_id in configuration.chain_ids),
    )
    records.save_image(tx, stored, sizes)
    return records.grant(
        tx, space=space, image_id=configuration.digest, action="load", tags=image.tags
    )
