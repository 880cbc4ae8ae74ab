from __future__ import annotations

from typing import Any

from django.contrib.auth import login, logout
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors, services
from accounts.api.base import ActorView, PageQuery
from accounts.api.serializers import (
    IssuedTokenSerializer,
    NewTokenSerializer,
    SessionSerializer,
    SetupSerializer,
    SetupStatusSerializer,
    SignInSerializer,
    TokenSerializer,
    UserSerializer,
)
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


class MeView(ActorView):
    @extend_schema(operation_id="users_me", responses=UserSerializer)
    def get(self, request: Request) -> Response:
        """Your own account."""
        return Response(UserSerializer(selectors.current_user(actor=self.actor)).data)


class TokensView(ActorView):
    @extend_schema(
        operation_id="tokens_list", parameters=[PageQuery], responses=TokenSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """Your tokens, newest first, without their secrets."""
        self.query(PageQuery)
        return self.page(selectors.tokens(actor=self.actor), show=list)

    @extend_schema(
        operation_id="tokens_create",
        request=NewTokenSerializer,
        responses={201: IssuedTokenSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make a token; its secret is in this answer alone."""
        asked = self.body(NewTokenSerializer).validated_data
        made = services.create_token(actor=self.actor, **asked)
        return Response({**TokenSerializer(made.token).data, "token": made.secret}, status=201)


class TokenView(ActorView):
    @extend_schema(operation_id="tokens_destroy", responses={204: None})
    def delete(self, request: Request, token_id: int) -> Response:
        """Make a token useless."""
        services.revoke_token(actor=self.actor, token_id=token_id)
        return Response(status=204)


def _session(user: User | None) -> dict[str, Any]:
    return {"user": None if user is None else UserSerializer(user).data}
