"""All paths to another stage write the same line and meet the same refusals (R1, O8)."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone, translation

from keyuan.opportunities.bulk import move_all
from keyuan.opportunities.models import Opportunity, Stage, StageMove
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Change, Event
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_opportunity, option, stage

pytestmark = pytest.mark.django_db


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def said(response):
    return response.content.decode()


def by_verb(user, deal, to):
    try:
        deal.move(to, by=user)
    except (RuleBroken, NotAllowed) as refusal:
        return str(refusal)
    return ""


def by_drag(user, deal, to):
    given = {"stage": to.pk, "version": deal.version}
    headers = {"X-Requested-With": "fetch"}
    return said(client_of(user).post(f"/opportunities/{deal.pk}/move/", given, headers=headers))


def by_stage_bar(user, deal, to):
    given = {"stage": to.pk, "version": deal.version, "next": f"/opportunities/{deal.pk}/"}
    return said(client_of(user).post(f"/opportunities/{deal.pk}/move/", given))


def by_form(user, deal, to):
    given = {
        "name": deal.name,
        "stage": to.pk,
        "amount": str(deal.amount),
        "probability": deal.probability,
        "expected_on": deal.expected_on.isoformat(),
        "version": deal.version,
    }
    return said(client_of(user).post(f"/opportunities/{deal.pk}/edit/", given))


def by_field(user, deal, to):
    return said(
        client_of(user).post(f"/opportunities/{deal.pk}/fields/stage/", {"stage": to.pk, "version": deal.version})
    )


def by_bulk(user, deal, to):
    return move_all(Opportunity.objects.visible_to(user).filter(pk=deal.pk), to, by=user).sentence


def by_bulk_page(user, deal, to):
    given = {"verb": "move", "stage": to.pk, "ids": [deal.pk]}
    return said(client_of(user).post("/opportunities/bulk/", given, follow=True))


def by_api(user, deal, to):
    return said(Caller(user).post(f"/opportunities/{deal.pk}/move", {"stage": to.pk}))


def by_api_change(user, deal, to):
    return said(Caller(user).patch(f"/opportunities/{deal.pk}", {"stage": to.pk}, deal.version))


PATHS = [by_verb, by_drag, by_stage_bar, by_form, by_field, by_bulk, by_bulk_page, by_api, by_api_change]
path_table = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


def last_line():
    one = StageMove.objects.select_related("from_stage", "to_stage").latest("pk")
    return (one.from_stage.key, one.to_stage.key, one.by.username, one.amount, one.probability, one.days)


def last_change():
    event = Event.objects.filter(record_type="opportunity", name="moved").latest("pk")
    return {name for name in Change.objects.get(event=event).after if name != "stage_since"}


@path_table
def test_every_path_writes_the_same_line(cast, path):
    deal = make_opportunity(owner=cast.anna, amount="1234.50")
    path(cast.anna, deal, stage("proposal"))
    assert last_line() == ("contact", "proposal", "anna", Decimal("1234.50"), 45, 0)
    assert last_change() == {"stage", "last_open_stage", "probability"}
    assert StageMove.objects.filter(opportunity=deal).count() == 2
    deal.refresh_from_db()
    assert (deal.stage.key, deal.outcome, deal.probability, deal.probability_is_manual) == (
        "proposal",
        "open",
        45,
        False,
    )


REFUSED = [
    ({"required_fields": ["notes"]}, "proposal", "到「方案制定」前要先填写：备注"),
    ({"required_fields": ["contacts", "products"]}, "proposal", "到「方案制定」前要先填写：联系人、意向产品/服务"),
    ({}, "lost", "输单原因"),
]


@path_table
@pytest.mark.parametrize(("rule", "to", "sentence"), REFUSED)
def test_every_path_asks_for_the_same_fields(cast, path, rule, to, sentence):
    Stage.objects.filter(key=to).update(**rule)
    deal = make_opportunity(owner=cast.anna)
    answer = path(cast.anna, deal, stage(to))
    assert sentence in answer
    assert StageMove.objects.filter(opportunity=deal).count() == 1
    deal.refresh_from_db()
    assert deal.stage.key == "contact"


@path_table
def test_no_path_skips_a_stage_that_may_not_be_skipped(cast, path):
    Stage.objects.filter(key="needs").update(may_skip=False)
    deal = make_opportunity(owner=cast.anna)
    assert "不能跳过「需求确认」" in path(cast.anna, deal, stage("proposal"))
    assert StageMove.objects.filter(opportunity=deal).count() == 1


@path_table
def test_no_path_leads_back_where_nothing_leads_back(cast, path):
    Stage.objects.filter(key="proposal").update(may_go_back=False)
    deal = make_opportunity(owner=cast.anna, at="proposal")
    assert "「方案制定」之后不能退回" in path(cast.anna, deal, stage("needs"))
    assert StageMove.objects.filter(opportunity=deal).count() == 1


@path_table
def test_every_path_waits_for_the_follow_up_that_a_stage_requires(cast, path):
    Stage.objects.filter(key="proposal").update(required_activity=option("follow_up_kind", "visit"))
    deal = make_opportunity(owner=cast.anna)
    assert "这个商机要先有一次「拜访」跟进" in path(cast.anna, deal, stage("proposal"))
    assert StageMove.objects.filter(opportunity=deal).count() == 1


@path_table
def test_no_path_is_open_to_who_may_not_edit(cast, path):
    deal = make_opportunity(owner=cast.anna)
    path(cast.olga, deal, stage("proposal"))
    path(cast.ben, deal, stage("proposal"))  # sees the customer, and so the deal
    assert StageMove.objects.filter(opportunity=deal).count() == 1


@path_table
def test_no_path_opens_a_closed_deal_without_the_right(cast, path):
    deal = make_opportunity(owner=cast.anna)
    deal.lose(by=cast.anna, reason=option("opportunity_lost_reason", "price"))
    path(cast.anna, deal, stage("needs"))
    deal.refresh_from_db()
    assert deal.outcome == "lost"
    assert StageMove.objects.filter(opportunity=deal).count() == 2


@path_table
def test_every_path_is_taken_back_with_a_line_of_its_own(cast, path):
    deal = make_opportunity(owner=cast.anna)
    path(cast.anna, deal, stage("proposal"))
    client_of(cast.anna).post(f"/opportunities/{deal.pk}/undo-move/")
    assert last_line()[:2] == ("proposal", "contact")
    deal.refresh_from_db()
    assert (deal.stage.key, deal.probability) == ("contact", 10)


def test_a_won_deal_has_its_day_and_amount_on_every_path(cast):
    for number, path in enumerate((by_verb, by_form, by_bulk, by_api)):
        deal = make_opportunity(owner=cast.anna, amount=number + 1)
        path(cast.anna, deal, stage("won"))
        deal.refresh_from_db()
        assert (deal.outcome, deal.closed_on, deal.amount) == ("won", timezone.localdate(), number + 1), path
