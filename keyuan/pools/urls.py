"""Addresses of the administration of pools and of requests; the lists stand with the records that lie in pools."""

from django.urls import include, path

from keyuan.pools.views import admin, extending

admin_urls = (
    [
        path("", admin.pools, name="list"),
        path("new/", admin.pool_new, name="new"),
        path("<int:pk>/", admin.pool_edit, name="edit"),
        path("<int:pk>/touched/", admin.pool_touched, name="touched"),
        path("<int:pk>/use/", admin.pool_use, name="use"),
        path("<int:pk>/shift/", admin.pool_shift, name="shift"),
    ],
    "pools_admin",
)
extension_urls = (
    [
        path("", extending.extensions, name="list"),
        path("customers/<int:pk>/", extending.ask_customer, name="customer"),
        path("leads/<int:pk>/", extending.ask_lead, name="lead"),
        path("customers/<int:pk>/withdraw/", extending.withdraw_customer, name="withdraw_customer"),
        path("leads/<int:pk>/withdraw/", extending.withdraw_lead, name="withdraw_lead"),
        path("<int:pk>/grant/", extending.grant, name="grant"),
        path("<int:pk>/refuse/", extending.refuse, name="refuse"),
    ],
    "extensions",
)
urlpatterns = [path("admin/pools/", include(admin_urls)), path("pools/extensions/", include(extension_urls))]
