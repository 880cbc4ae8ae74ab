"""Everything that reads people, what they may do, and how they prove who they are."""

from __future__ import annotations

from accounts.selectors.credentials import (
    invitation_documents,
    invitations,
    live_sessions,
    live_tokens,
    session,
    session_documents,
    sessions,
    token,
    tokens,
)
from accounts.selectors.grants import (
    bindings_of,
    grants_of,
    held_by,
    host_id,
    permissions_of,
    require_project,
)
from accounts.selectors.people import (
    current_user,
    setup_required,
    team,
    team_documents,
    teams,
    user,
    user_named,
    users,
)
from accounts.selectors.roles import (
    binding,
    binding_documents,
    bindings,
    role,
    role_documents,
    roles,
)

__all__ = [
    "binding",
    "binding_documents",
    "bindings",
    "bindings_of",
    "current_user",
    "grants_of",
    "held_by",
    "host_id",
    "invitation_documents",
    "invitations",
    "live_sessions",
    "live_tokens",
    "permissions_of",
    "require_project",
    "role",
    "role_documents",
    "roles",
    "session",
    "session_documents",
    "sessions",
    "setup_required",
    "team",
    "team_documents",
    "teams",
    "token",
    "tokens",
    "user",
    "user_named",
    "users",
]
