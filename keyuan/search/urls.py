"""Addresses of the room search."""

from django.urls import path

from keyuan.search import views

app_name = "search"
urlpatterns = [path("search/", views.palette, name="palette")]
