from django.urls import include, path

from keyuan.customers.views import industries_admin, lists_admin, registry, tags_admin

list_urls = (
    [
        path("", lists_admin.lists, name="lists"),
        path("options/<int:pk>/", lists_admin.option_edit, name="option_edit"),
        path("options/<int:pk>/shift/", lists_admin.option_shift, name="option_shift"),
        path("options/<int:pk>/delete/", lists_admin.option_delete, name="option_delete"),
        path("industry/", industries_admin.industry_list, name="industries"),
        path("industry/<slug:code>/", industries_admin.industry_edit, name="industry_edit"),
        path("industry/<slug:code>/new/", industries_admin.industry_new, name="industry_new"),
        path("industry/<slug:code>/delete/", industries_admin.industry_delete, name="industry_delete"),
        path("<slug:list_>/", lists_admin.list_detail, name="list"),
        path("<slug:list_>/new/", lists_admin.option_new, name="option_new"),
    ],
    "lists_admin",
)
tag_urls = (
    [
        path("", tags_admin.tags, name="list"),
        path("new/", tags_admin.tag_new, name="new"),
        path("free/", tags_admin.tags_free, name="free"),
        path("<int:pk>/", tags_admin.tag_edit, name="edit"),
        path("<int:pk>/merge/", tags_admin.tag_merge, name="merge"),
    ],
    "tags_admin",
)
registry_urls = (
    [
        path("", registry.registry_edit, name="edit"),
        path("try/", registry.registry_try, name="try"),
    ],
    "registry_admin",
)
urlpatterns = [
    path("admin/registry/", include(registry_urls)),
    path("admin/lists/", include(list_urls)),
    path("admin/tags/", include(tag_urls)),
]
