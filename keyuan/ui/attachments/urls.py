from django.urls import path

from keyuan.ui.attachments import views

app_name = "attachments"
urlpatterns = [
    path("", views.new, name="new"),
    path("of/<slug:module>/<int:pk>/", views.of_record, name="of"),
    path("<uuid:pk>/", views.fetch, name="fetch"),
    path("<uuid:pk>/picture/", views.picture, name="picture"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
    path("<uuid:pk>/restore/", views.restore, name="restore"),
]
