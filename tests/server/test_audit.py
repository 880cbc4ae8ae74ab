"""The audit trail: what it holds, how it is searched, and who reads it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.utils import timezone

from accounts.actor import program
from accounts.errors import LastAdmin
from accounts.models import User
from accounts.services import delete_user
from audit import selectors
from audit.models import AuditEntry
from audit.search import Search
from projects.models import Project
from tests.support.rest import PlayedHost, Rest, actor_of, container_of, make_member, rest_of

pytestmark = [pytest.mark.server, pytest.mark.django_db]


def entry(**facts: Any) -> AuditEntry:
    settled = {"username": "ann", "verb": "start", "kind": "container", "origin": "192.0.2.5"}
    return AuditEntry.objects.create(**{**settled, **facts})


def found(rest: Rest, **query: str) -> list[str]:
    return [row["object"]["name"] for row in rest.get("audit", **query).rows]


def test_every_change_is_told_with_who_from_where_and_what(rest: Rest, host: PlayedHost) -> None:
    container = container_of("web")
    host.tell_container(container)
    operation = rest.post(f"containers/{container.id}/stop", {}).body
    (row,) = rest.get("audit", verb="stop").rows
    assert {name: row[name] for name in ("actor", "origin", "kind", "project", "outcome")} == {
        "actor": "owner",
        "origin": "192.0.2.1",
        "kind": "container",
        "project": "default",
        "outcome": "done",
    }
    assert row["object"] == {"id": container.id, "name": "web"}
    assert row["operation"] == operation["id"]
    assert row["token"] is not None


def test_refused_change_is_told_and_a_refused_look_is_not(rest: Rest, host: PlayedHost) -> None:
    container = container_of("web")
    host.tell_container(container)
    viewer = rest_of(make_member("ann", "viewer"))
    assert viewer.post(f"containers/{container.id}/stop", {}).status == 403
    assert viewer.get("users").status == 403
    (row,) = rest.get("audit", outcome="denied").rows
    assert (row["actor"], row["verb"], row["kind"]) == ("ann", "stop", "container")
    assert (row["object"]["id"], row["project"]) == (container.id, "default")
    assert host.is_idle()


def test_guess_at_a_project_is_told_though_it_is_answered_as_not_there(rest: Rest) -> None:
    stranger = rest_of(make_member("ann", "viewer"))
    body = {"host": "alpha", "image": "x", "project": "secret"}
    assert stranger.post("bindings", {"role": "viewer", "user": "ann", "project": "secret"}).status
    assert stranger.post("containers", body).status == 404
    (row,) = rest.get("audit", outcome="denied").rows
    assert (row["actor"], row["project"], row["kind"]) == ("ann", "secret", "binding")


def test_each_field_narrows_the_search(rest: Rest) -> None:
    AuditEntry.objects.all().delete()
    entry(object_name="one", username="bob", origin="198.51.100.7")
    entry(object_name="two", verb="stop", project="other")
    entry(object_name="three", kind="image", object_id="sha256:abc")
    entry(object_name="four", outcome="failed")
    AuditEntry.objects.filter(object_name="four").update(at="2020-01-01T00:00:00Z")
    for query, names in (
        ({"actor": "bob"}, ["one"]),
        ({"verb": "stop"}, ["two"]),
        ({"kind": "image"}, ["three"]),
        ({"object": "sha256:abc"}, ["three"]),
        ({"object": "two"}, ["two"]),
        ({"project": "other"}, ["two"]),
        ({"outcome": "failed"}, ["four"]),
        ({"until": "2021-01-01T00:00:00Z"}, ["four"]),
        ({"since": "2021-01-01T00:00:00Z", "kind": "container"}, ["two", "one"]),
        ({"text": "51.100"}, ["one"]),
        ({"text": "ABC"}, ["three"]),
        ({"text": "%"}, []),
        ({"actor": "bob", "verb": "stop"}, []),
    ):
        assert found(rest, **query) == names, query


@pytest.mark.parametrize(
    "query", [{"verb": "fly"}, {"since": "yesterday"}, {"operation": "1"}, {"who": "ann"}]
)
def test_search_that_cannot_be_read_is_refused(rest: Rest, query: dict[str, str]) -> None:
    assert rest.get("audit", **query).problem == (400, "invalid_input")


def test_project_admin_reads_of_their_project_alone() -> None:
    Project.objects.create(id="other", name="Other")
    rest = rest_of(make_member("lead", "project_admin"))
    entry(object_name="ours", project="default")
    entry(object_name="theirs", project="other")
    entry(object_name="nobody's")
    assert found(rest) == ["ours"]
    assert found(rest, project="other") == []
    assert rest.get("audit/export").text.count("\n") == 1


def test_export_needs_a_permission_of_its_own(rest: Rest) -> None:
    rest.post("roles", {"name": "reader", "permissions": ["view:audit"]})
    reader = rest_of(make_member("ann", "reader", project=None))
    assert reader.get("audit").status == 200
    assert reader.get("audit/export").problem == (403, "permission_denied")


def test_export_as_json_lines_is_what_the_list_has(rest: Rest) -> None:
    AuditEntry.objects.all().delete()
    for number in range(3):
        entry(object_name=f"c{number}", detail={"n": str(number)})
    answer = rest.get("audit/export", verb="start")
    assert answer.headers["Content-Type"] == "application/jsonl"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.jsonl"'
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert rows == rest.get("audit").rows
    assert [row["object"]["name"] for row in rows] == ["c2", "c1", "c0"]


def test_export_as_csv_holds_no_formula(rest: Rest) -> None:
    AuditEntry.objects.all().delete()
    entry(object_name='=HYPERLINK("http://evil")', username="ann")
    entry(object_name='a "quoted", name')
    answer = rest.get("audit/export", form="csv")
    header, *lines = csv.reader(io.StringIO(answer.text))
    names = [dict(zip(header, line, strict=True))["object_name"] for line in lines]
    assert names == ['a "quoted", name', '\'=HYPERLINK("http://evil")']


def test_export_is_whole_beyond_one_piece_and_asks_for_no_more_than_pieces(
    django_assert_num_queries: Any,
) -> None:
    made = [
        AuditEntry(username="ann", verb="start", kind="container", at=timezone.now())
        for _ in range(2500)
    ]
    AuditEntry.objects.bulk_create(made)
    with django_assert_num_queries(4):
        pieces = list(selectors.exported(actor=program("test"), search=Search()))
    assert [len(piece) for piece in pieces] == [1000, 1000, 500]
    ids = [row["id"] for piece in pieces for row in piece]
    assert ids == sorted(set(ids), reverse=True)


def test_entry_outlives_who_and_what_it_tells_of(rest: Rest) -> None:
    ann = make_member("ann")
    rest_of(ann).post("tokens", {"name": "t"})
    rest.delete(f"users/{ann.pk}")
    assert [row["verb"] for row in rest.get("audit", actor="ann").rows] == ["create", "create"]


def test_entry_and_what_it_tells_of_last_together_or_not_at_all(owner: User) -> None:
    before = AuditEntry.objects.count()
    with pytest.raises(LastAdmin):
        delete_user(actor=actor_of(owner), user_id=owner.pk)
    assert AuditEntry.objects.count() == before
