"""Browsers that are signed in, passwords, and invitations."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session as StoredSession
from django.utils import timezone

from accounts import services
from accounts.models import Binding, Invitation, Session, Team, User
from accounts.tokens import digest
from audit.models import AuditEntry
from engine.errors import InvalidValue
from tests.support.rest import PASSWORD, Rest, actor_of, make_member, rest_of

pytestmark = [pytest.mark.server, pytest.mark.django_db]

OTHER = "another horse entirely"


def browser(username: str = "owner", password: str = PASSWORD, origin: str = "192.0.2.1") -> Rest:
    """Return the API as a browser sees it that has signed in."""
    rest = Rest(origin=origin)
    rest.headers = {"User-Agent": f"Browser of {username}"}
    assert rest.post("session", {"username": username, "password": password}).status == 201
    rest.headers["X-CSRFToken"] = rest.client.cookies["csrftoken"].value
    return rest


# --- sessions ----------------------------------------------------------------------------------


def test_each_browser_is_listed_with_where_it_came_from(owner: User) -> None:
    browser(origin="192.0.2.9").get("users/me")
    here = browser()
    rows = here.get("sessions").rows
    assert [(row["origin"], row["is_current"]) for row in rows] == [
        ("192.0.2.1", True),
        ("192.0.2.9", False),
    ]
    assert {row["agent"] for row in rows} == {"Browser of owner"}
    assert {row["username"] for row in rows} == {"owner"}
    assert "key" not in rows[0]


def test_revoked_browser_is_signed_out(owner: User) -> None:
    there, here = browser(origin="192.0.2.9"), browser()
    there.get("users/me")
    (theirs,) = [row["id"] for row in here.get("sessions").rows if not row["is_current"]]
    assert here.delete(f"sessions/{theirs}").status == 204
    assert there.get("users/me").problem == (401, "sign_in_required")
    assert here.get("users/me").status == 200
    assert [row["is_current"] for row in here.get("sessions").rows] == [True]
    assert AuditEntry.objects.filter(verb="delete", kind="session").count() == 1


def test_browsers_of_others_are_nothing_to_whoever_is_no_admin(owner: User) -> None:
    browser().get("users/me")
    session = Session.objects.get()
    rest = rest_of(make_member("ann", "project_admin"))
    assert rest.get("sessions").rows == []
    assert rest.get("sessions", user="owner").problem == (403, "permission_denied")
    assert rest.delete(f"sessions/{session.pk}").problem == (404, "session_not_found")


def test_admin_signs_anyone_out(rest: Rest) -> None:
    make_member("ann")
    theirs = browser("ann")
    theirs.get("users/me")
    (row,) = rest.get("sessions", user="ann").rows
    assert rest.delete(f"sessions/{row['id']}").status == 204
    assert theirs.get("users/me").problem == (401, "sign_in_required")


def test_session_that_has_ended_is_not_listed_and_its_row_goes(owner: User) -> None:
    browser().get("users/me")
    StoredSession.objects.update(expire_date=timezone.now())
    here = browser()
    assert len(here.get("sessions").rows) == 1
    StoredSession.objects.all().delete()
    browser().get("users/me")
    assert Session.objects.count() == 1


def test_signing_out_removes_the_session_from_the_list(owner: User) -> None:
    here = browser()
    here.get("users/me")
    here.delete("session")
    assert Session.objects.count() == 0


def test_last_use_of_a_session_is_noted_at_most_once_a_minute(owner: User) -> None:
    here = browser()
    here.get("users/me")
    first = Session.objects.get().last_used_at
    here.get("users/me")
    assert Session.objects.get().last_used_at == first
    Session.objects.update(last_used_at=first - dt.timedelta(minutes=2))
    here.get("users/me")
    assert Session.objects.get().last_used_at >= first


# --- passwords ---------------------------------------------------------------------------------


def test_new_password_signs_every_other_browser_out(owner: User) -> None:
    there, here = browser(origin="192.0.2.9"), browser()
    there.get("users/me")
    changed = here.post("users/me/password", {"current": PASSWORD, "new": OTHER})
    assert changed.status == 204
    assert there.get("users/me").problem == (401, "sign_in_required")
    assert here.get("users/me").status == 200
    assert Rest().post("session", {"username": "owner", "password": PASSWORD}).status == 401
    browser(password=OTHER)


def test_password_is_changed_by_whoever_knows_it_and_guesses_are_counted(rest: Rest) -> None:
    for _ in range(services.FAILURES_OF_NAME):
        answer = rest.post("users/me/password", {"current": "wrong", "new": OTHER})
        assert answer.problem == (401, "invalid_credentials")
    answer = rest.post("users/me/password", {"current": PASSWORD, "new": OTHER})
    assert answer.problem == (429, "too_many_attempts")
    denied = AuditEntry.objects.filter(verb="update", kind="user", outcome="denied")
    assert denied.count() == services.FAILURES_OF_NAME


def test_weak_new_password_is_refused(rest: Rest) -> None:
    answer = rest.post("users/me/password", {"current": PASSWORD, "new": "short"})
    assert answer.problem == (400, "weak_password")


def test_user_who_is_shut_out_is_signed_out_and_their_tokens_are_refused(rest: Rest) -> None:
    ann = make_member("ann")
    token, here = rest_of(ann), browser("ann")
    assert rest.patch(f"users/{ann.pk}", {"is_active": False}).body["is_active"] is False
    assert token.get("users/me").problem == (401, "invalid_token")
    assert here.get("users/me").problem == (401, "sign_in_required")
    answer = Rest().post("session", {"username": "ann", "password": PASSWORD})
    assert answer.problem == (401, "invalid_credentials")
    rest.patch(f"users/{ann.pk}", {"is_active": True})
    assert token.get("users/me").status == 200


def test_removed_user_leaves_no_session_token_or_binding(rest: Rest) -> None:
    ann = make_member("ann")
    token, here = rest_of(ann), browser("ann")
    here.get("users/me")
    assert rest.delete(f"users/{ann.pk}").status == 204
    assert token.get("users/me").problem == (401, "invalid_token")
    assert here.get("users/me").problem == (401, "sign_in_required")
    assert (Session.objects.count(), Binding.objects.filter(role="deployer").count()) == (0, 0)


# --- invitations -------------------------------------------------------------------------------


def invite(rest: Rest, **asked: Any) -> str:
    """Return the secret of a new invitation's link."""
    made = rest.post("invitations", {"username": "Ann".lower(), **asked})
    assert made.status == 201
    parts = urlsplit(made.body["url"])
    assert f"{parts.scheme}://{parts.netloc}" == settings.BERTH.public_url
    assert parts.path == "/invitation"
    return str(parse_qs(parts.query)["token"][0])


def test_invited_person_chooses_a_password_and_is_who_they_were_asked_as(
    rest: Rest, nobody: Rest
) -> None:
    make_member("root")
    Team.objects.create(name="builders")
    secret = invite(rest, role="deployer", project="default", team="builders")
    asked = nobody.get("invitation", token=secret).body
    assert (asked["username"], asked["created_by"]) == ("ann", "owner")
    accepted = nobody.post("invitation", {"token": secret, "password": PASSWORD})
    assert accepted.status == 201
    assert accepted.body["user"]["username"] == "ann"
    me = nobody.get("users/me").body
    assert "create:container" in me["grants"]["projects"]["default"]
    assert me["grants"]["everywhere"] == []
    assert User.objects.get(username="ann").teams.get().name == "builders"
    entry = AuditEntry.objects.get(verb="accept", kind="invitation")
    assert (entry.username, entry.object_name) == ("ann", "ann")


def test_invitation_works_once_and_for_its_name_alone(rest: Rest, nobody: Rest) -> None:
    secret = invite(rest)
    body = {"token": secret, "password": PASSWORD}
    assert nobody.post("invitation", {**body, "username": "root"}).problem == (400, "invalid_input")
    assert nobody.post("invitation", body).status == 201
    assert Rest().post("invitation", body).problem == (403, "invalid_invitation")
    assert Rest().get("invitation", token=secret).problem == (403, "invalid_invitation")


def test_expired_withdrawn_replaced_and_guessed_invitations_are_refused(rest: Rest) -> None:
    old = invite(rest)
    expired = invite(rest)
    Invitation.objects.update(expires_at=timezone.now())
    withdrawn = invite(rest, username="bob")
    (row,) = rest.get("invitations").rows
    assert rest.delete(f"invitations/{row['id']}").status == 204
    for secret in (old, expired, withdrawn, "guess"):
        answer = Rest().post("invitation", {"token": secret, "password": PASSWORD})
        assert answer.problem == (403, "invalid_invitation")
    assert list(User.objects.values_list("username", flat=True)) == ["owner"]


def test_invitation_survives_a_weak_password_and_is_kept_as_a_hash_alone(
    rest: Rest, nobody: Rest
) -> None:
    secret = invite(rest)
    assert Invitation.objects.get().hash == digest(secret)
    assert secret not in str(rest.get("invitations").body)
    weak = nobody.post("invitation", {"token": secret, "password": "short"})
    assert weak.problem == (400, "weak_password")
    assert nobody.post("invitation", {"token": secret, "password": PASSWORD}).status == 201


def test_name_that_cannot_be_one_is_not_invited(owner: User) -> None:
    with pytest.raises(InvalidValue):
        services.create_invitation(actor=actor_of(owner), username="(console)")
