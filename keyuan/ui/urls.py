from django.urls import path

from keyuan.ui import pins, views

app_name = "ui"
urlpatterns = [
    path("ui/", views.components, name="components"),
    path("ui/drawer/", views.drawer, name="drawer"),
    path("ui/undo/", views.undo, name="undo"),
    path("frame/side/", views.side, name="side"),
    path("account/pins/", pins.pin, name="pin"),
    path("account/preferences/", views.preferences, name="preferences"),
]
