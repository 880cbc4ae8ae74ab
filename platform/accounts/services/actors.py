"""From a proof of who someone is to what they may do now."""

from __future__ import annotations

from django.utils import timezone

from accounts import selectors
from accounts.actor import Actor
from accounts.models import Session, Token, User


def actor_of(
    *, user: User, token: Token | None = None, session: Session | None = None, origin: str = ""
) -> Actor:
    """Return the actor that *user* is when they come from *origin*, with a *token* or a session."""
    limited = token is not None and (token.permissions is not None or token.projects is not None)
    return Actor(
        user_id=user.pk,
        token_id=None if token is None else token.pk,
        session_id=None if session is None else session.pk,
        username=user.username,
        grants=selectors.grants_of(user, token),
        is_limited=limited,
        origin=origin,
    )


def renewed(actor: Actor) -> Actor | None:
    """Return *actor* with what they may do now; None once their token or session is worth nothing.

    For whoever keeps something open for longer than a request.
    """
    if actor.token_id is not None:
        token = selectors.live_tokens(timezone.now()).filter(pk=actor.token_id).first()
        if token is None:
            return None
        return actor_of(user=token.user, token=token, origin=actor.origin)
    if actor.session_id is None:
        return None
    session = selectors.live_sessions(timezone.now()).filter(pk=actor.session_id).first()
    if session is None:
        return None
    return actor_of(user=session.user, session=session, origin=actor.origin)
