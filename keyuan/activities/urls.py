from django.urls import include, path

from keyuan.activities.views import follow_ups, hub, lists, quick, rules, today

app = (
    [
        path("", lists.follow_up_list, name="list"),
        path("count/", lists.follow_up_count, name="list_count"),
        path("bulk/", lists.follow_up_bulk, name="list_bulk"),
        path("plans/", lists.plan_list, name="plan_list"),
        path("plans/count/", lists.plan_count, name="plan_list_count"),
        path("plans/bulk/", lists.plan_bulk, name="plan_list_bulk"),
        path("of/<slug:kind>/<int:pk>/", hub.of, name="of"),
        path("of/<slug:kind>/<int:pk>/timeline/", hub.timeline, name="timeline"),
        path("of/<slug:kind>/<int:pk>/plans/", hub.plans, name="plans"),
        path("today/", today.today, name="today"),
        path("quick/", quick.quick, name="quick"),
        path("customers/", quick.abouts, name="abouts"),
        path("follow-ups/<int:pk>/", follow_ups.detail, name="detail"),
        path("follow-ups/<int:pk>/edit/", follow_ups.edit, name="edit"),
        path("follow-ups/<int:pk>/deal/", follow_ups.deal, name="deal"),
        path("follow-ups/<int:pk>/delete/", follow_ups.delete, name="delete"),
        path("follow-ups/<int:pk>/restore/", follow_ups.restore, name="restore"),
    ],
    "activities",
)
admin_urls = ([path("", rules.rules, name="rules")], "activity_rules")
urlpatterns = [
    path("admin/activities/", include(admin_urls)),
    path("activities/plans/", include("keyuan.activities.plan_urls")),
    path("activities/calendar/", include("keyuan.activities.calendar_urls")),
    path("activities/", include(app)),
]
