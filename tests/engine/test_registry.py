"""What a registry may ask for, and where it may send us."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import httpx
import pytest

from engine.errors import RegistryError, RegistryTlsFailed
from engine.registry.auth import Authorizer, parse_challenge
from engine.registry.endpoint import endpoints
from engine.registry.transport import Transport
from engine.spec.configuration import EngineConfiguration, RegistryMirror
from tests.support.fake_registry import Answer, fake_registry


def configuration(**fields: object) -> EngineConfiguration:
    return EngineConfiguration(home=Path("/nowhere"), **fields)  # type: ignore[arg-type]


def addresses(registry: str, **fields: object) -> list[str]:
    found = endpoints(configuration(**fields), registry)
    return [str(address) for endpoint in found for address in endpoint.addresses]


@pytest.mark.parametrize(
    ("header", "scheme", "parameters"),
    [
        (
            'Bearer realm="https://auth.example/token",service="a b",scope="repository:x:pull"',
            "bearer",
            {
                "realm": "https://auth.example/token",
                "service": "a b",
                "scope": "repository:x:pull",
            },
        ),
        ('BASIC realm="Registry, private"', "basic", {"realm": "Registry, private"}),
        ('Basic realm="x", Bearer realm="https://y"', "bearer", {"realm": "https://y"}),
        (r'Bearer realm="a\"b",service=plain', "bearer", {"realm": 'a"b', "service": "plain"}),
    ],
)
def test_a_challenge_is_read(header: str, scheme: str, parameters: dict[str, str]) -> None:
    challenge = parse_challenge(header)
    assert challenge is not None
    assert (challenge.scheme, challenge.parameters) == (scheme, parameters)


@pytest.mark.parametrize("header", ["", "Negotiate", "Digest realm=x"])
def test_a_challenge_of_another_kind_is_none(header: str) -> None:
    assert parse_challenge(header) is None


def test_plain_http_is_for_this_machine_and_insecure_registries_only() -> None:
    assert addresses("ghcr.io") == ["https://ghcr.io"]
    assert addresses("docker.io") == ["https://registry-1.docker.io"]
    assert addresses("localhost:5000") == ["https://localhost:5000", "http://localhost:5000"]
    assert addresses("127.8.8.8:5000")[1:] == ["http://127.8.8.8:5000"]
    assert addresses("[::1]:5000")[1:] == ["http://[::1]:5000"]
    insecure = ("10.0.0.9:5000",)
    assert addresses("10.0.0.9:5000", insecure_registries=insecure)[1:] == ["http://10.0.0.9:5000"]
    assert addresses("10.0.0.9:5001", insecure_registries=insecure) == ["https://10.0.0.9:5001"]


def test_mirrors_come_first_and_get_no_credentials() -> None:
    mirrors = (
        RegistryMirror(registry="ghcr.io", url="https://mirror.example/path"),
        RegistryMirror(registry="quay.io", url="https://other.example"),
    )
    mirror, registry = endpoints(configuration(mirrors=mirrors), "ghcr.io")
    assert (str(mirror.addresses[0]), mirror.takes_credentials) == (mirrors[0].url, False)
    assert (registry.registry, registry.takes_credentials) == ("ghcr.io", True)


def test_a_mirror_over_plain_http_elsewhere_is_refused() -> None:
    mirrors = (RegistryMirror(registry="ghcr.io", url="http://mirror.example"),)
    with pytest.raises(RegistryTlsFailed, match="plain HTTP"):
        list(endpoints(configuration(mirrors=mirrors), "ghcr.io"))


@pytest.mark.parametrize(
    ("registry", "realm", "accepted"),
    [
        ("registry-1.docker.io", "https://auth.docker.io/token", "yes"),
        ("registry.gitlab.com", "https://gitlab.com/jwt/auth", "yes"),
        ("ghcr.io", "https://ghcr.io/token", "yes"),
        ("registry.example", "https://registry.example:8443/token", "yes"),
        ("ghcr.io", "http://ghcr.io/token", "no"),
        ("ghcr.io", "https://evil.example/token", "no"),
        ("ghcr.io", "https://127.0.0.1/token", "no"),
        ("ghcr.io", "https://localhost/token", "no"),
        ("ghcr.io", "https://169.254.169.254/token", "no"),
        ("10.0.0.1", "https://9.9.0.1/token", "no"),
        ("ghcr.io", "https:///token", "no"),
    ],
)
def test_a_token_service_must_belong_to_its_registry(
    registry: str, realm: str, accepted: str
) -> None:
    (endpoint,) = endpoints(configuration(), registry)
    transport = Transport(endpoint)
    base = endpoint.addresses[0]
    authorizer = Authorizer(transport, base=base, repository="a", credentials=None)
    with pytest.raises(RegistryError) if accepted == "no" else nullcontext():
        assert str(authorizer._checked_realm(realm)) == realm
    transport.close()


def test_a_redirect_into_this_machine_is_refused_to_a_remote_registry() -> None:
    (endpoint,) = endpoints(configuration(), "ghcr.io")
    transport = Transport(endpoint)
    for location in ("https://127.0.0.1/x", "https://169.254.169.254/x", "https://localhost/x"):
        request = httpx.Request("GET", "https://ghcr.io/v2/")
        answer = httpx.Response(302, headers={"location": location}, request=request)
        with pytest.raises(RegistryError, match="into this machine"):
            transport._redirection(answer)
    transport.close()


def test_redirects_in_a_circle_end() -> None:
    with fake_registry() as fake:
        fake.put("/circle", Answer(status=302, headers={"location": "/circle"}))
        endpoint = next(endpoints(configuration(), fake.name))
        transport = Transport(endpoint)
        url = httpx.URL(f"http://{fake.name}/circle")
        with (
            pytest.raises(RegistryError, match="too many redirects"),
            transport.get(url, headers={}, authorization=None),
        ):
            pass
        transport.close()
        assert len(fake.requests) == 6
