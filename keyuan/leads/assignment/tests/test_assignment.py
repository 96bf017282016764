"""New leads of nobody find their owner by rules: in turn, by load, by region, to one person (E4)."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from keyuan.exchange.tests.files import imported, upload
from keyuan.leads.assignment.giving import apply_now
from keyuan.leads.assignment.models import AssignmentRule, Way
from keyuan.leads.assignment.rules import Wanted, add_rule, edit_rule, sentence, shift_rule, use_rule
from keyuan.leads.models import Lead
from keyuan.leads.web_form.models import WebForm
from keyuan.leads.web_form.tests.test_public import post
from keyuan.notices.models import Notice
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Role, User
from keyuan.people.absences import add_absence
from keyuan.pools.claiming import claim, undo_hands
from keyuan.pools.record import owners
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Operation
from keyuan.records.namebook import NameBook
from keyuan.ui.rest.tests.calling import Caller
from tests.make import (
    make_campaign,
    make_department,
    make_lead,
    make_pool,
    make_pooled_lead,
    make_role,
    make_user,
    option,
)

pytestmark = pytest.mark.django_db
SELLS = {"lead": {"view": "own", "create": "own"}}


def ground() -> SimpleNamespace:
    """Three sellers of one department, a chief who writes leads down for nobody, an administrator."""
    lay_foundation()
    place = make_department("Sales")
    role = make_role("sells", **SELLS)
    one = SimpleNamespace(place=place, role=role)
    one.lin, one.mo, one.wu = (make_user(name, role, department=place) for name in ("lin", "mo", "wu"))
    operations = ("view", "create", "edit", "assign", "import", "delete")
    one.chief = make_user("chief", make_role("chief", lead=dict.fromkeys(operations, "all")))
    one.admin = make_user("admin", Role.objects.get(key="administrator"))
    one.pool = make_pool("lead", one.place)
    return one


@pytest.fixture
def here(db: None) -> SimpleNamespace:
    return ground()


def rule(here: SimpleNamespace, name: str = "轮流", way: str = Way.TURNS, **given: Any) -> AssignmentRule:
    if way in (Way.TURNS, Way.LOAD) and not given.keys() & {"people", "department"}:
        given["department"] = here.place
    return add_rule(Wanted(name, way, **given), by=here.admin)


def come(here: SimpleNamespace, number: int = 1, **fields: Any) -> list[str]:
    """So many leads come in for nobody; who got each, "" where nobody did."""
    found = [make_lead(owner=None, by=here.chief, **fields) for _number in range(number)]
    return [one.owner.username if one.owner else "" for one in found]


def test_leads_go_in_turn_and_their_owners_are_told_at_once(here):
    rule(here)
    assert come(here, 5) == ["lin", "mo", "wu", "lin", "mo"]
    lead = Lead.rows.order_by("pk").first()
    assert (lead.pool, lead.department, lead.is_new_to_owner) == (None, here.place, True)
    assert lead.taken_at is not None
    assert Notice.objects.filter(user=here.lin, kind="pool.assigned.lead").count() == 2
    assert owners(lead, NameBook(here.admin))[0].how == "assigned by the rule “轮流”"


def test_the_first_rule_that_fits_gives_and_what_none_fits_stays_in_its_pool(here):
    hot = {"field": "rating", "op": "=", "value": "hot"}
    rule(here, "热线索", Way.PERSON, person=here.wu, filter=hot)
    last = rule(here, "网站", Way.PERSON, person=here.mo, filter={"field": "company", "op": "contains", "value": "海"})
    assert come(here, rating=option("rating", "hot"), company="海德") == ["wu"]
    assert come(here, company="海云") == ["mo"]
    assert come(here, company="江丰") == [""]
    assert Lead.rows.get(company="江丰").pool == here.pool
    shift_rule(last, -1, by=here.admin)
    assert come(here, rating=option("rating", "hot"), company="海川") == ["mo"]
    use_rule(last, False, by=here.admin)
    assert come(here, company="海天") == [""]


def test_a_rule_may_be_about_one_pool(here):
    other = make_pool("lead", here.place)
    rule(here, pool=other)
    assert come(here) == [""]
    assert come(here, pool=other) == ["lin"]


def test_who_is_away_disabled_or_sees_no_leads_is_passed_over(here):
    make_user("clerk", department=here.place)
    rule(here)
    today = timezone.localdate()
    add_absence(here.mo, today, today + timedelta(days=1), deputy=here.lin, by=here.mo)
    assert come(here, 3) == ["lin", "wu", "lin"]
    User.objects.filter(pk=here.wu.pk).update(is_active=False)
    assert come(here, 2) == ["lin", "lin"]


def test_who_holds_as_many_as_the_pool_allows_is_passed_over_until_nobody_is_left(here):
    here.pool.kept_rules = {"holds": 2}
    here.pool.save()
    make_lead(owner=here.lin)
    rule(here)
    assert come(here, 6) == ["lin", "mo", "wu", "mo", "wu", ""]


def test_by_load_goes_to_whoever_has_the_fewest_open_leads(here):
    for owner, number in ((here.lin, 3), (here.mo, 1)):
        for _number in range(number):
            make_lead(owner=owner)
    rule(here, "按负荷", Way.LOAD, people=(here.lin.pk, here.mo.pk, here.wu.pk))
    assert come(here, 5) == ["wu", "mo", "wu", "mo", "wu"]


def test_a_region_falls_to_its_own_line_else_to_its_province(here):
    regions = {"330000": here.lin.pk, "330200": here.mo.pk}
    rule(here, "按地区", Way.REGION, regions=regions)
    assert come(here, region="330203") == ["mo"]  # 浙江省宁波市海曙区
    assert come(here, region="330106") == ["lin"]  # 浙江省杭州市西湖区
    assert come(here, region="310101") + come(here) == ["", ""]


def test_each_way_is_one_sentence(here):
    said = [
        sentence(one, NameBook(here.admin))
        for one in (
            rule(here, "a", Way.PERSON, person=here.wu, filter={"field": "rating", "op": "=", "value": "hot"}),
            rule(here, "b", people=(here.mo.pk,), pool=here.pool),
            rule(here, "c", Way.LOAD),
            rule(here, "d", Way.REGION, regions={"330200": here.mo.pk}),
        )
    ]
    assert said == [
        "All leads where Rating is Hot: to Wu",
        f"Leads in “{here.pool}”: in turn to Mo",
        "All leads: to whoever of everybody of “Sales” has the fewest open leads",
        "All leads: by region, 浙江省 / 宁波市 → Mo",
    ]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted("x", Way.PERSON), "Choose to whom the leads go."),
        (Wanted("x", Way.TURNS), "Choose a department or people among whom the leads go."),
        (Wanted("x", Way.REGION), "Name at least one region and whose it is."),
        (Wanted("轮流", Way.LOAD, people=(1,)), "There is a rule called “轮流” already."),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_in_a_sentence(here, wanted, said):
    rule(here)
    with pytest.raises(RuleBroken, match=said):
        add_rule(wanted, by=here.admin)
    with pytest.raises(NotAllowed):
        add_rule(Wanted("y", Way.LOAD, people=(here.mo.pk,)), by=here.chief)


def test_conditions_that_hold_no_more_let_the_next_rule_give(here):
    broken = rule(here, filter={"field": "rating", "op": "=", "value": "hot"})
    AssignmentRule.objects.filter(pk=broken.pk).update(filter={"field": "nowhere", "op": "=", "value": 1})
    rule(here, "nächste", Way.PERSON, person=here.wu)
    assert come(here) == ["wu"]


def test_a_post_of_a_public_form_has_its_owner_when_the_answer_leaves(here):
    campaign = make_campaign(owner=make_user("m", make_role(campaign=dict.fromkeys(("view", "create", "edit"), "all"))))
    form = WebForm(campaign=campaign, pool=here.pool)
    form = form.keep(by=here.admin, title="预约", asked=["name", "mobile"], needed=["name"], pool=here.pool)
    rule(here)
    post(form)
    assert Lead.rows.get().owner == here.lin
    assert [one.kind for one in Notice.objects.filter(user=here.lin)] == ["pool.assigned.lead"]


def test_the_api_answers_with_the_owner_even_to_who_does_not_see_the_lead_any_more(here):
    rule(here, "x", Way.PERSON, person=here.wu)
    answer = Caller(here.lin).post("/leads", {"company": "海德", "owner": None})
    assert (answer.status_code, answer.json()["owner"]["id"]) == (201, here.wu.pk)
    assert Caller(here.lin).get(f"/leads/{answer.json()['id']}").status_code == 404


def test_an_import_gives_each_person_their_part_with_one_notice(here):
    rule(here)
    lines = [f"公司{number}" for number in range(120)]
    of = imported(
        upload(here.chief, "公司名称,负责人", *(f"{one},线索池" for one in lines), kind="leads", name="线索.csv")
    )
    assert of.counts["created"] == 120
    assert Counter(Lead.rows.values_list("owner__username", flat=True)) == {"lin": 40, "mo": 40, "wu": 40}
    notices = Notice.objects.filter(kind="pool.assigned.lead")
    assert sorted(notices.values_list("user__username", "details__number")) == [("lin", 40), ("mo", 40), ("wu", 40)]


def test_what_waits_is_given_by_hand_and_taken_back(here):
    come(here, 4)
    with pytest.raises(RuleBroken, match="No rule gives any"):
        apply_now(by=here.admin)
    rule(here)
    client = Client()
    client.force_login(here.admin)
    client.cookies["keyuan_language"] = "en"
    assert "Of 4 leads that wait the rules would give 4" in client.get("/admin/assignment/effect/").content.decode()
    assert Lead.rows.filter(owner=None).count() == 4
    assert client.post("/admin/assignment/apply/").status_code == 302
    assert Counter(Lead.rows.values_list("owner__username", flat=True)) == {"lin": 2, "mo": 1, "wu": 1}
    client.post("/admin/assignment/apply/")
    assert Lead.rows.filter(owner=None, pool=here.pool).count() == 0
    operation = Operation.objects.get(verb="lead.assigned", by=here.admin)
    undo_hands(operation, Lead, by=here.admin)
    assert Lead.rows.filter(owner=None, pool=here.pool).count() == 4


def test_the_pages_make_change_and_delete_rules(here):
    client = Client()
    client.force_login(here.admin)
    client.cookies["keyuan_language"] = "en"
    given = {"name": "按地区", "way": "region", "region_0": "浙江", "of_region_0": "lin", "filter": ""}
    assert client.post("/admin/assignment/new/", given | {"of_region_0": ""}).status_code == 422
    assert client.post("/admin/assignment/new/", given | {"filter": "{"}).status_code == 422
    assert client.post("/admin/assignment/new/", given)["Location"] == "/admin/assignment/"
    made = AssignmentRule.objects.get()
    assert made.regions == {"330000": here.lin.pk}
    assert "浙江省 → Lin" in client.get("/admin/assignment/").content.decode()
    turns = {
        "name": "轮流",
        "way": "turns",
        "people": ["wu", "lin"],
        "filter": '{"field":"rating","op":"=","value":"hot"}',
    }
    client.post(f"/admin/assignment/{made.pk}/", turns)
    made.refresh_from_db()
    assert (made.people, made.regions, made.filter["value"]) == ([here.wu.pk, here.lin.pk], {}, "hot")
    client.post(f"/admin/assignment/{made.pk}/delete/")
    assert not AssignmentRule.objects.exists()


def test_a_changed_rule_goes_on_after_whoever_got_the_last(here):
    made = rule(here)
    come(here, 2)
    edit_rule(made, Wanted("neu", Way.TURNS, people=(here.mo.pk, here.wu.pk, here.lin.pk)), by=here.admin)
    assert come(here, 2) == ["wu", "lin"]


@pytest.mark.django_db(transaction=True)
def test_forty_leads_that_eight_write_down_at_once_go_ten_each_to_four():
    here = ground()
    people = (here.lin.pk, here.mo.pk, here.wu.pk, here.chief.pk)
    rule(here, people=people)

    def write(_number: int) -> None:
        try:
            make_lead(owner=None, by=User.objects.get(pk=here.chief.pk))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(40)))
    got = Counter(Lead.rows.values_list("owner", flat=True))
    assert got == dict.fromkeys(people, 10)


@pytest.mark.django_db(transaction=True)
def test_rules_and_claims_at_once_exceed_no_limit_and_do_not_wait_for_each_other_in_a_circle():
    here = ground()
    may = make_role("claims", lead={"view": "own", "claim": "own"})
    people = [here.lin, here.mo, here.wu]
    for one in people:
        one.roles.add(may)
    here.pool.kept_rules = {"holds": 6}
    here.pool.save()
    lying = [make_pooled_lead(here.pool, by=here.chief).pk for _number in range(20)]
    rule(here, "a", Way.LOAD)
    rule(here, "b", people=(here.wu.pk, here.lin.pk))

    def act(number: int) -> None:
        try:
            if number % 3 == 0:
                make_lead(owner=None, by=User.objects.get(pk=here.chief.pk))
            elif number % 10 == 1:
                apply_now(by=User.objects.get(pk=here.admin.pk))
            else:
                claim(Lead.rows.get(pk=random.choice(lying)), by=User.objects.get(pk=random.choice(people).pk))
        except RuleBroken:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(act, range(50)))
    held = Counter(Lead.rows.exclude(owner=None).values_list("owner__username", flat=True))
    assert held == {"lin": 6, "mo": 6, "wu": 6}
