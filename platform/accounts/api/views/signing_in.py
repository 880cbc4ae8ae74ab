from __future__ import annotations

from typing import Any

from django.contrib.auth import login, logout
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors, services
from accounts.api.base import ActorView
from accounts.api.serializers.credentials import (
    AcceptInvitationSerializer,
    InvitationQuery,
    InviteeSerializer,
    SessionSerializer,
    SetupSerializer,
    SetupStatusSerializer,
    SignInSerializer,
)
from accounts.api.serializers.people import UserSerializer
from accounts.models import User

_BACKEND = "django.contrib.auth.backends.ModelBackend"


class SetupView(ActorView):
    """The first admin. Open to everyone, as nobody can sign in before it."""

    # No CSRF token is asked for: another site can neither send JSON here nor know the setup token.
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="setup_retrieve", responses=SetupStatusSerializer)
    def get(self, request: Request) -> Response:
        """Whether the first admin is still to be made."""
        get_token(request)  # sets the cookie that the console's next request needs
        return Response({"required": selectors.setup_required()})

    @extend_schema(
        operation_id="setup_complete", request=SetupSerializer, responses={201: SessionSerializer}
    )
    def post(self, request: Request) -> Response:
        """Make the first admin, and sign in."""
        asked = self.body(SetupSerializer).validated_data
        user = services.complete_setup(actor=self.actor, **asked)
        login(request, user, backend=_BACKEND)
        return Response(_session(user), status=201)


class InvitationView(ActorView):
    """What an invitation's link leads to. Open to everyone: its secret says who comes."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="invitation_retrieve",
        parameters=[InvitationQuery],
        responses=InviteeSerializer,
    )
    def get(self, request: Request) -> Response:
        """Who is invited."""
        get_token(request)
        asked = self.query(InvitationQuery).validated_data
        return Response(InviteeSerializer(services.invitation_of(**asked)).data)

    @extend_schema(
        operation_id="invitation_accept",
        request=AcceptInvitationSerializer,
        responses={201: SessionSerializer},
    )
    def post(self, request: Request) -> Response:
        """Become a user, and sign in."""
        asked = self.body(AcceptInvitationSerializer).validated_data
        user = services.accept_invitation(actor=self.actor, **asked)
        login(request, user, backend=_BACKEND)
        return Response(_session(user), status=201)


class SessionView(ActorView):
    """Signing in and out with a cookie."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="session_retrieve", responses=SessionSerializer)
    def get(self, request: Request) -> Response:
        """Who is signed in."""
        get_token(request)
        return Response(_session(request.user if isinstance(request.user, User) else None))

    # Without a session there is no CSRF check; other sites cannot send JSON here.
    @extend_schema(
        operation_id="session_create", request=SignInSerializer, responses={201: SessionSerializer}
    )
    def post(self, request: Request) -> Response:
        """Sign in with a cookie."""
        asked = self.body(SignInSerializer).validated_data
        user = services.sign_in(actor=self.actor, **asked)
        login(request, user, backend=_BACKEND)
        return Response(_session(user), status=201)

    @extend_schema(operation_id="session_destroy", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out."""
        services.sign_out(actor=self.actor)
        logout(request)
        return Response(status=204)


def _session(user: User | None) -> dict[str, Any]:
    return {"user": None if user is None else UserSerializer(user).data}
