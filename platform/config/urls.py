"""Every HTTP route that Django answers."""

from __future__ import annotations

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

# Registers the OpenAPI extensions; here, so that processes without views stay small.
import accounts.api.schema  # noqa: F401
from config.console import console
from config.health import healthz, readyz, version

_API = (
    "accounts.api.urls",
    "audit.api.urls",
    "projects.api.urls",
    "hosts.api.urls",
    "operations.api.urls",
    "registries.api.urls",
    "images.api.urls",
    "networks.api.urls",
    "realtime.api.urls",
    "containers.api.urls",
)

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("version", version),
    *(path("api/v1/", include(urls)) for urls in _API),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    re_path(r"^(?!api/|static/|ws/|agent/)", console),
]

handler404 = "config.problems.not_found"
handler500 = "config.problems.internal_error"
