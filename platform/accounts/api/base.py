"""What every REST view of ours stands on: the actor, strict input, pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import services
from accounts.actor import Actor, anonymous
from accounts.errors import PermissionDenied
from accounts.models import Session, Token, User
from config.pagination import Pages

Row = dict[str, Any]
S = TypeVar("S", bound="StrictSerializer")


class StrictSerializer(serializers.Serializer[Any]):
    """Input that may hold its fields and no others, so that a misspelled one is noticed."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            unknown = {name: ["There is no such field."] for name in data if name not in writable}
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


class PageQuery(StrictSerializer):
    """The query string of a list."""

    page = serializers.IntegerField(min_value=1, required=False)
    page_size = serializers.IntegerField(min_value=1, max_value=1000, required=False)


class ActorView(APIView):
    """A view that knows who asks."""

    pagination_class = Pages

    @cached_property
    def actor(self) -> Actor:
        """The actor of this request."""
        origin = self.request.META.get("REMOTE_ADDR", "")
        user, proof = self.request.user, self.request.auth
        if not isinstance(user, User):
            return anonymous(origin)
        return services.actor_of(
            user=user,
            token=proof if isinstance(proof, Token) else None,
            session=proof if isinstance(proof, Session) else None,
            origin=origin,
        )

    def handle_exception(self, exc: Exception) -> Response:
        """Answer an error; a refused change is written to the audit trail first."""
        denied = exc if isinstance(exc, PermissionDenied) else exc.__cause__
        if isinstance(denied, PermissionDenied) and self.request.method not in SAFE_METHODS:
            named = next(iter(self.kwargs.values()), "")
            services.record_denial(actor=self.actor, denied=denied, object_id=str(named))
        return super().handle_exception(exc)

    def body(self, form: type[S]) -> S:
        """Return the request's body, validated by *form*."""
        return _valid(form(data=self.request.data))

    def query(self, form: type[S]) -> S:
        """Return the request's query string, validated by *form*."""
        return _valid(form(data=self.request.query_params))

    def page(self, rows: QuerySet[Any, Row], show: Callable[[list[Row]], list[Row]]) -> Response:
        """Answer one page of *rows*, as *show* makes them for JSON."""
        paginator = self.pagination_class()
        found = paginator.paginate_queryset(rows, self.request, view=self)
        return paginator.get_paginated_response(show(found or []))


def _valid(form: S) -> S:
    form.is_valid(raise_exception=True)
    return form
