"""Sheets of leads: each row by the verbs, refused in the words of the form (E2, D4)."""

import pytest
from django.utils import translation

from keyuan.exchange.tests.files import checked, imported, sentences, upload
from keyuan.exchange.tests.test_export import exported
from keyuan.leads.models import Lead
from keyuan.org.models import User
from keyuan.records.errors import NotAllowed
from keyuan.records.history import Event
from tests.make import make_campaign, make_customer, make_lead, make_pool, option

pytestmark = pytest.mark.django_db
HEAD = "公司名称,联系人,手机,线索来源,潜力,状态,无效原因,负责人,需求"


def sheet(by, *lines, head=HEAD, **more):
    return upload(by, head, *lines, kind="leads", name="线索.csv", **more)


def test_rows_become_leads_in_the_state_that_they_tell(cast):
    of = imported(
        sheet(
            cast.boss,
            "宁波海德,王工,13800138000,网站咨询,热,,,Anna,要 30 套",
            "杭州云帆,李工,,展会,温,有效,,Anna,",
            ",陈先生,13800138003,,,无效,空号或错号,,",
        )
    )
    assert of.counts["created"] == 3
    first, second, third = Lead.rows.order_by("pk")
    assert (first.owner, first.source, first.rating.key, first.state) == (
        cast.anna, option("source", "website"), "hot", "new",
    )  # fmt: skip
    assert first.opened_at is None
    assert (second.state, third.state, third.invalid_reason.key) == ("valid", "invalid", "wrong_number")
    assert str(third) == "陈先生"
    assert {one.operation_id for one in Event.objects.filter(record_type="lead")} == {of.operation_id}


def test_rows_name_the_campaign_in_words(cast):
    fair = make_campaign("春季展会", owner=cast.boss)
    of = imported(sheet(cast.boss, "宁波海德,春季展会", "宁波三星,", head="公司名称,市场活动"))
    assert of.counts["created"] == 2
    assert list(Lead.rows.order_by("pk").values_list("campaign", flat=True)) == [fair.pk, None]
    refused = checked(sheet(cast.boss, "宁波江丰,没有的活动", head="公司名称,市场活动"))
    assert refused.counts["refused"] == 1


def test_rows_that_break_a_rule_are_refused_in_its_words(cast):
    of = checked(
        sheet(
            cast.boss,
            ",,13800138000,,,,,,",
            "甲公司,,,,,无效,,,",
            "乙公司,,,,,已转化,,,",
            "丙公司,,,没有的来源,,,,,",
            "丁公司,,,,,,,没有这个人,",
        )
    )
    assert of.counts["refused"] == 5
    said = str(sentences(of))
    for word in ("公司名称或姓名", "无效原因", "已转化的线索"):
        assert word in said


def test_what_cannot_be_read_is_left_out_where_that_was_chosen(cast):
    of = imported(sheet(cast.boss, "丙公司,,,没有的来源,,,,,", leave_bad=True))
    assert (of.counts["created"], Lead.rows.get().source) == (1, None)


def test_what_is_there_already_and_what_a_sheet_says_twice_is_skipped(cast):
    make_lead("宁波海德", owner=cast.anna, name="王工", mobile="13800138000")
    row, other = "宁波海德,王工,13800138000,,,,,,", "宁波海德,李工,,,,,,,"
    of = imported(sheet(cast.boss, row, other, other))
    assert (of.counts["skipped"], of.counts["created"], Lead.rows.count()) == (2, 1, 2)


def test_an_owner_out_of_reach_is_refused_and_so_is_who_may_not_import(cast):
    cast.anna.roles.get().grants.filter(module="lead").update(
        operations=dict.fromkeys(("view", "create", "import"), "own")
    )
    anna = User.objects.get(pk=cast.anna.pk)
    assert checked(sheet(anna, "甲公司,,,,,,,Olga,")).counts["refused"] == 1
    with pytest.raises(NotAllowed):
        sheet(cast.guest, "甲公司,,,,,,,,")


def test_an_export_of_leads_comes_back_as_an_import(cast):
    lead = make_lead("宁波海德", owner=cast.boss, name="王工", mobile="13800138000", source=option("source", "website"))
    with translation.override("zh-hans"):
        _export, path = exported(cast.boss, "lead", is_complete=True, format="csv")
        text = path.read_text("utf-8-sig")
    lead.delete_by(cast.boss)
    of = imported(upload(cast.boss, text.encode(), kind="leads", name="线索.csv"))
    again = Lead.objects.visible_to(cast.boss).get()
    assert of.counts["created"] == 1
    assert (again.company, again.name, again.mobile, again.source) == (lead.company, "王工", lead.mobile, lead.source)


def test_rows_of_leads_say_what_they_may_be_already(cast):
    make_customer("宁波海德精密有限公司", owner=cast.boss, phone="0574-87654321")
    make_lead("杭州云帆仪器", owner=cast.boss, mobile="13800138009")
    lines = ("宁波海德精密股份有限公司,王工,13800138000,,,,,,", "甲公司,李工,13800138009,,,,,,", "乙公司,陈工,,,,,,,")
    of = checked(sheet(cast.boss, *lines))
    said = str(sentences(of))
    assert of.counts["created"] == 3
    for word in ("宁波海德精密有限公司", "线索 杭州云帆仪器"):
        assert word in said


SHOP = "Prospect ID,Lead Number,Lead Origin,Lead Source,Converted,TotalVisits,Country,Specialization,City,Tags,"
"""As the sheet of a shop for courses comes: no names, one column too many, and a word where nothing was chosen."""


def test_a_sheet_without_names_takes_the_number_of_the_lead_and_its_export_comes_back_the_same(cast):
    lines = (
        "7927b2df,660737,API,Olark Chat,0,0,,Select,Select,Interested in other courses,",
        "2a272436,660728,API,Google,1,5,India,Select,Mumbai,Ringing,",
        "8cc8c611,660727,Landing Page,Select,0,2,India,Business,Select,,",
    )
    of = imported(upload(cast.boss, SHOP, *lines, kind="leads", name="leads.csv", leave_bad=True))
    assert of.counts["created"] == 3
    rows = list(Lead.rows.order_by("pk"))
    assert [(one.name, one.company, one.source, one.region) for one in rows] == [
        (number, "", None, "") for number in ("660737", "660728", "660727")
    ]
    assert [[tag.name for tag in one.tags.all()] for one in rows] == [["Interested in other courses"], ["Ringing"], []]
    with translation.override("zh-hans"):
        _export, path = exported(cast.boss, "lead", is_complete=True, format="csv")
        text = path.read_text("utf-8-sig")
    again = imported(upload(cast.boss, text.encode(), kind="leads", name="线索.csv"))
    assert (again.counts["skipped"], again.counts.get("created", 0), Lead.rows.count()) == (3, 0, 3)


def test_a_row_for_the_pool_lies_there_and_without_pools_it_is_refused(cast):
    assert checked(sheet(cast.boss, "宁波海德,,,,,,,线索池,")).counts["refused"] == 1
    pool = make_pool("lead", cast.boss)
    assert imported(sheet(cast.boss, "宁波海德,,,,,,,线索池,")).counts["created"] == 1
    lead = Lead.rows.get()
    assert (lead.owner, lead.pool) == (None, pool)
