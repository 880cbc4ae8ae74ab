from __future__ import annotations

from django.urls import path

from operations.api import views

urlpatterns = [
    path("operations", views.OperationsView.as_view(), name="operations"),
    path("operations/<uuid:operation_id>", views.OperationView.as_view(), name="operation"),
    path(
        "operations/<uuid:operation_id>/cancel",
        views.OperationCancelView.as_view(),
        name="operation-cancel",
    ),
]
