"""Campaigns in the API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from keyuan.campaigns.fields import CAMPAIGN
from keyuan.campaigns.forms import CampaignForm
from keyuan.campaigns.lists import load_campaigns
from keyuan.customers.bulk import delete_all, tag_all
from keyuan.customers.transfer_api import described, transfer_record
from keyuan.org.settings import setting
from keyuan.records.namebook import NameBook
from keyuan.ui.rest.access import may_call
from keyuan.ui.rest.records import RecordApi
from keyuan.ui.rest.replays import repeatable
from keyuan.ui.rest.schemas import Schema, schemas_of
from keyuan.ui.rest.showing import Shape


def load(rows: list[Any], book: NameBook) -> None:
    """What a page of answers needs besides that of a list: the currency of its amounts."""
    load_campaigns(rows, book)
    currency = setting("currency")
    for row in rows:
        row.currency = currency


SHAPE = Shape(
    CAMPAIGN,
    load,
    related=(),
    extras={
        "currency": lambda row: row.currency,
        "version": lambda row: row.version,
        "custom": lambda row: row.custom,
    },
)
CAMPAIGNS = RecordApi("campaigns", CampaignForm, SHAPE, tag_all, delete_all)
campaigns = CAMPAIGNS.router()


@campaigns.post("/{int:pk}/transfer", **described("transfer_campaign", "Campaign"))
@repeatable()
@may_call("campaign", "transfer")
def transfer_campaign(request: HttpRequest, pk: int) -> HttpResponse:
    return transfer_record(request, CAMPAIGNS, pk)


SCHEMAS: dict[str, Schema] = schemas_of("Campaign", SHAPE)
