"""Lists as `{count, next, previous, results}`."""

from __future__ import annotations

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """A hundred objects a page; `page_size` asks for up to a thousand."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000
