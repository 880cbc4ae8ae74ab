"""Images made by the tests: pure Python, as docker-save archives, OCI layouts or pushed."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

BUSYBOX = Path("/bin/busybox")
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class TestLayer:
    """A plain layer tar and the blob it travels as."""

    __test__ = False

    plain: bytes
    blob: bytes
    media_type: str = f"{OCI_LAYER}+gzip"

    @property
    def diff_id(self) -> str:
        return sha256(self.plain)

    @property
    def digest(self) -> str:
        return sha256(self.blob)


@dataclass(frozen=True)
class TestImage:
    """Layers and a configuration, in every form an engine meets."""

    __test__ = False

    layers: tuple[TestLayer, ...]
    config: dict[str, Any] = field(default_factory=dict)
    architecture: str = ""
    docker: bool = False

    @property
    def configuration(self) -> bytes:
        document = {
            "architecture": self.architecture or host_architecture(),
            "os": "linux",
            "created": "2024-01-01T00:00:00Z",
            "config": self.config,
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in self.layers]},
        }
        return json.dumps(document).encode()

    @property
    def id(self) -> str:
        return sha256(self.configuration)

    @property
    def media_type(self) -> str:
        return DOCKER_MANIFEST if self.docker else OCI_MANIFEST

    @property
    def manifest(self) -> bytes:
        document = {
            "schemaVersion": 2,
            "mediaType": self.media_type,
            "config": {
                "mediaType": DOCKER_CONFIG if self.docker else OCI_CONFIG,
                "digest": self.id,
                "size": len(self.configuration),
            },
            "layers": [
                {
                    "mediaType": DOCKER_LAYER if self.docker else layer.media_type,
                    "digest": layer.digest,
                    "size": len(layer.blob),
                }
                for layer in self.layers
            ],
        }
        return json.dumps(document).encode()

    def docker_save(self, *tags: str) -> bytes:
        """Return what `docker save` wrote before version 25."""
        files = {f"{self.id.removeprefix('sha256:')}.json": self.configuration}
        names = []
        for layer in self.layers:
            names.append(f"{layer.digest.removeprefix('sha256:')}/layer.tar")
            files[names[-1]] = layer.blob
        entry = {"Config": next(iter(files)), "RepoTags": list(tags) or None, "Layers": names}
        files["manifest.json"] = json.dumps([entry]).encode()
        return tar_of(*(file(name, data) for name, data in files.items()))

    def oci_layout(self, name: str = "") -> bytes:
        """Return an OCI image layout as one archive."""
        blobs = [self.configuration, self.manifest, *(layer.blob for layer in self.layers)]
        entry: dict[str, Any] = {
            "mediaType": self.media_type,
            "digest": sha256(self.manifest),
            "size": len(self.manifest),
        }
        if name:
            entry["annotations"] = {"org.opencontainers.image.ref.name": name}
        index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry]}
        return tar_of(
            file("oci-layout", b'{"imageLayoutVersion":"1.0.0"}'),
            file("index.json", json.dumps(index).encode()),
            *(file(f"blobs/sha256/{sha256(blob)[7:]}", blob) for blob in blobs),
        )

    def push(self, client: httpx.Client, repository: str, tag: str) -> str:
        """Upload to a registry by the blob API and return the manifest's digest."""
        for blob in (self.configuration, *(layer.blob for layer in self.layers)):
            push_blob(client, repository, blob)
        return push_manifest(client, repository, tag, self.manifest, self.media_type)


Entry = tuple[tarfile.TarInfo, bytes]


def file(name: str, data: bytes = b"", **fields: Any) -> Entry:
    """Return a tar entry; *fields* are attributes of TarInfo."""
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    entry.mode = 0o644
    for key, value in fields.items():
        setattr(entry, key, value)
    return entry, data


def directory(name: str, **fields: Any) -> Entry:
    return file(name, **{"type": tarfile.DIRTYPE, "mode": 0o755, **fields})


def symlink(name: str, target: str, **fields: Any) -> Entry:
    return file(name, type=tarfile.SYMTYPE, linkname=target, **fields)


def hardlink(name: str, target: str, **fields: Any) -> Entry:
    return file(name, type=tarfile.LNKTYPE, linkname=target, **fields)


def tar_of(*entries: Entry) -> bytes:
    """Return a PAX tar of the entries in this order, however hostile."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def layer_of(*entries: Entry) -> TestLayer:
    """Return a gzip layer of the entries."""
    plain = tar_of(*entries)
    return TestLayer(plain, gzip.compress(plain, 1, mtime=0))


def busybox_layer() -> TestLayer:
    """Return a root file system of the host's static busybox with all its applets."""
    names = subprocess.run(
        [BUSYBOX, "--list"], check=True, capture_output=True, text=True
    ).stdout.split()
    return layer_of(
        *(directory(name) for name in ("bin", "etc", "home", "proc", "root", "sys", "dev", "var")),
        directory("tmp", mode=0o1777),
        file("bin/busybox", BUSYBOX.read_bytes(), mode=0o755),
        *(
            hardlink(f"bin/{name}", "bin/busybox", mode=0o755)
            for name in names
            if name != "busybox"
        ),
        file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n"),
        file("etc/group", b"root:x:0:\nnogroup:x:65534:\n"),
    )


def busybox_image(**config: Any) -> TestImage:
    """Return an image of one busybox layer that runs a shell unless *config* says otherwise."""
    return TestImage(
        (busybox_layer(),),
        {"Env": ["PATH=/bin"], "Cmd": ["sh"], **config},
    )


def minbase_archive() -> Path:
    """Return a gzip tar of a minimal Debian, made once for the machine by debootstrap."""
    cache = Path(tempfile.gettempdir()) / "berth-test-cache"
    archive = cache / "minbase.tar.gz"
    if archive.exists():
        return archive
    cache.mkdir(exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="minbase", dir=cache))
    try:
        root, made = work / "root", work / "minbase.tar.gz"
        _run("debootstrap", "--variant=minbase", "bookworm", str(root))
        shutil.rmtree(root / "var/cache/apt/archives", ignore_errors=True)
        _run("tar", "-C", str(root), "--exclude=./dev/*", "-czf", str(made), ".")
        made.rename(archive)
    finally:
        shutil.rmtree(work)
    return archive


def minbase_image() -> TestImage:
    """Return Debian's minbase as an image of one layer."""
    blob = minbase_archive().read_bytes()
    layer = TestLayer(gzip.decompress(blob), blob)
    return TestImage((layer,), {"Env": ["PATH=/usr/sbin:/usr/bin"], "Cmd": ["bash"]})


def push_blob(client: httpx.Client, repository: str, blob: bytes) -> None:
    """Upload one blob in one piece."""
    begun = client.post(f"/v2/{repository}/blobs/uploads/").raise_for_status()
    location = httpx.URL(begun.headers["location"]).copy_merge_params({"digest": sha256(blob)})
    headers = {"content-type": "application/octet-stream"}
    client.put(location, content=blob, headers=headers).raise_for_status()


def push_manifest(
    client: httpx.Client, repository: str, tag: str, manifest: bytes, media_type: str
) -> str:
    """Upload a manifest or index under *tag* and return its digest."""
    headers = {"content-type": media_type}
    url = f"/v2/{repository}/manifests/{tag}"
    client.put(url, content=manifest, headers=headers).raise_for_status()
    return sha256(manifest)


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def host_architecture() -> str:
    return _ARCHITECTURES[os.uname().machine]


def _run(*command: str) -> None:
    words: Sequence[str] = command
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
