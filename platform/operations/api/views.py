from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ActorView
from operations import selectors, services
from operations.api.serializers import OperationQuery, OperationSerializer
from operations.document import FIELDS, shown_operation, shown_row


class OperationsView(ActorView):
    """What was asked of hosts, newest first."""

    @extend_schema(
        operation_id="operations_list",
        parameters=[OperationQuery],
        responses=OperationSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        query = self.query(OperationQuery).validated_data
        found = selectors.filter_operations(
            actor=self.actor,
            project=query.get("project"),
            host=query.get("host"),
            state=query.get("state"),
            kind=query.get("kind"),
            subject=query.get("subject"),
        )
        rows = found.values(*FIELDS)
        return self.page(rows, lambda page: [shown_row(self.actor, row) for row in page])


class OperationView(ActorView):
    """One operation."""

    @extend_schema(operation_id="operations_retrieve", responses=OperationSerializer)
    def get(self, request: Request, operation_id: UUID) -> Response:
        operation = selectors.get_operation(actor=self.actor, operation_id=operation_id)
        return Response(shown_operation(self.actor, operation))


class OperationCancelView(ActorView):
    """Asking for an operation to stop."""

    @extend_schema(
        operation_id="operations_cancel", request=None, responses={202: OperationSerializer}
    )
    def post(self, request: Request, operation_id: UUID) -> Response:
        operation = services.cancel(actor=self.actor, operation_id=operation_id)
        return Response(shown_operation(self.actor, operation), status=202)
