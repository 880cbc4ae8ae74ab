from __future__ import annotations

from django.urls import path

from realtime.api.views import ContainerLogsView

urlpatterns = [
    path("containers/<str:container_id>/logs", ContainerLogsView.as_view(), name="container-logs"),
]
