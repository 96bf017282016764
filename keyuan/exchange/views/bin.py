from django.http import HttpRequest, HttpResponse

from keyuan.ui.audience import signed_in
from keyuan.ui.pages import page


@signed_in
def bin_list(request: HttpRequest) -> HttpResponse:
    return page(request, "ui/base.html")
