from __future__ import annotations

from django.urls import path

from registries.api import views

urlpatterns = [
    path("registries", views.RegistriesView.as_view(), name="registries"),
    path("registries/<int:registry_id>", views.RegistryView.as_view(), name="registry"),
    path(
        "registries/<int:registry_id>/test", views.RegistryTestView.as_view(), name="registry-test"
    ),
]
