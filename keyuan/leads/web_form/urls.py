"""Addresses of public forms, and of their administration."""

from django.urls import include, path

from keyuan.leads.web_form import public_views, views

public_urls = (
    [
        path("<str:token>/", public_views.form_page, name="form"),
        path("<str:token>/thanks/", public_views.thanks_page, name="thanks"),
    ],
    "web_form",
)
admin_urls = (
    [
        path("", views.form_list, name="list"),
        path("<int:pk>/", views.source_form, name="edit"),
        path("<int:pk>/renew/", views.source_form_renew, name="renew"),
        path("<int:pk>/code/", views.source_form_code, name="code"),
    ],
    "web_forms_admin",
)
campaign_urls = (
    [
        path("<int:pk>/form/", views.campaign_form, name="edit"),
        path("<int:pk>/form/renew/", views.campaign_form_renew, name="renew"),
        path("<int:pk>/form/code/", views.campaign_form_code, name="code"),
    ],
    "campaign_form",
)
urlpatterns = [
    path("f/", include(public_urls)),
    path("admin/web-forms/", include(admin_urls)),
    path("campaigns/", include(campaign_urls)),
]
