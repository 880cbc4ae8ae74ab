from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ActorView, PageQuery
from hosts import selectors
from hosts.api.serializers import HostSerializer
from hosts.models import Host


class HostsView(ActorView):
    """The machines that run containers."""

    @extend_schema(
        operation_id="hosts_list", parameters=[PageQuery], responses=HostSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        self.query(PageQuery)
        paginator = self.pagination_class()
        found = selectors.list_hosts(actor=self.actor)
        page: list[Host] = paginator.paginate_queryset(found, request, view=self) or []
        shown = HostSerializer(page, many=True, context={"alive": selectors.alive(page)})
        return paginator.get_paginated_response(shown.data)


class HostView(ActorView):
    """One machine, by id or name."""

    @extend_schema(operation_id="hosts_retrieve", responses=HostSerializer)
    def get(self, request: Request, host: str) -> Response:
        found = selectors.get_host(actor=self.actor, host=host)
        return Response(HostSerializer(found, context={"alive": selectors.alive([found])}).data)
