"""Leads that nobody follows up in time: a reminder, the superior, back into the pool, each once (E5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from keyuan.activities.models import FollowUp
from keyuan.leads.models import Lead
from keyuan.leads.responding import shown
from keyuan.leads.responding.rules import ResponseRules, decide, response_rules
from keyuan.leads.responding.watching import watch
from keyuan.notices.models import Notice
from keyuan.notices.showing import looked_up, plain
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Role, User
from keyuan.org.settings import set_setting
from keyuan.people.absences import add_absence
from keyuan.pools.claiming import assign, claim
from keyuan.pools.record import owners
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.namebook import NameBook
from tests.make import make_department, make_lead, make_pool, make_pooled_lead, make_role, make_user, option

pytestmark = pytest.mark.django_db
MONDAY = timezone.make_aware(datetime(2025, 9, 22, 9))


def later(hours: float) -> datetime:
    """So many hours after Monday at nine; a working day has nine."""
    return MONDAY + timedelta(hours=hours)


@pytest.fixture
def here(db: None) -> SimpleNamespace:
    lay_foundation()
    place = make_department("Sales")
    may = dict.fromkeys(("view", "create", "edit", "claim"), "own")
    head = make_user("head", make_role("head", lead=dict.fromkeys(("view", "assign"), "branch")), department=place)
    one = SimpleNamespace(place=place, head=head)
    role = make_role("sells", lead=may | {"view": "department"}, follow_up=dict.fromkeys(("view", "create"), ""))
    one.lin, one.mo = (make_user(name, role, department=place, superior=head) for name in ("lin", "mo"))
    one.admin = make_user("admin", Role.objects.get(key="administrator"))
    one.pool = make_pool("lead", place, managers=[head])
    decide(ResponseRules(is_on=True, remind=2, escalate=4, take_back=12), by=one.admin)
    set_setting("response_rules", {**_kept(), "since": (MONDAY - timedelta(days=9)).isoformat()})
    return one


def _kept() -> dict:
    return vars(response_rules()).copy()


def taken(here: SimpleNamespace, who: User, *, name: str = "海德", at: datetime = MONDAY) -> Lead:
    """A lead of the pool that somebody took on Monday at nine."""
    lead = make_pooled_lead(here.pool, by=here.admin, company=name)
    assign(lead, who, by=here.head)
    Lead.rows.filter(pk=lead.pk).update(taken_at=at, created_at=at - timedelta(days=1))
    Notice.objects.all().delete()
    lead.refresh_from_db()
    return lead


def told(user: User) -> list[str]:
    found = list(Notice.objects.filter(user=user).order_by("pk"))
    book = looked_up(User.objects.get(pk=user.pk), found)
    return [plain(one, book) for one in found]


def test_the_owner_is_reminded_then_the_superior_hears_then_it_is_back_each_once(here):
    lead = taken(here, here.lin)
    assert watch(later(1.9)) == {}
    assert [watch(later(2)), watch(later(2.1))] == [{1: 1}, {}]
    assert told(here.lin) == ["“海德” waits for its first follow-up"]
    assert [watch(later(4)), watch(later(5))] == [{2: 1}, {}]
    assert told(here.head) == ["Lin has not followed up “海德” in time"]
    assert watch(later(26.9)) == {}  # Tuesday, a minute before noon
    assert [watch(later(27)), watch(later(99))] == [{3: 1}, {}]
    lead.refresh_from_db()
    assert (lead.owner, lead.pool, lead.last_owner) == (None, here.pool, here.lin)
    assert owners(lead, NameBook(here.admin))[0].how == "taken back: no first follow-up in time"
    assert told(here.lin)[1:] == [f"1 of your leads came back to the pool “{here.pool}”: no first follow-up in time"]


def test_a_follow_up_or_a_step_is_an_answer_and_the_next_owner_begins_anew(here):
    answered, moved = taken(here, here.lin), taken(here, here.lin, name="云帆")
    kind = option("follow_up_kind", "phone")
    FollowUp.add(by=here.lin, lead=answered, kind=kind, content="打了电话，约了周四见面", at=timezone.now())
    moved.qualify(by=here.lin)
    assert watch(later(300)) == {}
    Lead.rows.filter(pk=moved.pk).change(by=here.admin, event="transferred", owner=here.mo)
    Lead.rows.filter(pk=moved.pk).update(taken_at=timezone.now() + timedelta(seconds=1))
    late = response_rules().working_time().after(timezone.now(), timedelta(hours=3))
    assert watch(late) == {1: 1}


def test_what_somebody_wrote_down_themselves_or_took_before_the_limit_is_left_alone(here):
    own = make_lead(owner=here.lin)
    Lead.rows.filter(pk=own.pk).update(taken_at=MONDAY, created_at=MONDAY)
    taken(here, here.lin, at=MONDAY - timedelta(days=10))
    assert watch(later(100)) == {}
    decide(ResponseRules(is_on=False), by=here.admin)
    taken(here, here.mo)
    assert watch(later(100)) == {}


def test_locked_ones_are_not_taken_back_and_who_has_no_pool_keeps_theirs(here):
    lead = taken(here, here.lin)
    Lead.rows.filter(pk=lead.pk).update(is_locked=True)
    here.pool.members.filter(department=here.place).delete()
    other = taken(here, here.mo)
    watch(later(300))
    assert set(Lead.rows.filter(pk__in=[lead.pk, other.pk]).values_list("owner", flat=True)) == {
        here.lin.pk,
        here.mo.pk,
    }


def test_several_at_once_are_one_notice_and_the_deputy_hears_as_well(here):
    today = timezone.localdate()
    add_absence(here.lin, today, today + timedelta(days=1), deputy=here.mo, by=here.lin)
    taken(here, here.lin)
    taken(here, here.lin, name="云帆")
    watch(later(2))
    assert told(here.lin) == ["2 of your leads wait for their first follow-up, “海德” among them"]
    assert told(here.mo)[0].startswith("2 leads of Lin, who is away until ")


def test_the_page_of_a_lead_counts_working_hours_down(here, monkeypatch):
    lead = make_pooled_lead(here.pool, by=here.admin)
    claim(lead, by=here.lin)
    lead.refresh_from_db()
    monkeypatch.setattr(shown.timezone, "now", lambda: MONDAY)
    Lead.rows.filter(pk=lead.pk).update(taken_at=MONDAY)
    lead.refresh_from_db()
    fact = shown.response_fact(lead, here.lin)
    assert (fact["value"], fact["kind"]) == ("2 working hours left", "warn")
    monkeypatch.setattr(shown.timezone, "now", lambda: later(3))
    assert shown.response_fact(lead, here.lin)["value"] == "Overdue"


def test_administrators_decide_in_working_hours_one_after_the_other(here):
    with pytest.raises(NotAllowed):
        decide(ResponseRules(), by=here.head)
    for wrong in ({"remind": 9}, {"opens": "19:00"}, dict.fromkeys(("remind", "escalate", "take_back"))):
        with pytest.raises(RuleBroken):
            decide(ResponseRules(is_on=True, **wrong), by=here.admin)
    client = Client()
    client.force_login(here.admin)
    given = {"is_on": "on", "remind": 1, "escalate": "", "take_back": 8, "opens": "08:30", "closes": "17:30"}
    page = "/admin/assignment/response/"
    assert client.post(page, given | {"take_back": 1}).status_code == 422
    assert client.post(page, given)["Location"] == page
    assert response_rules().steps == {1: timedelta(hours=1), 3: timedelta(hours=8)}
