"""The ASGI application of a web worker, put together."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

from realtime.edge import Edge
from realtime.live import fanout, tunnels, watch
from realtime.routing import websockets
from realtime.wsgi import WsgiApplication


def application() -> Edge:
    """Return the edge over Django, the websockets and the tunnels; sets Django up first."""
    django = WsgiApplication(get_wsgi_application())
    return Edge(
        django=django,
        websocket=websockets(fanout=fanout(), tunnels=tunnels(), watch=watch()),
        tunnel=tunnels(),
        services=(tunnels(), fanout(), watch()),
    )
