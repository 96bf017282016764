"""How a lead stands: steps, refusals, reasons, undo (E5, E6, E10)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from keyuan.leads.models import Lead
from keyuan.records.errors import NotAllowed, NotReady, RuleBroken, Stale
from keyuan.records.history import Change, Event, Operation
from tests.make import make_lead, option

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(cast):
    return make_lead("宁波海德", owner=cast.anna)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def no_need():
    return option("invalid_reason", "no_need")


def converted(lead):
    Lead.rows.filter(pk=lead.pk).update(state="converted", converted_at=timezone.now())
    lead.refresh_from_db()
    return lead


def test_a_lead_is_new_then_worked_on_then_valid_with_a_line_of_history_each(cast, lead):
    assert lead.state == "new"
    lead.start(by=cast.anna)
    assert lead.state == "working"
    lead.qualify(by=cast.anna)
    assert lead.state == "valid"
    events = Event.objects.filter(record_type="lead", record_id=lead.pk).order_by("pk")
    assert [one.name for one in events] == ["created", "started", "qualified"]
    assert Change.objects.get(event=events[2].pk).after == {"state": "valid"}


def test_an_invalid_lead_has_a_reason_and_can_be_worked_on_again(cast, lead):
    with pytest.raises(NotReady) as refusal:
        lead.disqualify(by=cast.anna, reason=None)
    assert refusal.value.fields == ["invalid_reason"]
    lead.disqualify(by=cast.anna, reason=no_need())
    assert (lead.state, lead.invalid_reason) == ("invalid", no_need())
    lead.reopen(by=cast.anna)
    assert (lead.state, lead.invalid_reason) == ("working", None)
    assert Change.objects.filter(event__name="disqualified", after__invalid_reason=no_need().pk).exists()


@pytest.mark.parametrize(("state", "verb"), [("invalid", "qualify"), ("valid", "start"), ("new", "reopen")])
def test_a_step_that_leads_nowhere_is_refused_with_how_the_lead_stands(cast, lead, state, verb):
    Lead.rows.filter(pk=lead.pk).update(state=state, invalid_reason=no_need())
    with pytest.raises(RuleBroken, match="This lead is"):
        getattr(lead, verb)(by=cast.anna)


def test_only_who_may_edit_it_says_how_a_lead_stands_and_nobody_twice(cast, lead):
    with pytest.raises(NotAllowed):
        lead.qualify(by=cast.olga)
    lead.edit(by=cast.anna, notes="问过价")
    with pytest.raises(Stale):
        lead.qualify(by=cast.anna, version=1)


def test_a_converted_lead_can_be_read_and_not_changed(cast, lead):
    converted(lead)
    for change in (
        lambda: lead.edit(by=cast.anna, notes="改"),
        lambda: lead.qualify(by=cast.anna),
        lambda: lead.disqualify(by=cast.anna, reason=no_need()),
    ):
        with pytest.raises(RuleBroken, match="has become a customer"):
            change()
    assert lead.allows(cast.anna, "view")
    assert client_of(cast.anna).get(f"/leads/{lead.pk}/").status_code == 200
    assert client_of(cast.anna).get(f"/leads/{lead.pk}/edit/").status_code == 404
    assert [row.pk for row in Lead.objects.visible_to(cast.anna)] == [lead.pk]


def test_a_step_is_taken_back_once_within_a_day_by_who_took_it(cast, lead):
    lead.disqualify(by=cast.anna, reason=no_need())
    with pytest.raises(RuleBroken, match="Somebody else"):
        lead.undo_step(by=cast.boss)
    lead.undo_step(by=cast.anna)
    assert (lead.state, lead.invalid_reason) == ("new", None)
    with pytest.raises(RuleBroken, match="no step"):
        lead.undo_step(by=cast.anna)
    lead.qualify(by=cast.anna)
    late = timezone.now() + timedelta(hours=25)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keyuan.leads.models.standing.timezone.now", lambda: late)
        with pytest.raises(RuleBroken, match="too late"):
            lead.undo_step(by=cast.anna)


def test_taking_back_one_step_of_many_leaves_the_others(cast, lead):
    other = make_lead(owner=cast.anna)
    operation = Operation.begin("lead.qualified", by=cast.anna)
    for one in (lead, other):
        one.qualify(by=cast.anna, operation=operation)
    lead.undo_step(by=cast.anna)
    other.refresh_from_db()
    assert (lead.state, other.state) == ("new", "valid")


def test_the_page_asks_for_the_reason_without_a_script_and_in_a_dialog(cast, lead):
    client, url = client_of(cast.anna), f"/leads/{lead.pk}/disqualify/"
    asked = client.post(url, {"version": lead.version})
    assert asked.status_code == 422
    assert "<html" in asked.content.decode()
    assert "invalid_reason" in asked.content.decode()
    part = client.post(url, {"version": lead.version}, headers={"X-Requested-With": "fetch"})
    assert part.status_code == 422
    assert "<html" not in part.content.decode()
    told = client.post(
        url, {"version": lead.version, "invalid_reason": "no_need"}, headers={"X-Requested-With": "fetch"}
    ).json()
    assert told["toast"]["undo"] == f"/leads/{lead.pk}/undo/"
    assert "无需求" in client.get(f"/leads/{lead.pk}/").content.decode()
    client.post(told["toast"]["undo"])
    lead.refresh_from_db()
    assert lead.state == "new"


def test_who_was_slower_hears_who_was_faster(cast, lead):
    lead.start(by=cast.boss)
    answer = client_of(cast.anna).post(
        f"/leads/{lead.pk}/qualify/", {"version": 1}, headers={"X-Requested-With": "fetch"}
    )
    assert answer.status_code == 409
    assert "Boss" in answer.json()["sentence"]
    assert "跟进中" in answer.json()["sentence"]
