from django.urls import path

from keyuan.ui.lists import views

app_name = "lists"
urlpatterns = [
    path("<str:module>/fields/", views.askable, name="askable"),
    path("<str:module>/columns/", views.choose_columns, name="choose_columns"),
    path("columns/", views.columns, name="columns"),
    path("views/", views.save_view, name="save_view"),
    path("views/<int:pk>/delete/", views.delete_view, name="delete_view"),
]
