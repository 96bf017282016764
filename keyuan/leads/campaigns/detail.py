"""What the page of one campaign shows, worked out for one reader."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from keyuan.campaigns.fields import CAMPAIGN
from keyuan.campaigns.lists import LOOKS, Status, load_campaigns
from keyuan.campaigns.models import Campaign
from keyuan.customers.detail import groups
from keyuan.leads.campaigns.figures import Outcome
from keyuan.leads.campaigns.roll import Roll
from keyuan.leads.web_form.views import known, of_campaign
from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.records.history import Event
from keyuan.records.models import Favourite
from keyuan.records.namebook import NameBook
from keyuan.records.story import Story, stories, with_changes
from keyuan.ui import cells

ELSEWHERE = {"name", "status", "id", "updated_by"}
PAST = 30


class CampaignDetail:
    """One campaign before the eyes of one person."""

    def __init__(self, campaign: Campaign, user: User) -> None:
        self.campaign, self.user = campaign, user
        self.book = NameBook(user)
        load_campaigns([campaign], self.book)

    @cached_property
    def may_edit(self) -> bool:
        return self.campaign.allows(self.user, "edit")

    @cached_property
    def visible(self) -> dict[str, Any]:
        return CAMPAIGN.visible_fields(self.user)

    def status(self) -> Any:
        return cells.status(self.campaign.get_status_display(), LOOKS[Status(self.campaign.status)])

    def past(self) -> list[Story]:
        """The latest changes in words."""
        events = Event.objects.filter(record_type="campaign", record_id=self.campaign.pk).order_by("-at", "-pk")
        return stories(with_changes(events)[:PAST], {"campaign": CAMPAIGN}, self.book)

    @property
    def is_starred(self) -> bool:
        mine = {"user": self.user, "record_type": "campaign", "record_id": self.campaign.pk}
        return Favourite.objects.filter(**mine).exists()

    def context(self, request: Request) -> dict[str, Any]:
        campaign, may_edit = self.campaign, self.may_edit
        roll = Roll(campaign, self.user, self.book)
        return {
            "title": campaign.name,
            "campaign": campaign,
            "detail": self,
            "may_edit": may_edit,
            "figures": Outcome(campaign, self.user, self.book).figures(),
            "roll": roll,
            "web_form": known(of_campaign(campaign), request),
            "members": roll.rows() if roll.total else [],
            "may_delete": campaign.allows(self.user, "delete"),
            "may_transfer": self.user.reach("campaign", "transfer").covers(campaign.owner_id, campaign.department_id),
            "groups": groups(CAMPAIGN, campaign, self.book, may_edit, ELSEWHERE),
        }
