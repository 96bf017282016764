from django.urls import path

from keyuan.reports import sales_page, sources_page, views

urlpatterns = [
    path("", views.home, name="home"),
    path("dashboard/<slug:name>/", views.card, name="home_card"),
    path("reports/", sales_page.reports, name="reports"),
    path("reports/sources/", sources_page.sources, name="reports_sources"),
    path("reports/funnel/", sales_page.funnel_card, name="reports_funnel"),
]
