from django.urls import path

from keyuan.activities.views import planning, plans

app_name = "plans"
urlpatterns = [
    path("new/", plans.new, name="new"),
    path("each/", planning.each, name="each"),
    path("each/<int:pk>/undo/", planning.undo_each, name="undo_each"),
    path("contacts/", plans.contacts, name="contacts"),
    path("conflicts/", plans.conflicts, name="conflicts"),
    path("repeat/", plans.repeat_words, name="repeat"),
    path("<int:pk>/", plans.detail, name="detail"),
    path("<int:pk>/edit/", plans.edit, name="edit"),
    path("<int:pk>/complete/", plans.complete, name="complete"),
    path("<int:pk>/reopen/", plans.reopen, name="reopen"),
    path("<int:pk>/cancel/", plans.cancel, name="cancel"),
    path("<int:pk>/reschedule/", plans.reschedule, name="reschedule"),
    path("<int:pk>/move/", plans.move, name="move"),
    path("<int:pk>/delete/", plans.delete, name="delete"),
    path("<int:pk>/restore/", plans.restore, name="restore"),
]
