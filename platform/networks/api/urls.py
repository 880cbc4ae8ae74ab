from __future__ import annotations

from django.urls import path

from networks.api import views

urlpatterns = [path("networks", views.NetworksView.as_view(), name="networks")]
