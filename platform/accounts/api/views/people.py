from __future__ import annotations

from django.contrib.auth import update_session_auth_hash
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors, services
from accounts.actor import Actor
from accounts.api.base import ActorView, PageQuery, Row
from accounts.api.serializers.people import (
    MeSerializer,
    NewTeamSerializer,
    NewUserSerializer,
    PasswordChangeSerializer,
    TeamChangeSerializer,
    TeamSerializer,
    UserChangeSerializer,
    UserSerializer,
    UsersQuery,
)


class MeView(ActorView):
    @extend_schema(operation_id="users_me", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Your own account, and what you may do."""
        user = selectors.current_user(actor=self.actor)
        return Response({**UserSerializer(user).data, "grants": _grants(self.actor)})


class PasswordView(ActorView):
    @extend_schema(
        operation_id="users_change_password",
        request=PasswordChangeSerializer,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Change your password; other browsers of yours are signed out."""
        asked = self.body(PasswordChangeSerializer).validated_data
        user = services.change_password(actor=self.actor, **asked)
        if self.actor.session_id is not None:
            update_session_auth_hash(request, user)
        return Response(status=204)


class UsersView(ActorView):
    @extend_schema(
        operation_id="users_list", parameters=[UsersQuery], responses=UserSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """People and robots, by name."""
        asked = self.query(UsersQuery).validated_data
        return self.page(selectors.users(actor=self.actor, text=asked.get("text", "")), show=list)

    @extend_schema(
        operation_id="users_create", request=NewUserSerializer, responses={201: UserSerializer}
    )
    def post(self, request: Request) -> Response:
        """Make a user, or a robot."""
        asked = self.body(NewUserSerializer).validated_data
        made = services.create_user(actor=self.actor, **asked)
        return Response(UserSerializer(made).data, status=201)


class UserView(ActorView):
    @extend_schema(operation_id="users_retrieve", responses=UserSerializer)
    def get(self, request: Request, user_id: int) -> Response:
        """One user."""
        return Response(UserSerializer(selectors.user(actor=self.actor, user_id=user_id)).data)

    @extend_schema(
        operation_id="users_update", request=UserChangeSerializer, responses=UserSerializer
    )
    def patch(self, request: Request, user_id: int) -> Response:
        """Set a user's password anew, or shut them out."""
        asked = self.body(UserChangeSerializer).validated_data
        changed = services.update_user(actor=self.actor, user_id=user_id, **asked)
        return Response(UserSerializer(changed).data)

    @extend_schema(operation_id="users_destroy", responses={204: None})
    def delete(self, request: Request, user_id: int) -> Response:
        """Remove a user with their tokens and sessions."""
        services.delete_user(actor=self.actor, user_id=user_id)
        return Response(status=204)


class TeamsView(ActorView):
    @extend_schema(
        operation_id="teams_list", parameters=[PageQuery], responses=TeamSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """Teams with their members, by name."""
        self.query(PageQuery)
        return self.page(selectors.teams(actor=self.actor), show=selectors.team_documents)

    @extend_schema(
        operation_id="teams_create", request=NewTeamSerializer, responses={201: TeamSerializer}
    )
    def post(self, request: Request) -> Response:
        """Make a team."""
        made = services.create_team(actor=self.actor, **self.body(NewTeamSerializer).validated_data)
        return Response(_team(self.actor, made.name), status=201)


class TeamView(ActorView):
    @extend_schema(operation_id="teams_retrieve", responses=TeamSerializer)
    def get(self, request: Request, name: str) -> Response:
        """One team with its members."""
        return Response(_team(self.actor, name))

    @extend_schema(
        operation_id="teams_update", request=TeamChangeSerializer, responses=TeamSerializer
    )
    def patch(self, request: Request, name: str) -> Response:
        """Describe a team anew."""
        asked = self.body(TeamChangeSerializer).validated_data
        services.update_team(actor=self.actor, name=name, **asked)
        return Response(_team(self.actor, name))

    @extend_schema(operation_id="teams_destroy", responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Remove a team; its members stay users."""
        services.delete_team(actor=self.actor, name=name)
        return Response(status=204)


class TeamMemberView(ActorView):
    @extend_schema(operation_id="teams_add_member", request=None, responses=TeamSerializer)
    def put(self, request: Request, name: str, username: str) -> Response:
        """Put a user into a team."""
        services.add_member(actor=self.actor, team=name, username=username)
        return Response(_team(self.actor, name))

    @extend_schema(operation_id="teams_remove_member", responses=TeamSerializer)
    def delete(self, request: Request, name: str, username: str) -> Response:
        """Take a user out of a team."""
        services.remove_member(actor=self.actor, team=name, username=username)
        return Response(_team(self.actor, name))


def _team(actor: Actor, name: str) -> Row:
    found = selectors.team(actor=actor, name=name)
    return selectors.team_documents(selectors.teams(actor=actor).filter(pk=found.pk))[0]


def _grants(actor: Actor) -> Row:
    return {
        "everywhere": sorted(actor.grants.everywhere),
        "projects": {place: sorted(held) for place, held in actor.grants.projects.items()},
        "hosts": {place: sorted(held) for place, held in actor.grants.hosts.items()},
    }
