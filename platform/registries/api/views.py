from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ActorView
from operations.api.answers import PREFER, answer
from operations.api.serializers import OperationSerializer
from registries import selectors, services
from registries.api.serializers import (
    NewRegistrySerializer,
    RegistryChangeSerializer,
    RegistryQuery,
    RegistrySerializer,
    RegistryTestSerializer,
)


class RegistriesView(ActorView):
    @extend_schema(
        operation_id="registries_list",
        parameters=[RegistryQuery],
        responses=RegistrySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The registries that your projects know."""
        asked = self.query(RegistryQuery).validated_data
        found = selectors.registries(actor=self.actor, project=asked.get("project"))
        return self.page(found, show=lambda rows: [selectors.public(row) for row in rows])

    @extend_schema(
        operation_id="registries_create",
        request=NewRegistrySerializer,
        responses={201: RegistrySerializer},
    )
    def post(self, request: Request) -> Response:
        """Let a project know a registry."""
        form = self.body(NewRegistrySerializer)
        made = services.create_registry(
            actor=self.actor, project=form.validated_data["project"], asked=form.settings()
        )
        return Response(selectors.registry(actor=self.actor, registry_id=made.pk), status=201)


class RegistryView(ActorView):
    @extend_schema(operation_id="registries_retrieve", responses=RegistrySerializer)
    def get(self, request: Request, registry_id: int) -> Response:
        """One registry, without its password."""
        return Response(selectors.registry(actor=self.actor, registry_id=registry_id))

    @extend_schema(
        operation_id="registries_update",
        request=RegistryChangeSerializer,
        responses=RegistrySerializer,
    )
    def patch(self, request: Request, registry_id: int) -> Response:
        """Change some settings of a registry."""
        changes = self.body(RegistryChangeSerializer).change()
        services.update_registry(actor=self.actor, registry_id=registry_id, changes=changes)
        return Response(selectors.registry(actor=self.actor, registry_id=registry_id))

    @extend_schema(operation_id="registries_destroy", responses={204: None})
    def delete(self, request: Request, registry_id: int) -> Response:
        """Forget a registry and its password."""
        services.delete_registry(actor=self.actor, registry_id=registry_id)
        return Response(status=204)


class RegistryTestView(ActorView):
    @extend_schema(
        operation_id="registries_test",
        parameters=[PREFER],
        request=RegistryTestSerializer,
        responses={202: OperationSerializer, 204: None},
    )
    def post(self, request: Request, registry_id: int) -> Response:
        """Have a host ask a registry whether it takes what is kept for it."""
        asked = self.body(RegistryTestSerializer).validated_data
        operation = services.test_registry(actor=self.actor, registry_id=registry_id, **asked)
        return answer(self, operation)
