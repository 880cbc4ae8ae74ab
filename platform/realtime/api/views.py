"""REST over what hosts stream."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from accounts.api.base import ActorView
from realtime.download import open_download
from realtime.live import tunnels, watch
from realtime.log_query import flag, read_query
from realtime.subjects import log_subject


class ContainerLogsView(ActorView):
    """A container's log as plain text."""

    @extend_schema(
        operation_id="containers_logs",
        tags=["containers"],
        parameters=[
            OpenApiParameter("tail", str, description="Number of last lines, or `all`."),
            OpenApiParameter("since", str, description="Seconds since the epoch, or RFC 3339."),
            OpenApiParameter("follow", bool, description="Stay until the container ends."),
            OpenApiParameter("stdout", bool, default=True),
            OpenApiParameter("stderr", bool, default=True),
            OpenApiParameter("timestamps", bool, description="Begin each line with its time."),
        ],
        responses={(200, "text/plain"): OpenApiTypes.STR},
    )
    def get(self, request: Request, container_id: str) -> StreamingHttpResponse:
        query = request.query_params.dict()
        subject = log_subject(actor=self.actor, container_id=container_id)
        wanted = read_query(subject.container_id, query)
        timestamps = flag(query, "timestamps", default=False)
        download = open_download(
            tunnels(), watch(), subject, wanted, actor=self.actor, timestamps=timestamps
        )
        return StreamingHttpResponse(download, content_type="text/plain; charset=utf-8")
