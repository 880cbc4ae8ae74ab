from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors, services
from accounts.actor import Actor
from accounts.api.base import ActorView, PageQuery, Row
from accounts.api.serializers.roles import (
    BindingSerializer,
    BindingsQuery,
    NewBindingSerializer,
    NewRoleSerializer,
    PermissionSerializer,
    RoleChangeSerializer,
    RoleSerializer,
)
from accounts.permissions import GRANTABLE, permission


class PermissionsView(ActorView):
    pagination_class = None  # type: ignore[assignment]  # they are what they are, and few

    @extend_schema(operation_id="permissions_list", responses=PermissionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All permissions that a role can hold."""
        return Response(
            [
                {"name": permission(verb, kind), "verb": verb.value, "kind": kind.value}
                for kind, verbs in GRANTABLE.items()
                for verb in verbs
            ]
        )


class RolesView(ActorView):
    @extend_schema(
        operation_id="roles_list", parameters=[PageQuery], responses=RoleSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """Roles, built-in ones first."""
        self.query(PageQuery)
        return self.page(selectors.roles(actor=self.actor), show=selectors.role_documents)

    @extend_schema(
        operation_id="roles_create", request=NewRoleSerializer, responses={201: RoleSerializer}
    )
    def post(self, request: Request) -> Response:
        """Make a role."""
        made = services.create_role(actor=self.actor, **self.body(NewRoleSerializer).validated_data)
        return Response(_role(self.actor, made.name), status=201)


class RoleView(ActorView):
    @extend_schema(operation_id="roles_retrieve", responses=RoleSerializer)
    def get(self, request: Request, name: str) -> Response:
        """One role."""
        return Response(_role(self.actor, name))

    @extend_schema(
        operation_id="roles_update", request=RoleChangeSerializer, responses=RoleSerializer
    )
    def patch(self, request: Request, name: str) -> Response:
        """Change a role, for all who have it."""
        asked = self.body(RoleChangeSerializer).validated_data
        services.update_role(actor=self.actor, name=name, **asked)
        return Response(_role(self.actor, name))

    @extend_schema(operation_id="roles_destroy", responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Remove a role; whoever had it loses it."""
        services.delete_role(actor=self.actor, name=name)
        return Response(status=204)


class BindingsView(ActorView):
    @extend_schema(
        operation_id="bindings_list",
        parameters=[BindingsQuery],
        responses=BindingSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Who has which role where, newest first."""
        asked = self.query(BindingsQuery).validated_data
        wanted = {name: asked.get(name) for name in ("user", "team", "role", "project", "host")}
        found = selectors.bindings(actor=self.actor, **wanted)
        return self.page(found, show=selectors.binding_documents)

    @extend_schema(
        operation_id="bindings_create",
        request=NewBindingSerializer,
        responses={201: BindingSerializer},
    )
    def post(self, request: Request) -> Response:
        """Give a role."""
        asked = self.body(NewBindingSerializer).validated_data
        made = services.create_binding(actor=self.actor, **asked)
        return Response(_binding(self.actor, made.pk), status=201)


class BindingView(ActorView):
    @extend_schema(operation_id="bindings_retrieve", responses=BindingSerializer)
    def get(self, request: Request, binding_id: int) -> Response:
        """One binding."""
        return Response(_binding(self.actor, binding_id))

    @extend_schema(operation_id="bindings_destroy", responses={204: None})
    def delete(self, request: Request, binding_id: int) -> Response:
        """Take a role back."""
        services.delete_binding(actor=self.actor, binding_id=binding_id)
        return Response(status=204)


def _role(actor: Actor, name: str) -> Row:
    selectors.role(actor=actor, name=name)
    return selectors.role_documents(selectors.roles(actor=actor).filter(pk=name))[0]


def _binding(actor: Actor, binding_id: int) -> Row:
    selectors.binding(actor=actor, binding_id=binding_id)
    found = selectors.bindings(actor=actor).filter(pk=binding_id)
    return selectors.binding_documents(found)[0]
