"""Steps through the stages as pages and scripts take them: asked, refused, told, taken back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from keyuan.opportunities.models import Opportunity, Stage, StageMove
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Grant, Role
from keyuan.records.options import Option
from tests.make import make_contact, make_opportunity, make_role, make_user, option, stage

pytestmark = pytest.mark.django_db
BOARD = "/opportunities/board/?view=all"


def browser_of(user):
    client = Client(headers={"accept-language": "en"})
    user.prefer(language="en")
    client.force_login(user)
    return client


def post(user, opportunity, verb, script=True, **data):
    """As the board's script sends it, or a plain form."""
    headers = {"X-Requested-With": "fetch", "HX-Request": "true"} if script else {}
    given = {"version": opportunity.version, "board": BOARD} | data
    return browser_of(user).post(f"/opportunities/{opportunity.pk}/{verb}/", given, headers=headers)


def where(opportunity):
    opportunity.refresh_from_db()
    return opportunity.stage.key


def test_the_script_gets_the_version_the_card_the_sums_and_the_way_back(cast):
    first = make_opportunity("一期", owner=cast.anna, amount="1000.10")
    make_opportunity("二期", owner=cast.anna, amount="2000.20", at="needs")
    answer = post(cast.anna, first, "move", stage=stage("needs").pk)
    told = answer.json()
    assert answer.status_code == 200
    assert (told["version"], told["place"]) == (first.version + 1, str(stage("needs").pk))
    assert 'data-card="' in told["card"]
    assert "一期" in told["card"]
    assert told["heads"][str(stage("needs").pk)]["amount"] == 300030
    assert told["heads"][str(stage("contact").pk)]["number"] == 0
    assert told["heads"]["total"]["weighted"] == 75008  # 25 % of each, rounded half up to the cent
    assert told["toast"] == {
        "text": "“一期” was moved to “Needs confirmed”",
        "undo": f"/opportunities/{first.pk}/undo-move/",
    }
    assert browser_of(cast.anna).post(told["toast"]["undo"]).status_code == 302
    assert where(first) == "contact"


def test_a_plain_form_leads_back_with_a_toast_that_takes_it_back(cast):
    opportunity = make_opportunity(owner=cast.anna)
    answer = post(cast.anna, opportunity, "move", script=False, stage=stage("proposal").pk, next=BOARD)
    assert (answer.status_code, answer["Location"]) == (302, BOARD)
    assert where(opportunity) == "proposal"
    answer = post(cast.anna, opportunity, "move", script=False, stage=stage("needs").pk, next="//evil.example/")
    assert answer["Location"] == f"/opportunities/{opportunity.pk}/"


def test_what_a_stage_requires_is_asked_for_and_comes_with_the_same_step(cast):
    Stage.objects.filter(key="proposal").update(required_fields=["notes", "contacts"])
    opportunity = make_opportunity(owner=cast.anna)
    contact = make_contact(opportunity.customer)
    asked = post(cast.anna, opportunity, "move", stage=stage("proposal").pk)
    page = asked.content.decode()
    assert asked.status_code == 422
    assert 'name="notes"' in page
    assert 'name="contacts"' in page
    assert "“Proposal” needs these fields first: Contacts, Notes" in page.replace("Notes, Contacts", "Contacts, Notes")
    assert where(opportunity) == "contact"

    half = post(cast.anna, opportunity, "move", stage=stage("proposal").pk, notes="谈过了", contacts="")
    assert half.status_code == 422
    assert "谈过了" in half.content.decode()
    assert where(opportunity) == "contact"

    whole = {"stage": stage("proposal").pk, "notes": "谈过了", "contacts": contact.pk}
    assert post(cast.anna, opportunity, "move", **whole).status_code == 200
    assert where(opportunity) == "proposal"
    assert (opportunity.notes, opportunity.contacts) == ("谈过了", [contact.pk])


def test_without_script_the_question_is_a_page(cast):
    Stage.objects.filter(key="proposal").update(required_fields=["notes"])
    opportunity = make_opportunity(owner=cast.anna)
    asked = post(cast.anna, opportunity, "move", script=False, stage=stage("proposal").pk)
    assert asked.status_code == 422
    assert "<html" in asked.content.decode()
    assert 'name="notes"' in asked.content.decode()


def test_contacts_of_another_customer_are_refused_at_their_field(cast):
    Stage.objects.filter(key="proposal").update(required_fields=["contacts"])
    opportunity = make_opportunity(owner=cast.anna)
    stranger = make_contact(make_opportunity(owner=cast.anna).customer)
    answer = post(cast.anna, opportunity, "move", stage=stage("proposal").pk, contacts=stranger.pk)
    assert answer.status_code == 422
    assert "Choose contacts of this customer" in answer.content.decode()


def test_a_follow_up_that_is_required_is_only_said(cast):
    Stage.objects.filter(key="proposal").update(required_activity=option("follow_up_kind", "visit"))
    opportunity = make_opportunity(owner=cast.anna)
    answer = post(cast.anna, opportunity, "move", stage=stage("proposal").pk)
    assert answer.status_code == 409
    assert "needs a follow-up of the kind “Visit”" in answer.content.decode()


def test_who_was_overtaken_is_told_by_whom_and_where_it_stands(cast):
    opportunity = make_opportunity(owner=cast.anna)
    Opportunity.rows.get(pk=opportunity.pk).move(stage("negotiation"), by=cast.boss)
    answer = post(cast.anna, opportunity, "move", stage=stage("needs").pk)
    told = answer.json()
    assert answer.status_code == 409
    assert told["sentence"] == "Boss has just moved this to “Negotiation”."
    assert told["place"] == str(stage("negotiation").pk)
    assert f'data-version="{opportunity.version + 1}"' in told["card"]
    plain = post(cast.anna, opportunity, "move", script=False, stage=stage("needs").pk)
    assert plain.status_code == 409
    assert "Boss has just moved this" in plain.content.decode()


def test_a_stage_that_may_not_be_skipped_is_said_to_script_and_page(cast):
    Stage.objects.filter(key="needs").update(may_skip=False)
    opportunity = make_opportunity(owner=cast.anna)
    for script in (True, False):
        answer = post(cast.anna, opportunity, "move", script=script, stage=stage("proposal").pk)
        assert answer.status_code == 409
        assert "can&#x27;t be skipped" in answer.content.decode()
    assert where(opportunity) == "contact"


# Won and lost


def test_winning_asks_day_amount_and_class_and_confirms(cast):
    opportunity = make_opportunity(owner=cast.anna, amount="5000", at="contract")
    asked = post(cast.anna, opportunity, "win")
    page = asked.content.decode()
    assert asked.status_code == 422
    assert f'value="{timezone.localdate().isoformat()}"' in page
    assert 'value="5000"' in page or 'value="5000.00"' in page
    assert '<option value="signed" selected>' in page
    assert where(opportunity) == "contract"

    yesterday = timezone.localdate() - timedelta(days=1)
    given = {"asked": "1", "closed_on": yesterday.isoformat(), "amount": "4,800", "category": "signed"}
    assert post(cast.anna, opportunity, "win", **given).status_code == 200
    assert where(opportunity) == "won"
    assert (opportunity.amount, opportunity.closed_on) == (Decimal(4800), yesterday)
    opportunity.customer.refresh_from_db()
    assert opportunity.customer.category.key == "signed"


def test_the_class_after_winning_may_be_overruled(cast):
    opportunity = make_opportunity(owner=cast.anna)
    given = {"asked": "1", "closed_on": timezone.localdate().isoformat(), "amount": "1", "category": "potential"}
    assert post(cast.anna, opportunity, "win", **given).status_code == 200
    opportunity.customer.refresh_from_db()
    assert opportunity.customer.category.key == "potential"


def test_the_won_stage_by_the_way_of_every_other_asks_the_same(cast):
    opportunity = make_opportunity(owner=cast.anna)
    assert post(cast.anna, opportunity, "move", stage=stage("won").pk).status_code == 422
    assert post(cast.anna, opportunity, "move", stage=stage("lost").pk).status_code == 422
    assert where(opportunity) == "contact"


def test_winning_on_a_day_ahead_is_refused(cast):
    opportunity = make_opportunity(owner=cast.anna)
    given = {"asked": "1", "closed_on": (timezone.localdate() + timedelta(days=1)).isoformat(), "amount": "1"}
    answer = post(cast.anna, opportunity, "win", **given)
    assert answer.status_code == 422
    assert "lie ahead" in answer.content.decode()
    assert where(opportunity) == "contact"


def test_losing_without_a_reason_is_refused_and_with_one_it_is_lost(cast):
    reason, rival = option("opportunity_lost_reason", "price"), Option.objects.filter(list="competitor").first()
    rival = rival or Option.objects.create(list="competitor", key="rival", name="对手", position=1)
    opportunity = make_opportunity(owner=cast.anna)
    asked = post(cast.anna, opportunity, "lose", asked="1", reason="")
    assert asked.status_code == 422
    assert "is required" in asked.content.decode()
    assert where(opportunity) == "contact"
    assert post(cast.anna, opportunity, "lose", asked="1", reason=reason.key, competitor=rival.key).status_code == 200
    assert where(opportunity) == "lost"
    assert (opportunity.reason, opportunity.competitor) == (reason, rival)


def test_an_administrator_writes_down_a_new_competitor_while_losing(cast, seeds):
    lay_foundation()
    chief = make_user("chief", Role.objects.get(key="administrator"))
    opportunity = make_opportunity(owner=chief)
    given = {"asked": "1", "reason": "price", "new_competitor": "新的对手"}
    assert post(chief, opportunity, "lose", **given).status_code == 200
    opportunity.refresh_from_db()
    assert str(opportunity.competitor) == "新的对手"
    other = make_opportunity(owner=cast.anna)
    assert 'name="new_competitor"' not in post(cast.anna, other, "lose").content.decode()


def test_reopening_is_a_right_of_its_own(cast):
    opportunity = make_opportunity(owner=cast.anna, at="negotiation")
    opportunity.win(by=cast.anna)
    assert post(cast.anna, opportunity, "reopen").status_code == 404
    assert post(cast.boss, opportunity, "reopen").status_code == 200
    assert where(opportunity) == "negotiation"


def test_only_who_may_edit_moves_and_nobody_learns_of_foreign_ones(cast):
    opportunity = make_opportunity(owner=cast.anna)
    for verb in ("move", "win", "lose"):
        assert post(cast.ben, opportunity, verb, stage=stage("needs").pk).status_code == 404
    assert post(cast.olga, opportunity, "undo-move").status_code == 404
    assert StageMove.objects.filter(opportunity=opportunity).count() == 1


def test_an_amount_that_is_hidden_is_neither_asked_nor_told(cast):
    role = make_role("blind", opportunity=dict.fromkeys(("view", "edit"), "all"), customer={"view": "all"})
    Grant.objects.filter(role=role, module="opportunity").update(fields={"amount": "hidden"})
    blind = make_user("blind", role)
    opportunity = make_opportunity(owner=cast.anna, amount="77777")
    asked = post(blind, opportunity, "win")
    assert 'name="amount"' not in asked.content.decode()
    moved = post(blind, opportunity, "move", stage=stage("needs").pk)
    assert moved.status_code == 200
    assert "77777" not in moved.content.decode().replace(str(opportunity.pk), "")
    assert "amount" not in moved.json()["heads"]["total"]
    opportunity.refresh_from_db()
    given = {"asked": "1", "closed_on": timezone.localdate().isoformat(), "amount": "1"}
    assert post(blind, opportunity, "win", **given).status_code == 200
    opportunity.refresh_from_db()
    assert opportunity.amount == 77777


def test_a_step_that_cannot_be_taken_back_says_why(cast):
    opportunity = make_opportunity(owner=cast.anna)
    answer = post(cast.anna, opportunity, "undo-move")
    assert answer.status_code == 409
    assert "no step to take back" in answer.content.decode()
