from __future__ import annotations

from functools import partial

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ActorView
from containers import selectors, services
from containers.api.serializers import (
    ContainerQuery,
    ContainerSerializer,
    KillSerializer,
    NewContainerSerializer,
    NothingSerializer,
    RemoveQuery,
    StopSerializer,
)
from operations.api.answers import PREFER, answer
from operations.api.serializers import OperationSerializer
from operations.models import Operation

_CHANGED = {200: ContainerSerializer, 202: OperationSerializer}


class ContainersView(ActorView):
    @extend_schema(
        operation_id="containers_list",
        parameters=[ContainerQuery],
        responses=ContainerSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The containers that you may see, by name."""
        asked = self.query(ContainerQuery).validated_data
        found = selectors.containers(
            actor=self.actor,
            project=asked.get("project"),
            host=asked.get("host"),
            states=asked.get("state", ()),
            name=asked.get("name", ""),
        )
        return self.page(found, show=partial(selectors.documents, actor=self.actor))

    @extend_schema(
        operation_id="containers_create",
        parameters=[PREFER],
        request=NewContainerSerializer,
        responses={201: ContainerSerializer, 202: OperationSerializer},
    )
    def post(self, request: Request) -> Response:
        """Have a container made, and started if asked."""
        form = self.body(NewContainerSerializer)
        operation = services.create(actor=self.actor, spec=form.spec(), **form.place())
        return _answer(self, operation, status=201)


class ContainerView(ActorView):
    @extend_schema(operation_id="containers_retrieve", responses=ContainerSerializer)
    def get(self, request: Request, container_id: str) -> Response:
        """One container, by id, name, or the beginning of its id."""
        return Response(selectors.container(actor=self.actor, key=container_id))

    @extend_schema(
        operation_id="containers_destroy",
        parameters=[PREFER, RemoveQuery],
        responses={202: OperationSerializer, 204: None},
    )
    def delete(self, request: Request, container_id: str) -> Response:
        """Have a container removed."""
        asked = self.query(RemoveQuery).validated_data
        return answer(self, services.remove(actor=self.actor, key=container_id, **asked))


class StartView(ActorView):
    @extend_schema(
        operation_id="containers_start", parameters=[PREFER], request=None, responses=_CHANGED
    )
    def post(self, request: Request, container_id: str) -> Response:
        """Have a container started."""
        self.body(NothingSerializer)
        return _answer(self, services.start(actor=self.actor, key=container_id))


class StopView(ActorView):
    @extend_schema(
        operation_id="containers_stop",
        parameters=[PREFER],
        request=StopSerializer,
        responses=_CHANGED,
    )
    def post(self, request: Request, container_id: str) -> Response:
        """Have a container stopped: by its stop signal, then by KILL."""
        asked = self.body(StopSerializer).validated_data
        return _answer(self, services.stop(actor=self.actor, key=container_id, **asked))


class KillView(ActorView):
    @extend_schema(
        operation_id="containers_kill",
        parameters=[PREFER],
        request=KillSerializer,
        responses=_CHANGED,
    )
    def post(self, request: Request, container_id: str) -> Response:
        """Have a signal sent to a container's first process."""
        asked = self.body(KillSerializer).validated_data
        return _answer(self, services.kill(actor=self.actor, key=container_id, **asked))


class RestartView(ActorView):
    @extend_schema(
        operation_id="containers_restart",
        parameters=[PREFER],
        request=StopSerializer,
        responses=_CHANGED,
    )
    def post(self, request: Request, container_id: str) -> Response:
        """Have a container stopped and started."""
        asked = self.body(StopSerializer).validated_data
        return _answer(self, services.restart(actor=self.actor, key=container_id, **asked))


def _answer(view: ActorView, operation: Operation, *, status: int = 200) -> Response:
    """Answer for what was asked of a container: the container as it then is."""
    return answer(
        view,
        operation,
        show=lambda: selectors.container(actor=view.actor, key=operation.subject_id),
        status=status,
    )
