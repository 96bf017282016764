"""The home page."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from keyuan.ui.audience import signed_in
from keyuan.ui.pages import page


@require_GET
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    return page(request, "reports/home.html", {"title": "工作台"})
