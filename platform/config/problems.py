"""Errors as problem+json: the one table from an error's code to its HTTP status."""

from __future__ import annotations

import http
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from engine.errors import EngineError

CONTENT_TYPE = "application/problem+json"

STATUS: Mapping[str, int] = {
    # what the caller said
    "malformed_message": 400,
    "invalid_value": 400,
    "invalid_reference": 400,
    "invalid_input": 400,
    "memory_limit_too_low": 400,
    "limit_above_host": 400,
    "ambiguous_id": 400,
    "weak_password": 400,
    "password_needed": 400,
    "user_not_found": 400,
    "command_not_found": 400,
    "command_not_executable": 400,
    "unsafe_archive": 400,
    "malformed_archive": 400,
    "archive_too_large": 413,
    "unsupported_media_type": 415,
    "unsupported_version": 400,
    "platform_not_found": 404,
    # who the caller is
    "sign_in_required": 401,
    "invalid_credentials": 401,
    "invalid_token": 401,
    "permission_denied": 403,
    "authority_exceeded": 403,
    "invalid_setup_token": 403,
    "invalid_invitation": 403,
    "too_many_attempts": 429,
    "message_refused": 403,
    "origin_refused": 403,
    # what is not there
    "not_found": 404,
    "container_not_found": 404,
    "image_not_found": 404,
    "network_not_found": 404,
    "host_not_found": 404,
    "operation_not_found": 404,
    "project_not_found": 404,
    "registry_not_found": 404,
    "account_not_found": 404,
    "token_not_found": 404,
    "session_not_found": 404,
    "team_not_found": 404,
    "role_not_found": 404,
    "binding_not_found": 404,
    "invitation_not_found": 404,
    "manifest_not_found": 404,
    # what is in the way
    "name_in_use": 409,
    "username_taken": 409,
    "team_exists": 409,
    "role_exists": 409,
    "role_is_built_in": 409,
    "last_admin": 409,
    "robot_has_no_password": 409,
    "image_in_use": 409,
    "image_has_several_tags": 409,
    "network_in_use": 409,
    "port_in_use": 409,
    "container_state_conflict": 409,
    "operation_cancelled": 409,
    "operation_finished": 409,
    "operation_lost": 409,
    "registry_exists": 409,
    "project_exists": 409,
    "project_not_empty": 409,
    "project_is_default": 409,
    "password_unreadable": 409,
    "setup_done": 409,
    # what the project's policy does not allow
    "policy_violation": 422,
    # what is used up
    "address_pool_exhausted": 507,
    "id_pool_exhausted": 507,
    "storage_full": 507,
    # who else failed
    "host_failed": 502,
    "registry_unreachable": 502,
    "registry_tls_failed": 502,
    "registry_unauthorized": 502,
    "registry_error": 502,
    "digest_mismatch": 502,
    "size_mismatch": 502,
    "host_unavailable": 503,
    "agent_unavailable": 503,
    "broker_unavailable": 503,
    "database_unavailable": 503,
    "launcher_unavailable": 503,
    "kernel_unsupported": 501,
    "tunnel_failed": 504,
}
_UNKNOWN = 500


def status_of(code: str) -> int:
    """Return the HTTP status of an error *code*; 500 for one that no caller can help."""
    return STATUS.get(code, _UNKNOWN)


def document(code: str, detail: str, facts: Mapping[str, Any], status: int) -> dict[str, Any]:
    """Return the body of a problem answer (RFC 9457, with `code` and `facts` of ours)."""
    return {
        "type": "about:blank",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "facts": dict(facts),
    }


def problem(code: str, detail: str, facts: Mapping[str, Any] | None = None) -> Response:
    """Return the answer for an error that comes as data, such as an operation's."""
    status = status_of(code)
    body = document(code, detail, facts or {}, status)
    return Response(body, status=status, content_type=CONTENT_TYPE)


def exception_handler(error: Exception, _context: Mapping[str, Any]) -> Response | None:
    """Turn what a view raised into a problem; None leaves it to the edge, which logs it."""
    set_rollback()
    if isinstance(error, EngineError):
        record = error.record()
        return _with_challenge(problem(record.code, record.message, record.detail))
    if isinstance(error, OperationalError):
        return problem("database_unavailable", f"the database does not answer: {error}")
    if isinstance(error, Http404):
        return problem("not_found", "there is no such object")
    if isinstance(error, PermissionDenied):
        return problem("permission_denied", str(error) or "you may not do this")
    if isinstance(error, exceptions.NotAuthenticated):
        return _signed_out()
    if isinstance(error, exceptions.APIException):
        return _rest(error)
    return None


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Answer for a path that no route has."""
    body = document("not_found", f"there is nothing at {request.path}", {}, 404)
    return JsonResponse(body, status=404, content_type=CONTENT_TYPE)


def internal_error(request: HttpRequest) -> JsonResponse:
    """Answer for an error of ours; Django has logged it with its traceback."""
    body = document("internal_error", "an error of ours; the log of the server has it", {}, 500)
    return JsonResponse(body, status=500, content_type=CONTENT_TYPE)


_REST_CODES: Mapping[type[exceptions.APIException], str] = {
    exceptions.ValidationError: "invalid_input",
    exceptions.ParseError: "invalid_input",
    exceptions.AuthenticationFailed: "invalid_token",
    exceptions.PermissionDenied: "permission_denied",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "too_many_attempts",
}


def _signed_out() -> Response:
    return _with_challenge(
        problem("sign_in_required", "sign in, or send a token as `Authorization: Bearer berth_…`")
    )


def _with_challenge(response: Response) -> Response:
    if response.status_code == http.HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _rest(error: exceptions.APIException) -> Response:
    code = _REST_CODES.get(type(error), "internal_error")
    status = STATUS.get(code, error.status_code)
    fields = _fields(error.detail) if isinstance(error, exceptions.ValidationError) else {}
    detail = "; ".join(f"{name}: {text}" for name, text in fields.items()) or str(error.detail)
    body = document(code, detail, fields, status)
    return _with_challenge(Response(body, status=status, content_type=CONTENT_TYPE))


def _fields(detail: Any, path: str = "") -> dict[str, str]:
    """Flatten DRF's nested messages to `field.path` → text."""
    if isinstance(detail, Mapping):
        found: dict[str, str] = {}
        for name, inner in detail.items():
            found |= _fields(inner, f"{path}.{name}" if path else str(name))
        return found
    if isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        found = {}
        for index, inner in enumerate(detail):
            found |= _fields(inner, f"{path}.{index}" if path else str(index))
        return found
    texts = detail if isinstance(detail, list) else [detail]
    return {path or "input": " ".join(str(text) for text in texts)} if texts else {}
