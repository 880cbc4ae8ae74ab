from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ActorView, PageQuery
from engine.spec import codec
from projects import selectors, services
from projects.api.serializers import (
    NewProjectSerializer,
    PolicySerializer,
    ProjectChangeSerializer,
    ProjectSerializer,
)


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

    @extend_schema(
        operation_id="projects_create",
        request=NewProjectSerializer,
        responses={201: ProjectSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make a project, with the safe default policy."""
        asked = self.body(NewProjectSerializer).validated_data
        name = asked.get("name", asked["id"])
        made = services.create_project(actor=self.actor, project=asked["id"], name=name)
        return Response(ProjectSerializer(made).data, status=201)


class ProjectView(ActorView):
    @extend_schema(operation_id="projects_retrieve", responses=ProjectSerializer)
    def get(self, request: Request, project: str) -> Response:
        """One project, by id."""
        return Response(selectors.project(actor=self.actor, project=project))

    @extend_schema(
        operation_id="projects_update",
        request=ProjectChangeSerializer,
        responses=ProjectSerializer,
    )
    def patch(self, request: Request, project: str) -> Response:
        """Give a project another name; its id stays."""
        asked = self.body(ProjectChangeSerializer).validated_data
        changed = services.rename_project(actor=self.actor, project=project, **asked)
        return Response(ProjectSerializer(changed).data)

    @extend_schema(operation_id="projects_destroy", responses={204: None})
    def delete(self, request: Request, project: str) -> Response:
        """Remove a project that has neither containers nor images."""
        services.delete_project(actor=self.actor, project=project)
        return Response(status=204)


class ProjectPolicyView(ActorView):
    @extend_schema(operation_id="projects_policy_retrieve", responses=PolicySerializer)
    def get(self, request: Request, project: str) -> Response:
        """What containers of a project may ask for."""
        return Response(codec.to_plain(selectors.policy(actor=self.actor, project=project)))

    @extend_schema(
        operation_id="projects_policy_update",
        request=PolicySerializer,
        responses=PolicySerializer,
    )
    def put(self, request: Request, project: str) -> Response:
        """Replace a project's policy; it judges what is asked for from now on."""
        policy = self.body(PolicySerializer).policy()
        services.set_policy(actor=self.actor, project=project, policy=policy)
        return Response(codec.to_plain(policy))
