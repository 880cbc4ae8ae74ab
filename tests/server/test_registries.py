from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from audit.models import AuditEntry
from projects.models import Project
from registries import vault
from registries.errors import PasswordUnreadable
from registries.models import Registry
from tests.support.registry import make_certificate, running_registry
from tests.support.rest import Rest, make_member, rest_of

pytestmark = [pytest.mark.server, pytest.mark.django_db]


def asked(**changes: Any) -> dict[str, Any]:
    return {
        "host": "registry.test:5000",
        "username": "ann",
        "password": "s3cret!",
        **changes,
    }


def opened(registry: Registry) -> str:
    return vault.unseal(
        bytes(registry.sealed_password), project=registry.project_id, host=registry.host
    )


def test_registry_is_kept_with_its_password_sealed_and_never_shown(rest: Rest) -> None:
    made = rest.post("registries", asked())
    assert made.status == 201
    assert {name: made.body[name] for name in ("project", "name", "host", "username", "ca")} == {
        "project": "default",
        "name": "registry.test:5000",
        "host": "registry.test:5000",
        "username": "ann",
        "ca": "",
    }
    assert (made.body["has_password"], made.body["insecure"]) == (True, False)
    row = Registry.objects.get()
    assert b"s3cret!" not in bytes(row.sealed_password)
    assert opened(row) == "s3cret!"
    for shown in (made.body, rest.get(f"registries/{row.pk}").body, rest.get("registries").rows[0]):
        assert "s3cret!" not in str(shown)
        assert not {"password", "sealed_password"} & set(shown)
    assert AuditEntry.objects.filter(verb="create", kind="registry").count() == 1
    assert "s3cret!" not in str(list(AuditEntry.objects.values()))


def test_password_opens_only_for_its_project_its_host_and_this_instance(
    settings: Settings,
) -> None:
    sealed = vault.seal("s3cret!", project="default", host="a")
    assert vault.seal("s3cret!", project="default", host="a") != sealed
    for project, host in (("other", "a"), ("default", "b")):
        with pytest.raises(PasswordUnreadable):
            vault.unseal(sealed, project=project, host=host)
    with pytest.raises(PasswordUnreadable):
        vault.unseal(sealed[:-1], project="default", host="a")
    settings.SECRET_KEY = "another instance's"
    with pytest.raises(PasswordUnreadable):
        vault.unseal(sealed, project="default", host="a")


def test_change_leaves_what_it_does_not_name(rest: Rest) -> None:
    made = rest.post("registries", asked(name="ours")).body
    changed = rest.patch(f"registries/{made['id']}", {"name": "theirs"})
    assert changed.status == 200
    assert (changed.body["name"], changed.body["username"]) == ("theirs", "ann")
    assert opened(Registry.objects.get()) == "s3cret!"
    rest.patch(f"registries/{made['id']}", {"password": "new"})
    assert opened(Registry.objects.get()) == "new"
    rest.patch(f"registries/{made['id']}", {"username": ""})
    assert rest.get(f"registries/{made['id']}").body["has_password"] is False
    assert AuditEntry.objects.filter(verb="update", kind="registry").count() == 3


def test_password_is_asked_for_again_when_the_host_changes(rest: Rest) -> None:
    made = rest.post("registries", asked()).body
    path = f"registries/{made['id']}"
    assert rest.patch(path, {"host": "evil.test"}).problem == (400, "password_needed")
    assert Registry.objects.get().host == "registry.test:5000"
    assert rest.patch(path, {"host": "moved.test", "password": "again"}).status == 200
    assert opened(Registry.objects.get()) == "again"


def test_project_knows_each_host_once(rest: Rest) -> None:
    assert rest.post("registries", asked()).status == 201
    assert rest.post("registries", asked()).problem == (409, "registry_exists")
    assert Registry.objects.count() == 1


def test_registry_goes_with_its_password(rest: Rest) -> None:
    made = rest.post("registries", asked()).body
    assert rest.delete(f"registries/{made['id']}").status == 204
    assert rest.get(f"registries/{made['id']}").problem == (404, "registry_not_found")
    assert rest.delete(f"registries/{made['id']}").problem == (404, "registry_not_found")
    assert Registry.objects.count() == 0


def test_docker_hub_is_known_by_one_name(rest: Rest) -> None:
    for name in ("docker.io", "index.docker.io", "registry-1.docker.io"):
        made = rest.post("registries", {"host": name})
        assert made.body["host"] == "docker.io"
        rest.delete(f"registries/{made.body['id']}")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"host": "https://registry.test"}, "host"),
        ({"host": "registry.test/path"}, "host"),
        ({"host": "registry"}, "host"),
        ({"host": "registry.test:99x"}, "host"),
        ({"host": ""}, "host"),
        ({"ca": "not a certificate"}, "ca"),
        ({"username": ""}, "username"),
        ({"sealed_password": "AAAA"}, "sealed_password"),
    ],
)
def test_what_cannot_be_a_registry_is_refused_by_field(
    rest: Rest, changes: dict[str, Any], field: str
) -> None:
    answer = rest.post("registries", asked(**changes))
    assert answer.problem == (400, "invalid_input")
    assert list(answer.body["facts"]) == [field]


def test_registry_of_another_project_cannot_be_made_read_changed_or_asked(db: None) -> None:
    rest = rest_of(make_member(role="project_admin"))
    guessed = rest.post("registries", asked(project="elsewhere"))
    Project.objects.create(id="elsewhere", name="Elsewhere")
    taken = rest.post("registries", asked(project="elsewhere"))
    assert guessed.problem == taken.problem == (404, "project_not_found")
    theirs = Registry.objects.create(project_id="elsewhere", name="theirs", host="a.test")
    path = f"registries/{theirs.pk}"
    for answer in (
        rest.get(path),
        rest.patch(path, {"name": "mine"}),
        rest.delete(path),
        rest.post(f"{path}/test"),
    ):
        assert answer.problem == (404, "registry_not_found")
    assert rest.post("registries", {"host": "a.test"}).status == 201
    assert Registry.objects.get(pk=theirs.pk).name == "theirs"


# --- asking the registry ---------------------------------------------------------------------


class _Registry(BaseHTTPRequestHandler):
    """A registry that wants `ann:s3cret!`, by a token or directly."""

    def do_GET(self) -> None:
        allowed = self.headers.get("Authorization") == "Basic YW5uOnMzY3JldCE="
        challenge = self.server.challenge.format(port=self.server.server_port)  # type: ignore[attr-defined]
        self.send_response(200 if allowed else 401)
        if not allowed:
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments: object) -> None:
        """Stay quiet."""


BASIC = 'Basic realm="test"'
BEARER = 'Bearer realm="http://127.0.0.1:{port}/token",service="test"'
STRANGER = 'Bearer realm="http://localhost:{port}/token",service="test"'


@contextmanager
def answering(challenge: str) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Registry)
    server.challenge = challenge  # type: ignore[attr-defined]
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def tried(rest: Rest, body: dict[str, Any]) -> tuple[bool, str]:
    made = rest.post("registries", body).body
    answer = rest.post(f"registries/{made['id']}/test")
    assert answer.status == 200
    return answer.body["ok"], answer.body["code"]


@pytest.mark.parametrize("challenge", [BASIC, BEARER], ids=["basic", "bearer"])
@pytest.mark.parametrize("insecure", [False, True])
def test_registry_that_takes_the_password_is_well(
    rest: Rest, challenge: str, *, insecure: bool
) -> None:
    with answering(challenge) as name:
        assert tried(rest, asked(host=name, insecure=insecure)) == (True, "")


@pytest.mark.parametrize("challenge", [BASIC, BEARER], ids=["basic", "bearer"])
def test_registry_that_refuses_the_password_is_said(rest: Rest, challenge: str) -> None:
    with answering(challenge) as name:
        wrong = asked(host=name, password="wrong")
        assert tried(rest, wrong) == (False, "registry_unauthorized")


def test_password_is_not_shown_to_a_token_service_elsewhere(rest: Rest) -> None:
    with answering(STRANGER) as name:
        assert tried(rest, asked(host=name)) == (False, "registry_unauthorized")


def test_certificate_of_its_own_is_trusted_when_its_authority_is_given(
    rest: Rest, home: Path
) -> None:
    certificate = make_certificate(home)
    with running_registry(account=("ann", "s3cret!"), tls=certificate) as server:
        for changes, outcome in (
            ({}, (False, "registry_tls_failed")),
            ({"ca": certificate.pem}, (True, "")),
            ({"insecure": True}, (True, "")),
            ({"ca": certificate.pem, "password": "wrong"}, (False, "registry_unauthorized")),
        ):
            assert tried(rest, asked(host=server.name, **changes)) == outcome
            rest.delete(f"registries/{rest.get('registries').rows[0]['id']}")


def test_registry_that_is_not_there_is_said(rest: Rest) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gone = {"host": f"127.0.0.1:{port}"}
    assert tried(rest, gone) == (False, "registry_unreachable")
