from __future__ import annotations

from django.urls import path

from containers.api import views

urlpatterns = [
    path("containers", views.ContainersView.as_view(), name="containers"),
    path("containers/<str:container_id>", views.ContainerView.as_view(), name="container"),
    path("containers/<str:container_id>/start", views.StartView.as_view(), name="container-start"),
    path("containers/<str:container_id>/stop", views.StopView.as_view(), name="container-stop"),
    path("containers/<str:container_id>/kill", views.KillView.as_view(), name="container-kill"),
    path(
        "containers/<str:container_id>/restart",
        views.RestartView.as_view(),
        name="container-restart",
    ),
]
