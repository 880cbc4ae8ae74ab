"""The one page that the browser part starts from."""

from __future__ import annotations

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

_MISSING = "The console is not built; `make up` builds it. The API is at /api/docs.\n"


@require_safe
@ensure_csrf_cookie
def console(_request: HttpRequest) -> HttpResponseBase:
    """Answer the console's page for each of its own routes; never from a cache."""
    page = settings.STATIC_ROOT / "index.html"
    if not page.is_file():
        return HttpResponse(_MISSING, status=503, content_type="text/plain; charset=utf-8")
    response = FileResponse(page.open("rb"), content_type="text/html; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
