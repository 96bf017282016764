"""Every address of the product, room by room."""

from django.urls import include, path

urlpatterns = [
    path("", include("keyuan.ui.urls")),
    path("lists/", include("keyuan.ui.lists.urls")),
    path("", include("keyuan.people.urls")),
    path("", include("keyuan.customers.urls")),
    path("", include("keyuan.customers.admin_urls")),
    path("", include("keyuan.search.urls")),
    path("", include("keyuan.exchange.urls")),
    path("", include("keyuan.reports.urls")),
]
handler404 = "keyuan.ui.errors.not_found"
handler500 = "keyuan.ui.errors.server_error"
