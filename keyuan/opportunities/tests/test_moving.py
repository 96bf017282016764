"""The way of an opportunity through its stages: what is written, what is refused, what is taken back."""

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from keyuan.opportunities.bulk import move_all
from keyuan.opportunities.models import Opportunity, Stage, StageMove
from keyuan.opportunities.rules import OpportunityRules, decide
from keyuan.records.errors import NotAllowed, NotReady, RuleBroken, Stale
from keyuan.records.history import Event
from keyuan.records.options import Tag
from tests.make import make_contact, make_customer, make_opportunity, make_product, make_role, make_user, option, stage

pytestmark = pytest.mark.django_db


def way(opportunity):
    moves = StageMove.objects.filter(opportunity=opportunity).select_related("from_stage", "to_stage")
    return [(one.from_stage and one.from_stage.key, one.to_stage.key, one.amount, one.probability) for one in moves]


def rule(key, **values):
    Stage.objects.filter(key=key).update(**values)


def test_a_fresh_installation_has_these_stages_in_this_order():
    names = [str(one) for one in Stage.objects.order_by("position")]
    assert names == ["First contact", "Needs confirmed", "Proposal", "Negotiation", "Contract signing", "Won", "Lost"]


def test_an_opportunity_begins_with_a_line_and_the_probability_of_its_stage(cast):
    opportunity = make_opportunity(owner=cast.anna, at="needs", amount="1000.50")
    assert way(opportunity) == [(None, "needs", Decimal("1000.50"), 25)]
    assert (opportunity.probability, opportunity.probability_is_manual) == (25, False)
    assert opportunity.weighted_amount == Decimal("250.13")  # half up: 250.125


def test_a_step_takes_the_probability_along_and_says_who_when_and_how_long(cast):
    opportunity = make_opportunity(owner=cast.anna)
    Opportunity.rows.filter(pk=opportunity.pk).update(stage_since=timezone.now() - timedelta(days=6, hours=1))
    opportunity.move(stage("proposal"), by=cast.anna)
    assert way(opportunity)[-1] == ("contact", "proposal", Decimal(1000), 45)
    last = StageMove.objects.latest("pk")
    assert (last.by, last.days) == (cast.anna, 6)
    assert (opportunity.probability, opportunity.outcome) == (45, "open")
    assert Event.objects.filter(record_type="opportunity", name="moved").count() == 1


def test_a_probability_set_by_hand_stays_on_the_way(cast):
    opportunity = make_opportunity(owner=cast.anna)
    opportunity.edit(by=cast.anna, probability=68)
    opportunity.move(stage("proposal"), by=cast.anna)
    assert (opportunity.probability, opportunity.probability_is_manual) == (68, True)
    opportunity.edit(by=cast.anna, probability=None)
    assert (opportunity.probability, opportunity.probability_is_manual) == (45, False)


def test_the_same_stage_again_is_no_step(cast):
    opportunity = make_opportunity(owner=cast.anna)
    opportunity.move(stage("contact"), by=cast.anna)
    assert len(way(opportunity)) == 1


def test_an_edit_of_the_stage_is_a_step_like_every_other(cast):
    opportunity = make_opportunity(owner=cast.anna)
    opportunity.edit(by=cast.anna, stage=stage("negotiation"), name="新的名字")
    assert way(opportunity)[-1][:2] == ("contact", "negotiation")
    assert (opportunity.name, opportunity.probability) == ("新的名字", 70)


# Refusals


def test_what_a_stage_requires_is_named_and_can_come_with_the_step(cast):
    rule("proposal", required_fields=["contacts", "notes"])
    opportunity = make_opportunity(owner=cast.anna)
    with pytest.raises(NotReady) as refused:
        opportunity.move(stage("proposal"), by=cast.anna)
    assert refused.value.fields == ["contacts", "notes"]
    assert "Contacts, Notes" in str(refused.value)
    assert len(way(opportunity)) == 1

    contact = make_contact(opportunity.customer)
    opportunity.move(stage("proposal"), by=cast.anna, contacts=[contact.pk], notes="谈过了")
    opportunity.refresh_from_db()
    assert (opportunity.contacts, opportunity.notes, opportunity.stage.key) == ([contact.pk], "谈过了", "proposal")


def test_products_that_come_with_a_step_become_lines(cast):
    product = make_product(by=cast.boss, price="300")
    rule("proposal", required_fields=["products"])
    opportunity = make_opportunity(owner=cast.anna, amount=1000)
    opportunity.move(stage("proposal"), by=cast.anna, products=[product.pk])
    assert [one.product_id for one in opportunity.lines.all()] == [product.pk]
    assert (opportunity.amount, opportunity.amount_is_manual) == (Decimal(1000), True)


def test_contacts_that_come_with_a_step_belong_to_the_customer(cast):
    stranger = make_contact(make_customer(owner=cast.anna))
    opportunity = make_opportunity(owner=cast.anna)
    with pytest.raises(RuleBroken, match="contacts of this customer"):
        opportunity.move(stage("proposal"), by=cast.anna, contacts=[stranger.pk])
    assert len(way(opportunity)) == 1


def test_a_stage_that_may_not_be_skipped_is_not_skipped(cast):
    rule("needs", may_skip=False)
    opportunity = make_opportunity(owner=cast.anna)
    with pytest.raises(RuleBroken, match="“Needs confirmed” can't be skipped"):
        opportunity.move(stage("proposal"), by=cast.anna)
    opportunity.move(stage("needs"), by=cast.anna)
    opportunity.move(stage("proposal"), by=cast.anna)


def test_nothing_leads_back_from_a_stage_that_says_so(cast):
    rule("proposal", may_go_back=False)
    opportunity = make_opportunity(owner=cast.anna, at="proposal")
    with pytest.raises(RuleBroken, match="Nothing leads back"):
        opportunity.move(stage("needs"), by=cast.anna)
    opportunity.move(stage("negotiation"), by=cast.anna)


def test_a_follow_up_that_a_stage_requires_is_waited_for(cast):
    rule("proposal", required_activity=option("follow_up_kind", "visit"))
    opportunity = make_opportunity(owner=cast.anna)
    with pytest.raises(NotReady, match="needs a follow-up of the kind “Visit”"):
        opportunity.move(stage("proposal"), by=cast.anna)
    Opportunity.touched([(opportunity.pk, timezone.now(), None, [option("follow_up_kind", "visit").pk])])
    opportunity.move(stage("proposal"), by=cast.anna)


def test_who_may_not_edit_moves_nothing(cast):
    opportunity = make_opportunity(owner=cast.anna)
    with pytest.raises(NotAllowed):
        opportunity.move(stage("needs"), by=cast.ben)


def test_who_saw_an_older_version_is_told(cast):
    opportunity = make_opportunity(owner=cast.anna)
    opportunity.move(stage("needs"), by=cast.anna, version=1)
    with pytest.raises(Stale):
        opportunity.move(stage("proposal"), by=cast.anna, version=1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_drag_one_card_one_wins_and_the_other_is_told(cast):
    opportunity = make_opportunity(owner=cast.anna)
    barrier, told = threading.Barrier(2), []

    def drag(key):
        mine = Opportunity.objects.visible_to(cast.anna).get(pk=opportunity.pk)
        barrier.wait()
        try:
            mine.move(stage(key), by=cast.anna, version=opportunity.version)
        except Stale as refusal:
            told.append(refusal)
        connection.close()

    threads = [threading.Thread(target=drag, args=[key]) for key in ("needs", "proposal")]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert len(told) == 1
    assert len(way(opportunity)) == 2


# Winning, losing, and again


def test_winning_takes_amount_and_day_and_raises_the_class_of_the_customer(cast):
    opportunity = make_opportunity(owner=cast.anna, at="contract")
    day = timezone.localdate() - timedelta(days=3)
    opportunity.win(by=cast.anna, amount=Decimal("998.00"), closed_on=day)
    assert (opportunity.outcome, opportunity.amount, opportunity.closed_on) == ("won", Decimal(998), day)
    assert (opportunity.probability, opportunity.weighted_amount) == (100, Decimal(998))
    customer = opportunity.customer
    customer.refresh_from_db()
    assert (customer.category.key, customer.has_bought) == ("signed", True)


def test_the_class_never_falls_and_may_be_chosen_or_left_alone(cast):
    regular, interested = option("category", "regular"), option("category", "interested")
    high = make_customer(owner=cast.anna, category=regular)
    make_opportunity(owner=cast.anna, customer=high).win(by=cast.anna)
    high.refresh_from_db()
    assert high.category == regular

    chosen = make_opportunity(owner=cast.anna)
    chosen.win(by=cast.anna, category=interested)
    chosen.customer.refresh_from_db()
    assert chosen.customer.category == interested


def test_an_administrator_decides_which_class_follows(cast):
    decide(OpportunityRules(won_class=""), by=make_user("chief", make_role(settings={"edit": ""})))
    opportunity = make_opportunity(owner=cast.anna)
    opportunity.win(by=cast.anna)
    opportunity.customer.refresh_from_db()
    assert opportunity.customer.category.key == "potential"


def test_losing_needs_a_reason(cast):
    opportunity = make_opportunity(owner=cast.anna)
    with pytest.raises(NotReady) as refused:
        opportunity.move(stage("lost"), by=cast.anna)
    assert refused.value.fields == ["reason"]
    opportunity.lose(by=cast.anna, reason=option("opportunity_lost_reason", "price"))
    assert (opportunity.outcome, opportunity.probability, opportunity.last_open_stage.key) == ("lost", 0, "contact")
    assert opportunity.closed_on == timezone.localdate()


def test_a_day_of_closing_that_lies_ahead_is_refused(cast):
    opportunity = make_opportunity(owner=cast.anna)
    with pytest.raises(RuleBroken, match="can't lie ahead"):
        opportunity.win(by=cast.anna, closed_on=timezone.localdate() + timedelta(days=1))


def test_reopening_is_a_right_of_its_own(cast):
    opportunity = make_opportunity(owner=cast.anna, at="proposal")
    opportunity.lose(by=cast.anna, reason=option("opportunity_lost_reason", "price"))
    with pytest.raises(NotAllowed):
        opportunity.reopen(by=cast.anna)
    opportunity.reopen(by=cast.boss)
    assert (opportunity.outcome, opportunity.stage.key, opportunity.probability) == ("open", "proposal", 45)
    assert (opportunity.reason, opportunity.closed_on) == (None, None)
    assert Event.objects.filter(name="reopened", record_id=opportunity.pk).exists()


def test_a_customer_whose_deal_is_opened_again_has_not_bought(cast):
    opportunity = make_opportunity(owner=cast.anna)
    opportunity.win(by=cast.anna)
    opportunity.reopen(by=cast.boss)
    opportunity.customer.refresh_from_db()
    assert not opportunity.customer.has_bought


def test_an_opportunity_that_comes_won_has_gone_the_same_way(cast):
    opportunity = make_opportunity(owner=cast.anna, at="won", closed_on=date(2026, 3, 1))
    assert [step[:2] for step in way(opportunity)] == [(None, "contract"), ("contract", "won")]
    assert opportunity.closed_on == date(2026, 3, 1)
    with pytest.raises(NotReady):
        make_opportunity(owner=cast.anna, at="lost")


# Taking back


def test_a_step_is_taken_back_with_all_that_it_changed(cast):
    opportunity = make_opportunity(owner=cast.anna)
    since = opportunity.stage_since
    opportunity.win(by=cast.anna, amount=Decimal(5))
    opportunity.undo_move(by=cast.anna)
    assert (opportunity.stage.key, opportunity.outcome, opportunity.amount) == ("contact", "open", Decimal(1000))
    assert (opportunity.probability, opportunity.closed_on, opportunity.stage_since) == (10, None, since)
    assert way(opportunity)[-1][:2] == ("won", "contact")
    assert list(StageMove.objects.order_by("pk").values_list("is_undone", flat=True)) == [False, True, True]
    opportunity.customer.refresh_from_db()
    assert (opportunity.customer.category.key, opportunity.customer.has_bought) == ("potential", False)


def test_a_step_taken_back_leaves_what_was_changed_since_and_takes_tags_and_products_along(cast):
    product = make_product(by=cast.boss)
    opportunity = make_opportunity(owner=cast.anna)
    opportunity.move(stage("needs"), by=cast.anna, products=[product.pk], tags=[Tag.objects.first()])
    opportunity.edit(by=cast.anna, probability=68)
    opportunity.undo_move(by=cast.anna)
    assert (opportunity.stage.key, opportunity.probability, opportunity.probability_is_manual) == ("contact", 68, True)


def test_one_of_many_won_together_is_taken_back_alone(cast):
    deals = [make_opportunity(owner=cast.anna) for _ in range(2)]
    move_all(Opportunity.objects.visible_to(cast.anna), stage("won"), by=cast.anna)
    deals[0].undo_move(by=cast.anna)
    found = []
    for one in deals:
        one.customer.refresh_from_db()
        found.append(one.customer.category.key)
    assert found == ["potential", "signed"]


def test_a_step_that_others_have_followed_is_not_taken_back(cast):
    opportunity = make_opportunity(owner=cast.anna)
    opportunity.move(stage("needs"), by=cast.anna)
    opportunity.undo_move(by=cast.anna)
    with pytest.raises(RuleBroken, match="no step to take back"):
        opportunity.undo_move(by=cast.anna)


def test_a_step_is_taken_back_for_a_day(cast):
    opportunity = make_opportunity(owner=cast.anna)
    opportunity.move(stage("needs"), by=cast.anna)
    StageMove.objects.update(at=timezone.now() - timedelta(hours=25))
    with pytest.raises(RuleBroken, match="24 hours"):
        opportunity.undo_move(by=cast.anna)


# Days


def test_a_day_put_off_is_counted_and_one_brought_forward_is_not(cast):
    today = timezone.localdate()
    opportunity = make_opportunity(owner=cast.anna, expected_on=today)
    for days in (10, 20, 5, 30):
        opportunity.edit(by=cast.anna, expected_on=today + timedelta(days=days))
    assert opportunity.slips == 3


def test_a_deal_that_stands_still_is_named_unless_something_is_planned(cast):
    opportunity = make_opportunity(owner=cast.anna)
    Opportunity.rows.filter(pk=opportunity.pk).update(stage_since=timezone.now() - timedelta(days=15))
    opportunity.refresh_from_db()
    assert (opportunity.stagnant_days, opportunity.stagnation(14), opportunity.stagnation(7)) == (15, "slow", "stuck")
    opportunity.next_contact_at = timezone.now() + timedelta(days=1)
    assert opportunity.stagnation(7) == ""
    Opportunity.touched([(opportunity.pk, timezone.now(), None, [])])
    opportunity.refresh_from_db()
    assert opportunity.stagnant_days == 0
