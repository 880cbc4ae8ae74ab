from __future__ import annotations

from django.urls import path

from projects.api import views

urlpatterns = [
    path("projects", views.ProjectsView.as_view(), name="projects"),
    path("projects/<str:project>", views.ProjectView.as_view(), name="project"),
    path("projects/<str:project>/policy", views.ProjectPolicyView.as_view(), name="project-policy"),
]
