from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ActorView
from networks import selectors
from networks.api.serializers import NetworkQuery, NetworkSerializer


class NetworksView(ActorView):
    @extend_schema(
        operation_id="networks_list",
        parameters=[NetworkQuery],
        responses=NetworkSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The networks that your projects have on their hosts."""
        asked = self.query(NetworkQuery).validated_data
        found = selectors.networks(
            actor=self.actor, project=asked.get("project"), host=asked.get("host")
        )
        return self.page(found, show=selectors.documents)
