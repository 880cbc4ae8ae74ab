"""Errors of requests that never reach Django, in the form that the REST API uses."""

from __future__ import annotations

import http
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asgiref.typing import ASGISendCallable


async def problem(send: ASGISendCallable, status: int, code: str, detail: str) -> None:
    """Answer with problem+json and ask for the connection to be closed."""
    body = json.dumps(
        {
            "type": "about:blank",
            "title": http.HTTPStatus(status).phrase,
            "status": status,
            "code": code,
            "detail": detail,
            "facts": {},
        }
    ).encode()
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"application/problem+json"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
            ],
            "trailers": False,
        }
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})
