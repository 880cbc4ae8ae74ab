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


class SessionNotFound(EngineError):
    code = "session_not_found"
    template = "there is no session {session}"
    session: str


class TeamNotFound(EngineError):
    code = "team_not_found"
    template = "no team {team!r}"
    team: str


class TeamExists(EngineError):
    code = "team_exists"
    template = "there is a team {name!r} already"
    name: str


class RoleNotFound(EngineError):
    code = "role_not_found"
    template = "no role {role!r}"
    role: str


class RoleExists(EngineError):
    code = "role_exists"
    template = "there is a role {name!r} already"
    name: str


class RoleIsBuiltIn(EngineError):
    code = "role_is_built_in"
    template = "role {name!r} is built in and stays as it is; make one of your own"
    name: str


class BindingNotFound(EngineError):
    code = "binding_not_found"
    template = "no binding {binding}"
    binding: str


class AuthorityExceeded(EngineError):
    code = "authority_exceeded"
    template = "you cannot hand on what you may not do there yourself: {missing}"
    missing: str


class LastAdmin(EngineError):
    code = "last_admin"
    template = "nobody would be left who may do everything; give someone else the role admin first"


class RobotHasNoPassword(EngineError):
    code = "robot_has_no_password"
    template = "{username!r} is a robot: make a token for it instead"
    username: str


class InvitationNotFound(EngineError):
    code = "invitation_not_found"
    template = "no invitation {invitation}"
    invitation: str


class InvalidInvitation(EngineError):
    code = "invalid_invitation"
    template = "the invitation is unknown, used or expired; ask for a new one"
