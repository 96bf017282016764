from django.urls import path

from keyuan.reports import views

urlpatterns = [path("", views.home, name="home"), path("dashboard/<slug:name>/", views.card, name="home_card")]
