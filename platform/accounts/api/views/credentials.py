from __future__ import annotations

import datetime as dt

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors, services
from accounts.api.base import ActorView, PageQuery
from accounts.api.serializers.credentials import (
    BrowserSerializer,
    InvitationSerializer,
    IssuedInvitationSerializer,
    IssuedTokenSerializer,
    NewInvitationSerializer,
    NewTokenSerializer,
    SessionsQuery,
    TokenSerializer,
    TokensQuery,
)


class TokensView(ActorView):
    @extend_schema(
        operation_id="tokens_list", parameters=[TokensQuery], responses=TokenSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """Your tokens or someone's, newest first, without their secrets."""
        asked = self.query(TokensQuery).validated_data
        return self.page(selectors.tokens(actor=self.actor, owner=asked.get("owner")), show=list)

    @extend_schema(
        operation_id="tokens_create",
        request=NewTokenSerializer,
        responses={201: IssuedTokenSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make a token; its secret is in this answer alone."""
        asked = self.body(NewTokenSerializer).validated_data
        made = services.create_token(actor=self.actor, **asked)
        owner = made.token.user.username
        (shown,) = selectors.tokens(actor=self.actor, owner=owner).filter(pk=made.token.pk)
        return Response({**shown, "token": made.secret}, status=201)


class TokenView(ActorView):
    @extend_schema(operation_id="tokens_destroy", responses={204: None})
    def delete(self, request: Request, token_id: int) -> Response:
        """Make a token useless."""
        services.revoke_token(actor=self.actor, token_id=token_id)
        return Response(status=204)


class SessionsView(ActorView):
    @extend_schema(
        operation_id="sessions_list",
        parameters=[SessionsQuery],
        responses=BrowserSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Browsers in which you, or someone, are signed in, last used first."""
        asked = self.query(SessionsQuery).validated_data
        found = selectors.sessions(actor=self.actor, user=asked.get("user"))
        return self.page(
            found, show=lambda rows: selectors.session_documents(rows, actor=self.actor)
        )


class BrowserView(ActorView):
    @extend_schema(operation_id="sessions_destroy", responses={204: None})
    def delete(self, request: Request, session_id: int) -> Response:
        """Sign a browser out; what it has open is closed."""
        services.revoke_session(actor=self.actor, session_id=session_id)
        return Response(status=204)


class InvitationsView(ActorView):
    @extend_schema(
        operation_id="invitations_list",
        parameters=[PageQuery],
        responses=InvitationSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Invitations that are open, newest first, without their links."""
        self.query(PageQuery)
        found = selectors.invitations(actor=self.actor)
        return self.page(found, show=selectors.invitation_documents)

    @extend_schema(
        operation_id="invitations_create",
        request=NewInvitationSerializer,
        responses={201: IssuedInvitationSerializer},
    )
    def post(self, request: Request) -> Response:
        """Invite someone; the link is in this answer alone."""
        asked = self.body(NewInvitationSerializer).validated_data
        lifetime = dt.timedelta(days=asked.pop("days"))
        made = services.create_invitation(actor=self.actor, lifetime=lifetime, **asked)
        found = selectors.invitations(actor=self.actor).filter(pk=made.invitation.pk)
        (shown,) = selectors.invitation_documents(found)
        url = f"{settings.BERTH.public_url}/invitation?token={made.secret}"
        return Response({**shown, "url": url}, status=201)


class InvitationRemovalView(ActorView):
    @extend_schema(operation_id="invitations_destroy", responses={204: None})
    def delete(self, request: Request, invitation_id: int) -> Response:
        """Make an invitation's link useless."""
        services.delete_invitation(actor=self.actor, invitation_id=invitation_id)
        return Response(status=204)
