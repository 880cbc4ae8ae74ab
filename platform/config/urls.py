"""Every HTTP route that Django answers."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("hosts.api.urls")),
    path("api/v1/", include("operations.api.urls")),
]
