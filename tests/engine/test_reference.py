"""References by Docker's rules."""

from __future__ import annotations

import pytest

from engine.errors import InvalidReference
from engine.spec.reference import parse_reference

DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("text", "normalized", "familiar"),
    [
        ("busybox", "docker.io/library/busybox:latest", "busybox:latest"),
        ("busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36"),
        ("grafana/loki:3", "docker.io/grafana/loki:3", "grafana/loki:3"),
        ("index.docker.io/busybox", "docker.io/library/busybox:latest", "busybox:latest"),
        ("localhost/app", "localhost/app:latest", "localhost/app:latest"),
        ("registry:5000/app", "registry:5000/app:latest", "registry:5000/app:latest"),
        ("[::1]:5000/a/b:x", "[::1]:5000/a/b:x", "[::1]:5000/a/b:x"),
        (f"busybox@{DIGEST}", f"docker.io/library/busybox@{DIGEST}", f"busybox@{DIGEST}"),
        (f"ghcr.io/a/b:1@{DIGEST}", f"ghcr.io/a/b@{DIGEST}", f"ghcr.io/a/b@{DIGEST}"),
    ],
)
def test_a_reference_is_completed_as_docker_completes_it(
    text: str, normalized: str, familiar: str
) -> None:
    reference = parse_reference(text)
    assert (str(reference), reference.familiar) == (normalized, familiar)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Busybox",
        "a//b",
        "a:",
        "a:-tag",
        f"a:{'t' * 129}",
        "../etc/passwd",
        "host.example/../../v2/other",
        "a@sha256:12",
        "a@md5:" + "0" * 32,
        "ab" * 32,
        "docker.io/",
        "a b",
        f"{'n' * 256}",
        "host.example/a?x=1",
    ],
)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(InvalidReference) as caught:
        parse_reference(text)
    assert caught.value.facts["reference"] == text
