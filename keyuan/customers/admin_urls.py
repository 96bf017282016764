from django.urls import include, path

from keyuan.customers.views import lists_admin

list_urls = (
    [
        path("", lists_admin.lists, name="lists"),
        path("options/<int:pk>/", lists_admin.option_edit, name="option_edit"),
        path("options/<int:pk>/shift/", lists_admin.option_shift, name="option_shift"),
        path("options/<int:pk>/delete/", lists_admin.option_delete, name="option_delete"),
        path("<slug:list_>/", lists_admin.list_detail, name="list"),
        path("<slug:list_>/new/", lists_admin.option_new, name="option_new"),
    ],
    "lists_admin",
)
tag_urls = (
    [
        path("", lists_admin.tags, name="list"),
        path("new/", lists_admin.tag_new, name="new"),
        path("<int:pk>/", lists_admin.tag_edit, name="edit"),
        path("<int:pk>/merge/", lists_admin.tag_merge, name="merge"),
    ],
    "tags_admin",
)
urlpatterns = [
    path("admin/lists/", include(list_urls)),
    path("admin/tags/", include(tag_urls)),
]
