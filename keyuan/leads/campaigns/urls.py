"""Addresses of campaigns."""

from django.urls import include, path

from keyuan.leads.campaigns.views import campaigns, members

campaign_patterns = [
    path("", campaigns.campaign_list, name="list"),
    path("count/", campaigns.campaign_count, name="list_count"),
    path("bulk/", campaigns.campaign_bulk, name="list_bulk"),
    path("transfer/", campaigns.campaign_transfer, name="transfer"),
    path("pick/", campaigns.pick, name="pick"),
    path("join/", members.join_chosen, name="join"),
    path("new/", campaigns.new, name="new"),
    path("<int:pk>/", campaigns.detail, name="detail"),
    path("<int:pk>/edit/", campaigns.edit, name="edit"),
    path("<int:pk>/fields/<slug:name>/", campaigns.field, name="field"),
    path("<int:pk>/delete/", campaigns.delete, name="delete"),
    path("<int:pk>/restore/", campaigns.restore, name="restore"),
    path("<int:pk>/star/", campaigns.star, name="star"),
    path("<int:pk>/members/", members.members, name="members"),
    path("<int:pk>/members/new/", members.add, name="add"),
    path("<int:pk>/members/bulk/", members.members_bulk, name="members_bulk"),
    path("<int:pk>/join/undo/<int:operation>/", members.undo, name="unjoin"),
    path("<int:pk>/members/<int:member>/", members.member, name="member"),
]
urlpatterns = [path("campaigns/", include((campaign_patterns, "campaigns")))]
