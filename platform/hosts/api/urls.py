from __future__ import annotations

from django.urls import path

from hosts.api import views

urlpatterns = [
    path("hosts", views.HostsView.as_view(), name="hosts"),
    path("hosts/<str:host>", views.HostView.as_view(), name="host"),
]
