"""Errors as REST answers: one table from code to status, nothing unexplained."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest
from django.db import OperationalError
from rest_framework import exceptions

from bus.errors import BrokerUnavailable, HostUnavailable
from config import problems
from engine.errors import EngineError, PortInUse

KNOWN_TO_BE_OURS = frozenset(
    {
        "engine_error",
        "kernel_refused",
        "start_failed",
        "seal_broken",
        "setting_missing",
        "program_not_started",
    }
)
"""What no caller of REST can help: an answer of 500 is right."""


MODULES = (
    "engine.errors",
    "bus.errors",
    "accounts.errors",
    "projects.errors",
    "registries.errors",
    "realtime.errors",
)


def classes() -> list[type[EngineError]]:
    modules = [import_module(name) for name in MODULES]
    found = {
        item
        for module in modules
        for _, item in inspect.getmembers(module, inspect.isclass)
        if issubclass(item, EngineError) and item is not EngineError
    }
    return sorted(found, key=lambda item: item.code)


@pytest.mark.parametrize("error", classes(), ids=lambda error: error.code)
def test_every_error_has_a_status_or_is_known_to_be_ours(error: type[EngineError]) -> None:
    assert error.code in problems.STATUS or error.code in KNOWN_TO_BE_OURS


def test_an_error_keeps_its_code_text_and_facts() -> None:
    error = PortInUse(protocol="tcp", address="0.0.0.0", port=80, holder="container web")
    response = problems.exception_handler(error, {})
    assert response is not None
    assert response.status_code == 409
    assert response.data == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "code": "port_in_use",
        "detail": "tcp port 0.0.0.0:80 is held by container web",
        "facts": {
            "protocol": "tcp",
            "address": "0.0.0.0",
            "port": "80",
            "holder": "container web",
        },
    }


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (HostUnavailable(host="h", queue="quick"), 503, "host_unavailable"),
        (BrokerUnavailable(reason="x"), 503, "broker_unavailable"),
        (OperationalError("disk full"), 503, "database_unavailable"),
        (exceptions.NotAuthenticated(), 401, "sign_in_required"),
        (exceptions.AuthenticationFailed(), 401, "invalid_token"),
        (exceptions.NotFound(), 404, "not_found"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.ParseError(), 400, "invalid_input"),
    ],
)
def test_what_a_view_raises_becomes_a_problem(error: Exception, status: int, code: str) -> None:
    response = problems.exception_handler(error, {})
    assert response is not None
    assert (response.status_code, response.data["code"]) == (status, code)
    assert response.data["status"] == status
    assert response.data["detail"]


def test_whoever_is_not_signed_in_is_told_how() -> None:
    response = problems.exception_handler(exceptions.NotAuthenticated(), {})
    assert response is not None
    assert response["WWW-Authenticate"] == "Bearer"


def test_wrong_fields_are_named_by_their_path() -> None:
    error = exceptions.ValidationError(
        {"ports": [{}, {"host_port": ["A valid integer is required."]}], "name": ["Required."]}
    )
    response = problems.exception_handler(error, {})
    assert response is not None
    assert response.data["facts"] == {
        "ports.1.host_port": "A valid integer is required.",
        "name": "Required.",
    }


def test_what_nobody_expected_is_left_to_the_edge() -> None:
    assert problems.exception_handler(RuntimeError("x"), {}) is None
