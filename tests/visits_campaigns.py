"""How the routes of campaigns are called with success: a part of the table of the access matrix."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from keyuan.customers.models import Customer
from keyuan.leads.campaigns.joining import join
from keyuan.leads.campaigns.models import CampaignMember
from keyuan.leads.web_form.guarding import stamp
from keyuan.leads.web_form.models import WebForm
from keyuan.org.models import User
from keyuan.records.history import Operation
from tests.visiting import CHIEF, Visit, binned, ids
from tests.world import OWNERS


def campaign_form(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"name": "共同 新活动", "type": "exhibition", "cost": "80.10", "version": records.campaign.version}


def given_to(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"chosen": records.campaign.pk, "to": world.people["ben"].pk}


def joining(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"module": "lead", "chosen": records.lead.pk, "campaign": records.campaign.pk}


def joined_before(world: SimpleNamespace, records: SimpleNamespace) -> None:
    """The owner has put a customer in, under the number that the address names."""
    operation = Operation.objects.create(pk=JOINED, by=records.owner, verb="campaign.joined", source="web")
    rows = Customer.rows.filter(pk=records.customer.pk)
    CampaignMember.objects.filter(customer=records.customer).delete()
    join(rows, records.campaign, by=records.owner, operation=operation)


JOINED = 4_000_000_002


def everybody(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    """The members of all owners at once: only one's own may change."""
    return {"verb": "leave", "ids": [world.records[owner].member.pk for owner in OWNERS]}


def opened(world: SimpleNamespace, records: SimpleNamespace) -> None:
    """The campaign has a form, of which the public knows the address."""
    make_form(campaign=records.campaign, by=records.owner)
    WebForm.objects.filter(campaign=records.campaign).update(token=FORM)


def opened_to_source(world: SimpleNamespace, records: SimpleNamespace) -> None:
    make_form(source=world.source, by=world.people[CHIEF])


def make_form(*, by: User, **of: Any) -> WebForm:
    return WebForm(**of).keep(by=by, title="预约", asked=["name", "mobile"], needed=["name"])


def sent(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"name": "王工", "mobile": "13800138000", "t": stamp(FORM, timezone.now() - timedelta(minutes=1))}


FORM = "the-address-that-nobody-guesses"
FORM_GIVEN = {"title": "预约", "asked": ["name", "mobile"], "is_active": "on"}
PUBLIC: Any = {"path": {"token": FORM}, "before": opened, "carries_key": True}
CAMPAIGN: Any = {"about": "campaign"}
CAMPAIGN_VISITS = {
    "GET /campaigns/": Visit(data={"q": "共同"}),
    "GET /campaigns/count/": Visit(data={"exact": "1"}),
    "POST /campaigns/bulk/": Visit(data=ids("campaign", verb="delete"), to="/campaigns/"),
    "GET /campaigns/pick/": Visit(data={"q": "共同"}),
    "GET /campaigns/new/": Visit(),
    "POST /campaigns/new/": Visit(data=campaign_form, to="/campaigns/"),
    "GET /campaigns/transfer/": Visit(data=lambda world, records: {"chosen": records.campaign.pk}),
    "POST /campaigns/transfer/": Visit(data=given_to, to="/campaigns/"),
    "GET /campaigns/<int:pk>/": Visit(**CAMPAIGN),
    "GET /campaigns/<int:pk>/edit/": Visit(**CAMPAIGN),
    "POST /campaigns/<int:pk>/edit/": Visit(data=campaign_form, to="/campaigns/", **CAMPAIGN),
    "GET /campaigns/<int:pk>/fields/<slug:name>/": Visit(path={"name": "description"}, **CAMPAIGN),
    "POST /campaigns/<int:pk>/fields/<slug:name>/": Visit(
        path={"name": "description"}, data={"description": "新说明", "version": "1"}, to="/campaigns/", **CAMPAIGN
    ),
    "POST /campaigns/<int:pk>/delete/": Visit(to="/campaigns/", **CAMPAIGN),
    "POST /campaigns/<int:pk>/restore/": Visit(before=binned("campaign"), to="/campaigns/", **CAMPAIGN),
    "POST /campaigns/<int:pk>/star/": Visit(to="/campaigns/", **CAMPAIGN),
    "GET /campaigns/join/": Visit(data=lambda world, records: {"module": "lead", "chosen": records.lead.pk}),
    "POST /campaigns/join/": Visit(data=joining, to="/leads/"),
    "POST /campaigns/<int:pk>/join/undo/<int:operation>/": Visit(
        before=joined_before, path={"operation": str(JOINED)}, to="/campaigns/", **CAMPAIGN
    ),
    "GET /campaigns/<int:pk>/members/": Visit(**CAMPAIGN),
    "GET /campaigns/<int:pk>/members/new/": Visit(**CAMPAIGN),
    "POST /campaigns/<int:pk>/members/new/": Visit(
        data=lambda world, records: {"contacts": [records.contact.pk]}, to="/campaigns/", **CAMPAIGN
    ),
    "POST /campaigns/<int:pk>/members/bulk/": Visit(data=everybody, to="/campaigns/", **CAMPAIGN),
    "GET /campaigns/<int:pk>/members/<int:member>/": Visit(path={"member": "@member"}, **CAMPAIGN),
    "POST /campaigns/<int:pk>/members/<int:member>/": Visit(
        path={"member": "@member"}, data={"answer": "attended"}, to="/campaigns/", **CAMPAIGN
    ),
    "GET /f/<str:token>/": Visit(**PUBLIC),
    "POST /f/<str:token>/": Visit(data=sent, to="/f/", **PUBLIC),
    "GET /f/<str:token>/thanks/": Visit(**PUBLIC),
    "GET /campaigns/<int:pk>/form/": Visit(**CAMPAIGN),
    "POST /campaigns/<int:pk>/form/": Visit(data=FORM_GIVEN, to="/campaigns/", **CAMPAIGN),
    "POST /campaigns/<int:pk>/form/renew/": Visit(before=opened, to="/campaigns/", **CAMPAIGN),
    "GET /campaigns/<int:pk>/form/code/": Visit(before=opened, **CAMPAIGN),
    "GET /admin/web-forms/": Visit(CHIEF),
    "GET /admin/web-forms/<int:pk>/": Visit(CHIEF, about="source"),
    "POST /admin/web-forms/<int:pk>/": Visit(CHIEF, data=FORM_GIVEN, about="source", to="/admin/web-forms/"),
    "POST /admin/web-forms/<int:pk>/renew/": Visit(
        CHIEF, before=opened_to_source, about="source", to="/admin/web-forms/"
    ),
    "GET /admin/web-forms/<int:pk>/code/": Visit(CHIEF, before=opened_to_source, about="source"),
    "GET /api/v1/campaigns": Visit(data={"q": "共同"}),
    "POST /api/v1/campaigns": Visit(data={"name": "共同 新活动", "type": "exhibition"}),
    "GET /api/v1/campaigns/fields": Visit(),
    "POST /api/v1/campaigns/bulk": Visit(data=ids("campaign", verb="delete")),
    "GET /api/v1/campaigns/<int:pk>": Visit(**CAMPAIGN),
    "PATCH /api/v1/campaigns/<int:pk>": Visit(data={"description": "新说明"}, **CAMPAIGN),
    "DELETE /api/v1/campaigns/<int:pk>": Visit(**CAMPAIGN),
    "POST /api/v1/campaigns/<int:pk>/restore": Visit(before=binned("campaign"), **CAMPAIGN),
    "POST /api/v1/campaigns/<int:pk>/transfer": Visit(data=lambda world, _: {"to": world.people["ben"].pk}, **CAMPAIGN),
}
