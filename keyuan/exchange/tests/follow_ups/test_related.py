"""A sheet of follow-ups about leads and opportunities, and back."""

import pytest
from django.utils import timezone

from keyuan.activities.models import FollowUp
from keyuan.exchange.tests.files import checked, imported, sentences, upload
from keyuan.exchange.tests.follow_ups.sheets import sheet
from keyuan.exchange.tests.test_export import exported
from keyuan.leads.models import Lead
from keyuan.org.models import Grant
from keyuan.records.history import Event
from tests.make import make_follow_up, make_lead, make_opportunity

pytestmark = pytest.mark.django_db
HEAD = "客户,关联线索,关联商机,时间,内容"


@pytest.fixture
def lead(cast):
    return make_lead("宁波海德机电有限公司", owner=cast.anna)


def test_rows_hang_on_leads_by_name_or_number_and_begin_the_work_on_them(cast, customer, lead):
    person = make_lead("", name="王海德", owner=cast.anna)
    of = imported(
        sheet(cast.boss, f",{lead.company},,2026-03-20,谈过排产", f",{person.pk},,2026-03-21,打过电话", head=HEAD)
    )
    assert of.counts["created"] == 2
    made = {one.lead_id: one for one in FollowUp.rows.all()}
    assert {one.customer_id for one in made.values()} == {None}
    for one in (lead, person):
        one.refresh_from_db()
        assert (one.state, one.last_followed_at) == ("working", made[one.pk].at)
    assert Event.objects.filter(record_type="lead", record_id=lead.pk, name="started").count() == 1
    again = imported(sheet(cast.boss, f",{lead.company},,2026-03-20,谈过排产", head=HEAD))
    assert again.counts["skipped"] == 1


def test_an_opportunity_is_one_of_the_customer(cast, customer):
    deal = make_opportunity("排产二期", customer=customer, owner=cast.anna)
    imported(sheet(cast.boss, "甲公司,,排产二期,2026-03-20,谈过排产", head=HEAD))
    assert FollowUp.rows.get().opportunity == deal
    deal.refresh_from_db()
    assert timezone.localdate(deal.last_followed_at).isoformat() == "2026-03-20"


def test_what_is_wrong_with_a_lead_or_an_opportunity_is_said(cast, customer, lead):
    make_lead("乙公司", owner=cast.anna)
    make_lead("乙公司", owner=cast.anna)
    gone = make_lead("丙公司", owner=cast.anna)
    gone.convert(by=cast.anna)
    rows = ("没有的", "乙公司", "丙公司")
    lines = [f",{name},,2026-03-20,谈过排产" for name in rows]
    lines += ["甲公司,宁波海德机电有限公司,,2026-03-20,谈过", "甲公司,,没有的,2026-03-20,谈过", ",,,2026-03-20,谈过"]
    said = " ".join(map(str, sentences(checked(sheet(cast.boss, *lines, head=HEAD)))))
    for sentence in (
        "There is no lead “没有的”, or you may not see it.",
        "2 leads are called “乙公司”. Write the number.",
        "The lead “丙公司” has become a customer. Name the customer, too.",
        "The lead “宁波海德机电有限公司” has not become this customer. Name one of them.",
        "“甲公司” has no opportunity called “没有的”, or you may not see it.",
        "Customer",
    ):
        assert sentence in said


def test_an_own_export_of_follow_ups_of_leads_and_deals_goes_in_again_without_change(cast, customer, lead):
    make_follow_up(
        customer, "谈了商机", by=cast.anna, opportunity=make_opportunity("二期", customer=customer, owner=cast.anna)
    )
    FollowUp.add(by=cast.anna, lead=lead, kind=FollowUp.rows.get().kind, content="谈了线索")
    moved = make_lead("丁公司", owner=cast.anna)
    FollowUp.add(by=cast.anna, lead=moved, kind=FollowUp.rows.first().kind, content="后来成了客户")
    moved.convert(by=cast.anna)
    query = "view=all&columns=customer,lead,opportunity,kind,at,author"
    _export, path = exported(cast.boss, "follow_up", query=query, format="csv")
    of = imported(upload(cast.boss, *path.read_text("utf-8-sig").splitlines(), kind="follow-ups", name="a.csv"))
    assert (of.counts["skipped"], of.counts.get("created", 0), of.counts.get("refused", 0)) == (3, 0, 0)


def test_who_sees_no_leads_has_no_column_for_them(cast, customer, lead):
    Grant.objects.filter(role=cast.anna.roles.get(), module="lead").delete()
    user = type(cast.anna).objects.get(pk=cast.anna.pk)
    said = sentences(checked(sheet(user, f",{lead.company},,2026-03-20,谈过", head=HEAD)))
    assert Lead.rows.get(pk=lead.pk).state == "new"
    assert not any("宁波海德" in str(one) for one in said)
