from django.http import HttpRequest, HttpResponse

from keyuan.ui.audience import signed_in
from keyuan.ui.pages import page


@signed_in
def export_list(request: HttpRequest) -> HttpResponse:
    return page(request, "ui/base.html")


@signed_in
def export_new(request: HttpRequest) -> HttpResponse:
    return page(request, "ui/base.html")
