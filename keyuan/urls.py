"""Every address of the product, room by room."""

from django.urls import include, path

from keyuan.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("keyuan.ui.urls")),
    path("attachments/", include("keyuan.ui.attachments.urls")),
    path("lists/", include("keyuan.ui.lists.urls")),
    path("", include("keyuan.people.urls")),
    path("", include("keyuan.notices.urls")),
    path("", include("keyuan.customers.urls")),
    path("", include("keyuan.customers.admin_urls")),
    path("", include("keyuan.leads.urls")),
    path("", include("keyuan.leads.web_form.urls")),
    path("", include("keyuan.leads.assignment.urls")),
    path("", include("keyuan.leads.campaigns.urls")),
    path("", include("keyuan.opportunities.urls")),
    path("", include("keyuan.pools.urls")),
    path("", include("keyuan.activities.urls")),
    path("", include("keyuan.search.urls")),
    path("", include("keyuan.exchange.urls")),
    path("", include("keyuan.reports.urls")),
]
handler400 = "keyuan.ui.errors.bad_request"
handler403 = "keyuan.ui.errors.forbidden"
handler404 = "keyuan.ui.errors.not_found"
handler500 = "keyuan.ui.errors.server_error"
