from __future__ import annotations

import threading
from typing import Any

import pytest
from pytest_django import Settings

from audit.models import AuditEntry
from bus import sealing
from bus.messages import RegistryTest
from bus.names import Queue
from engine.errors import RegistryUnauthorized
from engine.spec import codec
from engine.spec.image import RegistryAuth
from operations.models import Operation
from projects.models import Project
from registries import vault
from registries.errors import PasswordUnreadable
from registries.models import Registry
from tests.support.rest import PlayedHost, Rest, make_member, rest_of

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
        rest.post(f"{path}/test", {"host": "alpha"}),
    ):
        assert answer.problem == (404, "registry_not_found")
    assert rest.post("registries", {"host": "a.test"}).status == 201
    assert Registry.objects.get(pk=theirs.pk).name == "theirs"


# --- asking the registry ---------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_host_is_asked_to_try_a_registry_with_the_password_sealed_to_it(
    rest: Rest, host: PlayedHost
) -> None:
    made = rest.post("registries", asked(insecure=True)).body
    answer = rest.post(f"registries/{made['id']}/test", {"host": "alpha"})
    assert (answer.status, answer.body["kind"]) == (202, "registries.test")
    task = host.take(Queue.BUILD)
    assert isinstance(task.payload, RegistryTest)
    assert (task.space, task.payload.registry) == ("default", "registry.test:5000")
    assert task.payload.access.insecure
    opened_there = sealing.unseal(task.payload.access.auth, private_key=host.private_key)
    assert codec.decode(RegistryAuth, opened_there) == RegistryAuth(
        username="ann", password="s3cret!"
    )
    operation = Operation.objects.get()
    assert "s3cret!" not in operation.body
    assert (operation.subject_kind, operation.subject_id) == ("registry", str(made["id"]))
    assert AuditEntry.objects.filter(verb="test", kind="registry").count() == 1


@pytest.mark.django_db(transaction=True)
def test_outcome_of_a_test_is_its_answer_when_it_is_waited_for(
    rest: Rest, host: PlayedHost
) -> None:
    made = rest.post("registries", asked()).body
    refused = RegistryUnauthorized(registry="r", repository="/v2/", reason="as ann")
    for error, outcome in ((None, (204, "")), (refused, (502, "registry_unauthorized"))):
        answering = threading.Thread(
            target=lambda error=error: host.finish(host.take(Queue.BUILD), error)
        )
        answering.start()
        path = f"registries/{made['id']}/test"
        answer = rest.post(path, {"host": "alpha"}, Prefer="wait=10")
        answering.join()
        assert (answer.status, answer.body["code"] if answer.body else "") == outcome


def test_host_that_is_not_there_tries_nothing(rest: Rest, host: PlayedHost) -> None:
    made = rest.post("registries", asked()).body
    path = f"registries/{made['id']}/test"
    assert rest.post(path, {"host": "omega"}).problem == (404, "host_not_found")
    assert rest.post(path, {}).problem == (400, "invalid_input")
    assert Operation.objects.count() == 0
