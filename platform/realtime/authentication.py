"""Who opens a websocket: a page of ours with its session, or a script with a token."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.http.cookie import parse_cookie

from accounts import services
from accounts.actor import Actor, anonymous
from accounts.models import User
from bus.errors import OriginRefused

if TYPE_CHECKING:
    from asgiref.typing import WebSocketScope


def authenticate(scope: WebSocketScope) -> Actor:
    """Return the actor of a websocket's handshake, anonymous without credentials.

    A session counts only on a page of ours: its Origin is the host that was asked, or the public
    address; else OriginRefused. A token needs no Origin, for no browser adds one by itself.
    """
    headers = {name: value.decode("latin1") for name, value in scope["headers"]}
    client = scope.get("client")
    origin = client[0] if client else ""
    scheme, _, secret = headers.get(b"authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        token = services.authenticate_token(secret=secret.strip())
        return services.actor_of(user=token.user, token=token, origin=origin)
    _require_own_page(headers.get(b"origin", ""), headers.get(b"host", ""))
    key = parse_cookie(headers.get(b"cookie", "")).get(settings.SESSION_COOKIE_NAME, "")
    user = _session_user(key)
    if user is None:
        return anonymous(origin)
    agent = headers.get(b"user-agent", "")
    session = services.note_session(user=user, key=key, origin=origin, agent=agent)
    return services.actor_of(user=user, session=session, origin=origin)


def _require_own_page(origin: str, host: str) -> None:
    own = {host, urlsplit(settings.BERTH.public_url).netloc}
    if urlsplit(origin).netloc not in own - {""}:
        raise OriginRefused(origin=origin)


def _session_user(key: str) -> User | None:
    if not key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    return user if isinstance(user, User) else None
