from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.access import Kind, Verb, require
from accounts.actor import anonymous, program
from accounts.errors import (
    InvalidSetupToken,
    PermissionDenied,
    ProjectNotFound,
    SetupDone,
    SignInRequired,
    UsernameTaken,
)
from accounts.models import Binding, SetupToken, SignInFailure, Token, User
from accounts.tokens import digest
from audit.models import AuditEntry
from engine.errors import InvalidValue
from projects.models import Project
from tests.support.rest import PASSWORD, Rest, actor_of, make_member, rest_of

pytestmark = [pytest.mark.server, pytest.mark.django_db]


def entries(**wanted: Any) -> int:
    return AuditEntry.objects.filter(**wanted).count()


def sign_in(rest: Rest, username: str = "owner", password: str = PASSWORD) -> Any:
    return rest.post("session", {"username": username, "password": password})


def csrf(rest: Rest) -> dict[str, str]:
    return {"X-CSRFToken": rest.client.cookies["csrftoken"].value}


# --- the first admin -------------------------------------------------------------------------


def test_setup_link_makes_the_first_admin_and_signs_in(nobody: Rest) -> None:
    secret = services.issue_setup_token()
    assert nobody.get("setup").body == {"required": True}

    answer = nobody.post("setup", {"token": secret, "username": "owner", "password": PASSWORD})

    assert answer.status == 201
    assert answer.body["user"]["username"] == "owner"
    assert Binding.objects.get(user__username="owner").role_id == "admin"
    assert nobody.get("session").body["user"]["username"] == "owner"
    assert nobody.get("setup").body == {"required": False}
    assert entries(verb="set_up", username="owner", origin="192.0.2.1") == 1


def test_setup_token_works_once(nobody: Rest) -> None:
    secret = services.issue_setup_token()
    body = {"token": secret, "username": "owner", "password": PASSWORD}
    assert nobody.post("setup", body).status == 201
    assert nobody.post("setup", {**body, "username": "other"}).problem == (409, "setup_done")
    assert list(User.objects.values_list("username", flat=True)) == ["owner"]


def test_used_setup_token_stays_used_even_without_users() -> None:
    secret = services.issue_setup_token()

    def complete() -> None:
        services.complete_setup(
            actor=anonymous(), token=secret, username="owner", password=PASSWORD
        )

    complete()
    User.objects.all().delete()
    with pytest.raises(InvalidSetupToken):
        complete()


def test_wrong_expired_and_replaced_setup_tokens_are_refused(nobody: Rest) -> None:
    old = services.issue_setup_token()
    expired = services.issue_setup_token()
    SetupToken.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    for secret in (old, expired, "guess"):
        body = {"token": secret, "username": "owner", "password": PASSWORD}
        assert nobody.post("setup", body).problem == (403, "invalid_setup_token")
    assert User.objects.count() == 0


def test_setup_token_is_kept_as_a_hash_alone() -> None:
    secret = services.issue_setup_token()
    assert SetupToken.objects.get().hash == digest(secret)
    assert secret not in str(SetupToken.objects.values())


def test_setup_link_cannot_be_had_once_there_is_a_user(owner: User) -> None:
    with pytest.raises(SetupDone):
        services.issue_setup_token()


@pytest.mark.parametrize("password", ["short", "password1234", "ownerowner1", "1234567"])
def test_weak_password_is_refused_and_the_setup_token_stays_good(
    nobody: Rest, password: str
) -> None:
    body = {"token": services.issue_setup_token(), "username": "ownerowner"}
    assert nobody.post("setup", {**body, "password": password}).problem == (400, "weak_password")
    assert nobody.post("setup", {**body, "password": PASSWORD}).status == 201


# --- signing in ------------------------------------------------------------------------------


def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use(owner: User) -> None:
    rest = Rest()
    assert sign_in(rest, "Owner").status == 201
    cookie = rest.client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert rest.get("users/me").body["username"] == "owner"
    assert entries(verb="sign_in", username="owner", outcome="done") == 1


def test_session_key_that_someone_planted_is_not_taken_over(owner: User) -> None:
    rest = Rest()
    planted = "p" * 32
    rest.client.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert sign_in(rest).status == 201
    assert rest.client.cookies[settings.SESSION_COOKIE_NAME].value != planted


def test_wrong_password_and_unknown_user_get_the_same_answer(owner: User) -> None:
    wrong = sign_in(Rest(), password="wrong")
    unknown = sign_in(Rest(), username="nobody", password="wrong")
    assert wrong.problem == unknown.problem == (401, "invalid_credentials")
    assert wrong.body == unknown.body
    assert entries(verb="sign_in", outcome="denied", origin="192.0.2.1") == 2


def test_inactive_user_cannot_sign_in(owner: User) -> None:
    User.objects.update(is_active=False)
    assert sign_in(Rest()).problem == (401, "invalid_credentials")


def test_sixth_guess_is_not_even_judged(owner: User) -> None:
    for _ in range(services.FAILURES_OF_NAME):
        assert sign_in(Rest(), password="wrong").status == 401
    answer = sign_in(Rest())
    assert answer.problem == (429, "too_many_attempts")
    assert 0 < int(answer.body["facts"]["retry_after"]) <= 15 * 60
    assert sign_in(Rest(origin="192.0.2.2")).status == 201


def test_one_address_cannot_try_many_names(owner: User) -> None:
    for number in range(services.FAILURES_OF_ORIGIN):
        sign_in(Rest(), username=f"user{number}", password="wrong")
    assert sign_in(Rest()).problem == (429, "too_many_attempts")


def test_failures_are_forgotten_after_the_window_and_after_success(owner: User) -> None:
    for _ in range(services.FAILURES_OF_NAME):
        sign_in(Rest(), password="wrong")
    SignInFailure.objects.update(at=timezone.now() - services.FAILURE_WINDOW)
    assert sign_in(Rest()).status == 201
    assert SignInFailure.objects.count() == 0


def test_session_needs_the_csrf_header_to_change_anything(owner: User) -> None:
    rest = Rest()
    sign_in(rest)
    assert rest.post("tokens", {"name": "x"}).problem == (403, "permission_denied")
    assert Token.objects.count() == 0
    assert rest.post("tokens", {"name": "x"}, **csrf(rest)).status == 201


def test_signing_in_from_a_form_of_another_site_is_refused(owner: User) -> None:
    body = {"username": "owner", "password": PASSWORD}
    answer = Client(enforce_csrf_checks=True).post("/api/v1/session", body)
    assert answer.status_code == 415


def test_signing_out_ends_the_session(owner: User) -> None:
    rest = Rest()
    sign_in(rest)
    assert rest.delete("session", **csrf(rest)).status == 204
    assert rest.get("session").body == {"user": None}
    assert rest.get("users/me").problem == (401, "sign_in_required")
    assert entries(verb="sign_out", username="owner") == 1


# --- tokens ----------------------------------------------------------------------------------


def test_token_is_shown_once_and_kept_as_a_hash_alone(rest: Rest) -> None:
    made = rest.post("tokens", {"name": "deploy"})
    secret = made.body["token"]
    assert made.status == 201
    assert secret.startswith("berth_")
    assert len(secret) == 46
    assert Token.objects.get(name="deploy").hash == digest(secret)
    assert secret not in str(list(Token.objects.values()))
    listed = next(row for row in rest.get("tokens").rows if row["name"] == "deploy")
    assert listed["prefix"] == secret[:10]
    assert (listed["owner"], listed["permissions"], listed["projects"]) == ("owner", None, None)
    assert Rest(secret).get("users/me").body["username"] == "owner"
    assert entries(verb="create", kind="token", object_name="deploy") == 1


def test_revoked_token_is_refused_from_the_next_request_on(rest: Rest) -> None:
    made = rest.post("tokens", {"name": "deploy"}).body
    assert rest.delete(f"tokens/{made['id']}").status == 204
    answer = Rest(made["token"]).get("users/me")
    assert answer.problem == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert entries(verb="delete", kind="token", object_id=str(made["id"])) == 1


def test_expired_token_is_refused(rest: Rest) -> None:
    soon = (timezone.now() + dt.timedelta(hours=1)).isoformat()
    made = rest.post("tokens", {"name": "short", "expires_at": soon}).body
    assert Rest(made["token"]).get("users/me").status == 200
    Token.objects.filter(pk=made["id"]).update(expires_at=timezone.now())
    assert Rest(made["token"]).get("users/me").problem == (401, "invalid_token")


def test_token_that_would_end_in_the_past_is_refused(rest: Rest) -> None:
    answer = rest.post("tokens", {"name": "late", "expires_at": "2020-01-01T00:00:00Z"})
    assert answer.problem == (400, "invalid_input")
    assert answer.body["facts"] == {"expires_at": "This is in the past."}


def test_token_of_an_inactive_user_is_refused(owner: User, rest: Rest) -> None:
    User.objects.update(is_active=False)
    assert rest.get("users/me").problem == (401, "invalid_token")


@pytest.mark.parametrize("header", ["Bearer", "Bearer nonsense", "Basic b3duZXI6eA==", "berth_x"])
def test_unreadable_credentials_are_refused_even_where_none_are_needed(
    nobody: Rest, header: str
) -> None:
    nobody.headers = {"Authorization": header}
    assert nobody.get("session").problem == (401, "invalid_token")


def test_last_use_of_a_token_is_noted_at_most_once_a_minute(rest: Rest) -> None:
    rest.get("users/me")
    first = Token.objects.get().last_used_at
    rest.get("users/me")
    assert first is not None
    assert Token.objects.get().last_used_at == first
    Token.objects.update(last_used_at=first - dt.timedelta(minutes=2))
    rest.get("users/me")
    assert Token.objects.filter(last_used_at__gt=first).exists()


def test_tokens_of_one_user_are_nothing_to_another(owner: User) -> None:
    mine, theirs = rest_of(owner), rest_of(make_member("other"))
    made = mine.post("tokens", {"name": "private"}).body
    assert "private" not in [row["name"] for row in theirs.get("tokens").rows]
    assert theirs.delete(f"tokens/{made['id']}").problem == (404, "token_not_found")
    assert Rest(made["token"]).get("users/me").status == 200


# --- who may what ----------------------------------------------------------------------------


def test_names_are_unique_whatever_their_case(owner: User) -> None:
    with pytest.raises(UsernameTaken):
        services.create_admin(actor=program("console"), username="OWNER", password=PASSWORD)


@pytest.mark.parametrize("name", ["", "two words", "(console)", "ünal", "-x", "a" * 64, "a\n"])
def test_name_that_could_be_taken_for_something_else_is_refused(name: str) -> None:
    with pytest.raises(InvalidValue):
        services.create_admin(actor=program("console"), username=name, password=PASSWORD)
    assert User.objects.count() == 0


def test_all_that_is_not_granted_is_refused(owner: User) -> None:
    plain = User.objects.create(username="plain")
    for verb in Verb:
        for kind in Kind:
            with pytest.raises(SignInRequired):
                require(anonymous(), verb, kind)
            if verb is not Verb.VIEW or kind not in (Kind.HOST, Kind.USER, Kind.TEAM, Kind.ROLE):
                with pytest.raises(PermissionDenied):
                    require(actor_of(plain), verb, kind)
                with pytest.raises(ProjectNotFound):
                    require(actor_of(plain), verb, kind, project="default")


def test_user_without_rights_makes_neither_admins_nor_tokens_for_others(owner: User) -> None:
    plain = actor_of(User.objects.create(username="plain"))
    with pytest.raises(PermissionDenied):
        services.create_admin(actor=plain, username="mine", password=PASSWORD)
    with pytest.raises(PermissionDenied):
        services.create_token(actor=plain, name="stolen", owner="owner")
    assert Token.objects.count() == 0


def test_console_narrows_a_token_to_projects(owner: User) -> None:
    Project.objects.get_or_create(id="default", defaults={"name": "Default"})
    said = io.StringIO()
    call_command("token", "create", "owner", "--project", "default", stdout=said)
    grants = Rest(said.getvalue().strip()).get("users/me").body["grants"]
    assert (grants["everywhere"], list(grants["projects"])) == ([], ["default"])
    with pytest.raises(CommandError, match="nowhere"):
        call_command("token", "create", "owner", "--project", "nowhere", stdout=said)


def test_console_makes_a_token_for_a_user_by_name(owner: User) -> None:
    made = services.create_token(actor=program("console"), name="cli", owner="Owner")
    assert Rest(made.secret).get("users/me").body["username"] == "owner"
    assert entries(username="(console)", kind="token", object_name="cli") == 1
