"""Addresses of the administration of pools; their lists stand with the records that lie in them."""

from django.urls import include, path

from keyuan.pools.views import admin

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
urlpatterns = [path("admin/pools/", include(admin_urls))]
