"""Addresses of notices."""

from django.urls import path

from keyuan.notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.notice_list, name="list"),
    path("notices/panel/", views.panel, name="panel"),
    path("notices/stream/", views.stream, name="stream"),
    path("notices/read/", views.read_all, name="read_all"),
    path("notices/preferences/", views.preferences, name="preferences"),
    path("notices/<int:pk>/", views.open_notice, name="open"),
    path("notices/<int:pk>/read/", views.read_one, name="read"),
]
