from __future__ import annotations

from django.urls import path

from accounts.api.views import credentials, people, roles, signing_in

urlpatterns = [
    path("setup", signing_in.SetupView.as_view(), name="setup"),
    path("session", signing_in.SessionView.as_view(), name="session"),
    path("invitation", signing_in.InvitationView.as_view(), name="invitation-accept"),
    path("users", people.UsersView.as_view(), name="users"),
    path("users/me", people.MeView.as_view(), name="users-me"),
    path("users/me/password", people.PasswordView.as_view(), name="users-password"),
    path("users/<int:user_id>", people.UserView.as_view(), name="user"),
    path("teams", people.TeamsView.as_view(), name="teams"),
    path("teams/<str:name>", people.TeamView.as_view(), name="team"),
    path(
        "teams/<str:name>/members/<str:username>",
        people.TeamMemberView.as_view(),
        name="team-member",
    ),
    path("permissions", roles.PermissionsView.as_view(), name="permissions"),
    path("roles", roles.RolesView.as_view(), name="roles"),
    path("roles/<str:name>", roles.RoleView.as_view(), name="role"),
    path("bindings", roles.BindingsView.as_view(), name="bindings"),
    path("bindings/<int:binding_id>", roles.BindingView.as_view(), name="binding"),
    path("tokens", credentials.TokensView.as_view(), name="tokens"),
    path("tokens/<int:token_id>", credentials.TokenView.as_view(), name="token"),
    path("sessions", credentials.SessionsView.as_view(), name="sessions"),
    path("sessions/<int:session_id>", credentials.BrowserView.as_view(), name="browser"),
    path("invitations", credentials.InvitationsView.as_view(), name="invitations"),
    path(
        "invitations/<int:invitation_id>",
        credentials.InvitationRemovalView.as_view(),
        name="invitation",
    ),
]
