from __future__ import annotations

from django.urls import path

from containers.api import views

urlpatterns = [
    path("containers", views.ContainersView.as_view(), name="containers"),
    path("containers/<str:key>", views.ContainerView.as_view(), name="container"),
    path("containers/<str:key>/start", views.StartView.as_view(), name="container-start"),
    path("containers/<str:key>/stop", views.StopView.as_view(), name="container-stop"),
    path("containers/<str:key>/kill", views.KillView.as_view(), name="container-kill"),
    path("containers/<str:key>/restart", views.RestartView.as_view(), name="container-restart"),
]
