from __future__ import annotations

from django.urls import path

from accounts.api import views

urlpatterns = [
    path("setup", views.SetupView.as_view(), name="setup"),
    path("session", views.SessionView.as_view(), name="session"),
    path("users/me", views.MeView.as_view(), name="users-me"),
    path("tokens", views.TokensView.as_view(), name="tokens"),
    path("tokens/<int:token_id>", views.TokenView.as_view(), name="token"),
]
