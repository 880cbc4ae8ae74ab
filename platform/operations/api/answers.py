"""How REST answers for what a host is asked to do: at once, or as `Prefer: wait=N` has it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ActorView
from bus.messages import OperationState
from config.problems import problem
from operations import services
from operations.document import shown_operation
from operations.models import Operation

LONGEST_WAIT = 60
"""Seconds; who wants to wait longer asks again, by the operation."""

PREFER = OpenApiParameter(
    "Prefer",
    str,
    OpenApiParameter.HEADER,
    description=f"`wait=N`: answer with the outcome if it is there within N (≤ {LONGEST_WAIT}) s.",
)

_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?:$|[,;])", re.IGNORECASE)


def answer(
    view: ActorView,
    operation: Operation,
    *,
    show: Callable[[], dict[str, Any]] | None = None,
    status: int = 200,
) -> Response:
    """Answer 202 with the operation; or, once it has ended in time, *show*'s object or its error.

    Without *show* nothing is left to be shown: 204.
    """
    seconds = preferred_wait(view.request)
    if seconds:
        operation = services.wait(operation.pk, seconds)
    if not operation.is_final:
        place = reverse("operation", kwargs={"operation_id": operation.pk})
        shown = shown_operation(view.actor, operation)
        return Response(shown, status=202, headers={"Location": place})
    if operation.state != OperationState.SUCCEEDED.value:
        code = operation.error_code or f"operation_{operation.state}"
        message = operation.error_message or f"the operation has {operation.state}"
        return problem(code, message, operation.error_detail)
    return Response(status=204) if show is None else Response(show(), status=status)


def preferred_wait(request: Request) -> int:
    """Return the seconds of `Prefer: wait=N`, 0 without; what cannot be read is no preference."""
    found = _WAIT.search(request.headers.get("Prefer", ""))
    return min(int(found.group(1)), LONGEST_WAIT) if found else 0
