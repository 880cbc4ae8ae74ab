"""Whether the platform works: for supervisors, load balancers and people."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from bus import names
from bus.version import VERSION
from config.redis import client
from hosts.models import Host
from hosts.selectors import alive


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 while this process serves at all."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 only when a create would work; else 503 with what is missing."""
    missing = list(_missing())
    status = 503 if missing else 200
    return JsonResponse({"ready": not missing, "missing": missing}, status=status)


@require_safe
def version(_request: HttpRequest) -> JsonResponse:
    """Answer the versions of product and API."""
    return JsonResponse({"product": "berth", "version": VERSION, "api": "v1"})


def _missing() -> Iterator[str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        hosts = list(Host.objects.all())
    except DatabaseError as error:
        yield f"database: {error}"
        return
    try:
        leads = client().exists(names.INGEST_KEY)
    except RedisError as error:
        yield f"redis: {error}"
        return
    if not leads:
        yield "ingest: it does not run"
    states = alive(hosts).values()
    if not any(state.agent for state in states):
        yield "agent: no host has one that lives"
    if not any(state.agent and state.quick and state.build for state in states):
        yield "workers: no host has both quick and build"
