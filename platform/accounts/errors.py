"""What can go wrong with people, sessions and tokens."""

from __future__ import annotations

from engine.errors import EngineError


class SignInRequired(EngineError):
    code = "sign_in_required"
    template = "sign in, or send a token as `Authorization: Bearer berth_…`"


class PermissionDenied(EngineError):
    code = "permission_denied"
    template = "you may not {verb} this {kind}"
    verb: str
    kind: str
    project: str


class ProjectNotFound(EngineError):
    code = "project_not_found"
    template = "no project {project!r}"
    project: str


class InvalidCredentials(EngineError):
    code = "invalid_credentials"
    template = "user name or password is wrong"


class InvalidToken(EngineError):
    code = "invalid_token"
    template = "the token is unknown, expired or revoked; make a new one"


class TooManyAttempts(EngineError):
    code = "too_many_attempts"
    template = "too many failed sign-ins; try again in {retry_after} seconds"
    retry_after: int


class SetupDone(EngineError):
    code = "setup_done"
    template = "this instance already has its first admin; sign in"


class InvalidSetupToken(EngineError):
    code = "invalid_setup_token"
    template = "the setup link is wrong, used or expired; `manage.py up` prints a new one"


class WeakPassword(EngineError):
    code = "weak_password"
    template = "choose another password: {problem}"
    problem: str


class UsernameTaken(EngineError):
    code = "username_taken"
    template = "there is a user {username!r} already"
    username: str


class AccountNotFound(EngineError):
    code = "account_not_found"
    template = "no user {username!r}"
    username: str


class TokenNotFound(EngineError):
    code = "token_not_found"
    template = "you have no token {token}"
    token: str
