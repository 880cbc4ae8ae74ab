"""Everything that changes people, what they may do, and how they prove who they are."""

from __future__ import annotations

from accounts.services.actors import actor_of, renewed
from accounts.services.bindings import create_binding, delete_binding
from accounts.services.denials import record_denial
from accounts.services.invitations import (
    NewInvitation,
    accept_invitation,
    create_invitation,
    delete_invitation,
    invitation_of,
)
from accounts.services.roles import create_role, delete_role, update_role
from accounts.services.sessions import note_session, revoke_session
from accounts.services.setup import complete_setup, create_admin, issue_setup_token
from accounts.services.signing_in import (
    FAILURE_WINDOW,
    FAILURES_OF_NAME,
    FAILURES_OF_ORIGIN,
    sign_in,
    sign_out,
)
from accounts.services.teams import (
    add_member,
    create_team,
    delete_team,
    remove_member,
    update_team,
)
from accounts.services.tokens import (
    LAST_USED_STEP,
    NewToken,
    authenticate_token,
    create_token,
    revoke_token,
)
from accounts.services.users import change_password, create_user, delete_user, update_user

__all__ = [
    "FAILURES_OF_NAME",
    "FAILURES_OF_ORIGIN",
    "FAILURE_WINDOW",
    "LAST_USED_STEP",
    "NewInvitation",
    "NewToken",
    "accept_invitation",
    "actor_of",
    "add_member",
    "authenticate_token",
    "change_password",
    "complete_setup",
    "create_admin",
    "create_binding",
    "create_invitation",
    "create_role",
    "create_team",
    "create_token",
    "create_user",
    "delete_binding",
    "delete_invitation",
    "delete_role",
    "delete_team",
    "delete_user",
    "invitation_of",
    "issue_setup_token",
    "note_session",
    "record_denial",
    "remove_member",
    "renewed",
    "revoke_session",
    "revoke_token",
    "sign_in",
    "sign_out",
    "update_role",
    "update_team",
    "update_user",
]
