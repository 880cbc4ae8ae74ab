from __future__ import annotations

from django.urls import path

from projects.api import views

urlpatterns = [path("projects", views.ProjectsView.as_view(), name="projects")]
