from django.urls import path

from keyuan.activities.views import calendar

app_name = "calendar"
urlpatterns = [
    path("", calendar.calendar, name="calendar"),
]
