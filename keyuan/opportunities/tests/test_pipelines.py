"""Pipelines and stages as administrators change them: records, rules and history follow (O7, R3)."""

import threading
import time
from contextlib import suppress
from functools import partial

import pytest
from django.db import connection
from django.test import Client

from keyuan.opportunities import pipelines_admin
from keyuan.opportunities.models import Opportunity, Pipeline, Stage, StageMove
from keyuan.opportunities.models.moving import clear_stage
from keyuan.opportunities.rules import opportunity_rules
from keyuan.opportunities.stages import offered_pipelines
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from keyuan.records.namebook import NameBook
from keyuan.records.remembering import SavedView
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_opportunity, make_role, make_user, option, stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(cast):
    return make_user("chief", make_role("chiefs", settings={"view": "", "edit": ""}, opportunity={"view": "all"}))


@pytest.fixture
def client(chief):
    client = Client()
    client.force_login(chief)
    return client


def first():
    return Pipeline.objects.get(position=0)


def test_a_renamed_stage_is_renamed_everywhere_and_no_longer_translated(cast, chief, client):
    deal = make_opportunity(owner=cast.anna, at="proposal")
    form = {"name": "方案与报价", "probability": 50, "slow_days": 30, "may_skip": "on", "may_go_back": "on"}

    client.post(f"/admin/pipelines/stages/{stage('proposal').pk}/", form)

    caller = Client()
    caller.force_login(cast.anna)
    assert "方案与报价" in caller.get(f"/opportunities/{deal.pk}/").content.decode()
    renamed = stage("proposal")
    assert (str(renamed), renamed.probability, renamed.slow_days) == ("方案与报价", 50, 30)
    line = Event.objects.get(record_type="stage", name="edited")
    assert line.change.after["name"] == "方案与报价"
    assert deal.probability == 45  # what was stays; the next step takes the new one
    pipelines_admin.edit_stage(stage("needs"), str(stage("needs")), by=chief, probability=30)
    assert stage("needs").name == ""


def test_stages_are_added_before_the_closed_ones_and_ordered(chief, client):
    form = {"name": "样机试用", "probability": 55, "required_fields": ["contacts"], "may_go_back": "on"}
    client.post(f"/admin/pipelines/{first().pk}/stages/new/", form)
    trial = Stage.objects.get(name="样机试用")
    assert (trial.required_fields, trial.may_skip, trial.may_go_back) == (["contacts"], False, True)

    def names():
        return [one.name or one.key for one in Stage.objects.filter(is_retired=False).order_by("position")]

    assert names()[-3:] == ["样机试用", "won", "lost"]
    client.post(f"/admin/pipelines/stages/{trial.pk}/shift/", {"to": "up"})
    assert names()[3:6] == ["negotiation", "样机试用", "contract"]
    order = [one.pk for one in Stage.objects.filter(kind="open").order_by("-position")]
    client.post(f"/admin/pipelines/{first().pk}/order/", {"order": ",".join(map(str, order))})
    assert names()[0] == "contract"
    assert names()[-2:] == ["won", "lost"]
    with pytest.raises(RuleBroken):
        pipelines_admin.order_stages(first(), order[1:], by=chief)
    again = client.post(f"/admin/pipelines/{first().pk}/stages/new/", {"name": " 样机 试用", "probability": 1})
    assert again.status_code == 422


def test_a_stage_in_use_is_deleted_only_with_a_target_and_each_deal_gets_its_line(cast, chief, client):
    Stage.objects.filter(key="negotiation").update(required_fields=["source"], may_skip=False)
    plain = make_opportunity(owner=cast.anna, at="proposal")
    by_hand = make_opportunity(owner=cast.olga, at="proposal", probability=60)
    binned = make_opportunity(owner=cast.anna, at="proposal")
    binned.delete_by(cast.anna)
    SavedView.objects.create(
        owner=cast.anna,
        module="opportunity",
        name="方案",
        filter={"field": "stage", "op": "=", "value": str(stage("proposal").pk)},
    )
    gone, target = stage("proposal"), stage("negotiation")
    page = client.get(f"/admin/pipelines/stages/{gone.pk}/delete/").content.decode()
    assert "3" in page
    assert client.post(f"/admin/pipelines/stages/{gone.pk}/delete/", {}).status_code == 422

    client.post(f"/admin/pipelines/stages/{gone.pk}/delete/", {"target": target.pk})

    gone.refresh_from_db()
    assert gone.is_retired
    for deal, odds in ((plain, 70), (by_hand, 60), (binned, 70)):
        deal = Opportunity.rows.get(pk=deal.pk)
        assert (deal.stage, deal.last_open_stage, deal.probability) == (target, target, odds)
        last = StageMove.objects.filter(opportunity=deal).latest("pk")
        assert (last.from_stage, last.to_stage, last.by) == (gone, target, chief)
    assert Event.objects.filter(record_type="opportunity", name="moved").count() == 3
    assert SavedView.objects.get().filter["value"] == str(target.pk)
    assert Event.objects.filter(record_type="stage", name="deleted").exists()


def test_an_unused_stage_is_gone_and_closed_and_last_ones_stay(cast, chief):
    assert pipelines_admin.remove_stage(stage("needs"), None, by=chief) == 0
    assert not Stage.objects.filter(key="needs").exists()
    for key in ("won", "lost"):
        with pytest.raises(RuleBroken):
            pipelines_admin.remove_stage(stage(key), None, by=chief)
    for key in ("proposal", "negotiation", "contract"):
        pipelines_admin.remove_stage(stage(key), None, by=chief)
    with pytest.raises(RuleBroken):
        pipelines_admin.remove_stage(stage("contact"), None, by=chief)


def test_a_stage_is_cleared_in_chunks_by_administrators_alone(cast, chief, monkeypatch):
    monkeypatch.setattr("keyuan.opportunities.models.moving.CLEARED_AT_ONCE", 2)
    for _number in range(5):
        make_opportunity(owner=cast.anna)
    with pytest.raises(NotAllowed):
        clear_stage(stage("contact"), stage("needs"), by=cast.boss)
    with pytest.raises(RuleBroken):
        clear_stage(stage("contact"), stage("won"), by=chief)
    assert clear_stage(stage("contact"), stage("needs"), by=chief) == 5
    assert Opportunity.rows.filter(stage=stage("needs")).count() == 5


def test_another_pipeline_is_offered_to_its_departments(cast, chief, client):
    east = cast.anna.department
    client.post("/admin/pipelines/new/", {"name": "渠道销售", "departments": [east.pk]})
    made = Pipeline.objects.get(name="渠道销售")
    assert made.stages.count() == 7
    assert made in offered_pipelines(NameBook(cast.anna))
    assert made not in offered_pipelines(NameBook(cast.olga))
    client.post(f"/admin/pipelines/{made.pk}/retire/")
    made.refresh_from_db()
    assert made.is_retired
    make_opportunity(owner=cast.anna)
    with pytest.raises(RuleBroken):
        pipelines_admin.retire_pipeline(first(), True, by=chief)


def test_the_class_after_winning_is_chosen_on_the_same_page(chief, client):
    client.post("/admin/pipelines/won/", {"won_class": "regular"})
    assert opportunity_rules().won_class == "regular"
    client.post("/admin/pipelines/won/", {"won_class": ""})
    assert opportunity_rules().won_class == ""


def test_the_page_and_its_words_in_chinese(chief):
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(chief)
    page = client.get("/admin/pipelines/").content.decode()
    for word in ("初步接洽", "需求确认", "方案制定", "商务谈判", "合同签订", "赢单", "输单"):
        assert word in page


def test_pipelines_in_the_api_are_read_by_all_and_changed_by_administrators(cast, chief):
    told = Caller(cast.anna).get("/pipelines").json()["items"]
    assert [one["probability"] for one in told[0]["stages"]] == [10, 25, 45, 70, 90, 100, 0]
    assert told[0]["stages"][0]["days_to_stagnate"] == 14
    assert Caller(cast.anna).patch(f"/pipelines/{told[0]['id']}", {"name": "x"}).status_code == 403
    caller = Caller(chief)
    opened = [{"id": one["id"]} for one in told[0]["stages"] if one["kind"] == "open"]
    stages = [*opened[:2], {"name": "试用", "probability": 40, "required_activity": "visit"}, *opened[2:]]
    changed = caller.patch(f"/pipelines/{told[0]['id']}", {"name": "直销", "stages": stages}).json()
    assert changed["name"] == "直销"
    assert changed["stages"][2]["name"] == "试用"
    assert Stage.objects.get(name="试用").required_activity == option("follow_up_kind", "visit")
    assert caller.patch(f"/pipelines/{told[0]['id']}", {"stages": stages[:1]}).status_code == 409
    assert caller.post("/pipelines", {"name": "渠道"}).status_code == 201


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["move", "removal"])
def test_a_deal_that_comes_while_its_stage_is_deleted_never_stands_in_a_deleted_stage(cast, chief, first):
    deals = [make_opportunity(owner=cast.anna, at="contact") for _number in range(8)]
    gone, target, begin = stage("needs"), stage("proposal"), threading.Barrier(len(deals) + 1)

    def run(act, waits):
        begin.wait()
        time.sleep(waits)
        with suppress(RuleBroken):
            act()
        connection.close()

    def come(deal):
        return lambda: deal.move(gone, by=cast.anna)

    late = 0.01 if first == "move" else 0
    threads = [threading.Thread(target=run, args=[come(deal), place * 0.004]) for place, deal in enumerate(deals)]
    threads.append(threading.Thread(target=run, args=[partial(remove, gone, target, chief), late]))
    [one.start() for one in threads]
    [one.join() for one in threads]

    assert not Opportunity.rows.filter(stage__is_retired=True).exists()


def remove(gone, target, by):
    pipelines_admin.remove_stage(gone, target, by=by)
