from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ActorView, PageQuery
from projects import selectors
from projects.api.serializers import ProjectSerializer


class ProjectsView(ActorView):
    @extend_schema(
        operation_id="projects_list",
        parameters=[PageQuery],
        responses=ProjectSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The projects that you may see."""
        self.query(PageQuery)
        return self.page(selectors.projects(actor=self.actor), show=list)
