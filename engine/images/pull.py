"""An image from a registry: resolve, fetch and unpack layers side by side, then take it in."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from engine.errors import (
    EngineError,
    MalformedMessage,
    ManifestNotFound,
    RegistryError,
    RegistryTlsFailed,
    RegistryUnauthorized,
    RegistryUnreachable,
    StorageFull,
)
from engine.images import records
from engine.images.configuration import Configuration, parse_configuration
from engine.images.content import ContentStore
from engine.images.crew import Crew
from engine.images.manifest import (
    INDEX_TYPES,
    MANIFEST_TYPES,
    Descriptor,
    Index,
    Manifest,
    check_platform,
    choose,
    parse_document,
)
from engine.images.progress import ProgressBoard
from engine.registry.client import Document, RegistryClient
from engine.registry.endpoint import endpoints
from engine.spec.configuration import EngineConfiguration
from engine.spec.image import Image, Layer, LayerPhase, LayerProgress, RegistryAuth
from engine.spec.reference import Reference
from engine.storage.database import Database
from engine.storage.unpack import free_bytes, unpack_layer

_AT_ONCE: Final = 4
"""Layers under way; more only makes each of them slower."""
_DEEPEST_INDEX: Final = 3
_NEXT_SERVER: Final = (
    ManifestNotFound,
    RegistryError,
    RegistryTlsFailed,
    RegistryUnauthorized,
    RegistryUnreachable,
)
"""What makes a mirror of no use, so that the next one or the registry itself is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """What is wanted, and by whom."""

    space: str
    reference: Reference
    auth: RegistryAuth | None
    progress: Callable[[LayerProgress], None]
    cancelled: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resolved:
    client: RegistryClient
    root_digest: str
    document: Document
    manifest: Manifest
    configuration: Configuration
    configuration_data: bytes


@dataclass(slots=True)
class _Pull:
    """One pull's shared state; its threads add layers and blobs, each its own."""

    content: ContentStore
    staging: Path
    board: ProgressBoard
    stopped: threading.Event = field(default_factory=threading.Event)
    clients: list[RegistryClient] = field(default_factory=list)
    layers: dict[str, Layer] = field(default_factory=dict)
    """By chain id."""
    blobs: dict[str, Path] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)
    """Chain ids of the layers that were unpacked here."""

    def stop(self) -> None:
        self.stopped.set()
        for client in self.clients:
            client.abort()


def pull_image(
    configuration: EngineConfiguration,
    content: ContentStore,
    database: Database,
    request: PullRequest,
) -> Image:
    """Return the image that *request* asks for, given to its space; nothing is kept on failure."""
    what = f"pulling {request.reference.familiar}"
    with content.staging(what) as staging:
        pull = _Pull(content, staging, ProgressBoard(request.progress))
        crew = Crew(
            _AT_ONCE,
            what=what,
            tell=pull.board.tell,
            cancelled=request.cancelled,
            stop=pull.stop,
        )
        try:
            with crew:
                resolved = crew.run(partial(_resolve, pull, configuration, request))
                with database.reading() as connection:
                    known = records.granted_layers(connection, request.space)
                crew.run_all(_plan(pull, resolved, known))
        finally:
            for client in pull.clients:
                client.close()
        return _take_in(pull, resolved, database, request)


def _resolve(pull: _Pull, configuration: EngineConfiguration, request: PullRequest) -> _Resolved:
    """Ask the registry's servers in turn; the first that knows the reference serves the pull."""
    failures: list[EngineError] = []
    for endpoint in endpoints(configuration, request.reference.registry):
        client = RegistryClient(
            endpoint, repository=request.reference.repository, credentials=request.auth
        )
        pull.clients.append(client)
        try:
            return _resolve_at(client, request.reference)
        except _NEXT_SERVER as error:
            failures.append(error)
    # That a mirror lacks it says more than that the registry behind it is out of reach.
    missing = [error for error in failures if isinstance(error, ManifestNotFound)]
    raise (missing or failures)[-1]


def _resolve_at(client: RegistryClient, reference: Reference) -> _Resolved:
    accept = (*MANIFEST_TYPES, *INDEX_TYPES)
    root = document = client.document(reference.selector, accept=accept)
    for _ in range(_DEEPEST_INDEX):
        parsed = parse_document(document.data, media_type=document.media_type)
        if isinstance(parsed, Manifest):
            data = client.small_blob(parsed.config.digest, parsed.config.size)
            return _Resolved(
                client=client,
                root_digest=root.digest,
                document=document,
                manifest=parsed,
                configuration=_configuration(data, parsed, reference),
                configuration_data=data,
            )
        document = _choose(client, parsed, reference, accept)
    raise MalformedMessage(kind="index", problem="its indexes are nested too deep")


def _choose(
    client: RegistryClient, index: Index, reference: Reference, accept: tuple[str, ...]
) -> Document:
    chosen = choose(index, reference=reference.familiar)
    return client.document(chosen.digest, accept=accept, size=chosen.size)


def _configuration(data: bytes, manifest: Manifest, reference: Reference) -> Configuration:
    configuration = parse_configuration(data)
    check_platform(configuration.platform, reference=reference.familiar)
    if len(configuration.diff_ids) != len(manifest.layers):
        problem = f"{len(manifest.layers)} layers, but {len(configuration.diff_ids)} diff ids"
        raise MalformedMessage(kind="manifest", problem=problem)
    return configuration


def _plan(
    pull: _Pull, resolved: _Resolved, known: dict[tuple[str, str], Layer]
) -> list[Callable[[], None]]:
    """Return the work left to do: one piece for each blob that the space does not have yet."""
    wanted: dict[str, tuple[Descriptor, list[tuple[str, str]]]] = {}
    configuration = resolved.configuration
    for descriptor, diff_id, chain_id in zip(
        resolved.manifest.layers, configuration.diff_ids, configuration.chain_ids, strict=True
    ):
        layer = known.get((descriptor.digest, chain_id))
        if layer is not None and pull.content.snapshot(chain_id).is_dir():
            pull.layers[chain_id] = layer
        else:
            wanted.setdefault(descriptor.digest, (descriptor, []))[1].append((diff_id, chain_id))
    pull.board.open(
        LayerProgress(
            digest=layer.digest,
            phase=LayerPhase.WAITING if layer.digest in wanted else LayerPhase.EXISTS,
            current=0 if layer.digest in wanted else layer.size,
            total=layer.size,
        )
        for layer in resolved.manifest.layers
    )
    pull.board.tell()
    if sum(descriptor.size for descriptor, _ in wanted.values()) > free_bytes(pull.staging):
        raise StorageFull(path=str(pull.content.root), doing="fetching the layers")
    return [
        partial(_fetch, pull, resolved.client, descriptor, trees)
        for descriptor, trees in wanted.values()
    ]


def _fetch(
    pull: _Pull,
    client: RegistryClient,
    descriptor: Descriptor,
    trees: list[tuple[str, str]],
) -> None:
    digest, size = descriptor.digest, descriptor.size
    path = pull.staging / f"blob-{digest.removeprefix('sha256:')}"
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "r+b", buffering=0) as blob:
        downloading = partial(pull.board.move, digest, LayerPhase.DOWNLOADING)
        client.fetch_blob(digest, size, blob, downloading)
        pull.blobs[digest] = path
        for diff_id, chain_id in trees:
            blob.seek(0)
            extracting = partial(pull.board.move, digest, LayerPhase.EXTRACTING)
            unpacked = unpack_layer(
                _Watched(blob, extracting),
                pull.content.staged_tree(pull.staging, chain_id),
                digest=digest,
                diff_id=diff_id,
                cancelled=pull.stopped,
            )
            pull.fresh.append(chain_id)
            pull.layers[chain_id] = Layer(
                digest=digest,
                diff_id=diff_id,
                chain_id=chain_id,
                size=size,
                unpacked_size=unpacked.size,
            )
    pull.board.move(digest, LayerPhase.DONE, size)


def _take_in(pull: _Pull, resolved: _Resolved, database: Database, request: PullRequest) -> Image:
    configuration = resolved.configuration
    documents = {
        resolved.document.digest: resolved.document.data,
        configuration.digest: resolved.configuration_data,
    }
    for digest, data in documents.items():
        path = pull.staging / f"document-{digest.removeprefix('sha256:')}"
        path.write_bytes(data)
        pull.blobs[digest] = path
    sizes = {digest: path.stat().st_size for digest, path in pull.blobs.items()}
    pull.content.publish(pull.staging, blobs=pull.blobs, chain_ids=tuple(pull.fresh))
    stored = records.StoredImage(
        configuration=configuration,
        manifest_digest=resolved.document.digest,
        media_type=resolved.manifest.media_type,
        layers=tuple(pull.layers[chain_id] for chain_id in configuration.chain_ids),
    )
    with database.transaction() as tx:
        records.save_image(tx, stored, sizes)
        image = records.grant(
            tx,
            space=request.space,
            image_id=configuration.digest,
            action="pull",
            tags=() if request.reference.digest else (request.reference.tagged,),
            digests=(request.reference.with_digest(resolved.root_digest),),
        )
    pull.board.tell()
    return image


class _Watched:
    """A file that tells how far it was read."""

    def __init__(self, file: BinaryIO, progress: Callable[[int], None]) -> None:
        self._file = file
        self._progress = progress
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._read += len(data)
        self._progress(self._read)
        return data
