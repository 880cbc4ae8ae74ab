"""The one page that the browser part starts from."""

from __future__ import annotations

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

_MISSING = "The console is not built; `make up` builds it. The API is at /api/docs.\n"
# What a container prints or is named is shown as text; should a slip ever make it markup, the
# browser still runs nothing of it. Styles are set by the component library as it draws.
_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@require_safe
@ensure_csrf_cookie
def console(_request: HttpRequest) -> HttpResponseBase:
    """Answer the console's page for each of its own routes; never from a cache."""
    page = settings.STATIC_ROOT / "index.html"
    if not page.is_file():
        return HttpResponse(_MISSING, status=503, content_type="text/plain; charset=utf-8")
    response = FileResponse(page.open("rb"), content_type="text/html; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Content-Security-Policy"] = _POLICY
    return response
