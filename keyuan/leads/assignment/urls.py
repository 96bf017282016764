"""Addresses of the rules of assignment."""

from django.urls import include, path

from keyuan.leads.assignment import views
from keyuan.leads.responding.views import response

admin_urls = (
    [
        path("", views.rules, name="list"),
        path("new/", views.rule_new, name="new"),
        path("effect/", views.effect, name="effect"),
        path("apply/", views.give_now, name="apply"),
        path("response/", response, name="response"),
        path("<int:pk>/", views.rule_edit, name="edit"),
        path("<int:pk>/use/", views.rule_use, name="use"),
        path("<int:pk>/shift/", views.rule_shift, name="shift"),
        path("<int:pk>/delete/", views.rule_delete, name="delete"),
    ],
    "assignment",
)
urlpatterns = [path("admin/assignment/", include(admin_urls))]
