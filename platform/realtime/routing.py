"""Every websocket route."""

from __future__ import annotations

from typing import Any

from channels.routing import URLRouter
from django.urls import re_path

from realtime.consumers import EventsConsumer, LogsConsumer
from realtime.fanout import Fanout
from realtime.tunnel import TunnelHub
from realtime.watch import Watch


def websockets(*, fanout: Fanout, tunnels: TunnelHub, watch: Watch) -> Any:
    """Return the ASGI application of all websockets."""
    return URLRouter(
        [
            re_path(r"^ws/events$", EventsConsumer.as_asgi(watch=watch, fanout=fanout)),
            re_path(
                r"^ws/containers/(?P<container_id>[0-9a-f]{12,64})/logs$",
                LogsConsumer.as_asgi(watch=watch, tunnels=tunnels),
            ),
        ]
    )
