from django.http import HttpRequest, HttpResponse

from keyuan.ui.audience import may
from keyuan.ui.pages import page


@may("customer", "import")
def import_list(request: HttpRequest) -> HttpResponse:
    return page(request, "ui/base.html")
