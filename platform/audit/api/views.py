from __future__ import annotations

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ActorView
from audit import export, selectors
from audit.api.serializers import AuditEntrySerializer, AuditExportQuery, AuditQuery

_FORMS = {
    "jsonl": (export.json_lines, "application/jsonl"),
    "csv": (export.comma_separated, "text/csv; charset=utf-8"),
}


class AuditView(ActorView):
    @extend_schema(
        operation_id="audit_list",
        parameters=[AuditQuery],
        responses=AuditEntrySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """What was done, and refused, newest first."""
        search = self.query(AuditQuery).search()
        found = selectors.entries(actor=self.actor, search=search)
        return self.page(found, show=selectors.documents)


class AuditExportView(ActorView):
    @extend_schema(
        operation_id="audit_export",
        parameters=[AuditExportQuery],
        responses={
            (200, "application/jsonl"): OpenApiTypes.STR,
            (200, "text/csv"): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """The audit trail as a file of any length."""
        asked = self.query(AuditExportQuery)
        pieces = selectors.exported(actor=self.actor, search=asked.search())
        written, content_type = _FORMS[asked.validated_data["form"]]
        name = f"audit.{asked.validated_data['form']}"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingHttpResponse(
            written(pieces), content_type=content_type, headers=disposition
        )
