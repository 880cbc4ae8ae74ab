"""How a request says who it is from: a token in its header, else a session cookie with CSRF."""

from __future__ import annotations

from typing import cast

from rest_framework import authentication
from rest_framework.request import Request

from accounts import services
from accounts.errors import InvalidToken
from accounts.models import Session, Token, User
from accounts.tokens import TOKEN_PREFIX

SCHEME = "Bearer"


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer berth_…`; a header that is wrong is refused, never ignored."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != SCHEME.lower() or not secret.strip().startswith(TOKEN_PREFIX):
            raise InvalidToken
        token = services.authenticate_token(secret=secret.strip())
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return f'{SCHEME} realm="berth"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The console's cookie; whatever changes something needs the `X-CSRFToken` header beside it."""

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        found = super().authenticate(request)
        if found is None:
            return None
        user = cast("User", found[0])
        session = services.note_session(
            user=user,
            key=request.session.session_key or "",
            origin=request.META.get("REMOTE_ADDR", ""),
            agent=request.headers.get("User-Agent", ""),
        )
        return user, session
