"""Many rows of the lists at once: into a stage, on sale and off."""

import pytest
from django.test import Client

from keyuan.opportunities.models import Opportunity, Stage, StageMove
from keyuan.records.history import Operation
from tests.make import make_opportunity, make_product, stage

pytestmark = pytest.mark.django_db


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_the_selected_rows_move_to_a_stage_and_what_refuses_is_said(cast):
    Stage.objects.filter(key="proposal").update(required_fields=["notes"])
    ready = make_opportunity("写了备注", owner=cast.anna, notes="预算已批")
    bare = make_opportunity("没写备注", owner=cast.anna)
    foreign = make_opportunity("别人的", owner=cast.olga)
    body = {"ids": [ready.pk, bare.pk, foreign.pk], "verb": "move", "stage": stage("proposal").pk}

    page = client_of(cast.anna).post("/opportunities/bulk/", body, follow=True)

    at = dict(Opportunity.rows.values_list("pk", "stage__key"))
    assert at == {ready.pk: "proposal", bare.pk: "contact", foreign.pk: "contact"}
    assert "没写备注" in page.content.decode()
    assert Operation.objects.filter(verb="opportunity.moved").count() == 1
    assert StageMove.objects.filter(opportunity=ready).count() == 2


def test_all_that_the_list_shows_moves_without_clicking_each(cast):
    made = [make_opportunity(owner=cast.anna) for _number in range(3)]
    body = {"scope": "all", "query": "view=mine", "verb": "move", "stage": stage("needs").pk}
    client_of(cast.anna).post("/opportunities/bulk/", body)
    assert Opportunity.rows.filter(pk__in=[one.pk for one in made], stage__key="needs").count() == 3


def test_the_selection_bar_offers_every_stage_but_the_lost_one(cast):
    make_opportunity(owner=cast.anna)
    page = client_of(cast.anna).get("/opportunities/?view=all").content.decode()
    assert f'<option value="{stage("contract").pk}">' in page
    assert f'<option value="{stage("lost").pk}">' not in page


def test_products_go_off_sale_together_and_their_tags_with_them(cast):
    made = [make_product(by=cast.boss) for _number in range(2)]
    client = client_of(cast.boss)
    client.post("/products/bulk/", {"ids": [one.pk for one in made], "verb": "off_sale"})
    for one in made:
        one.refresh_from_db()
        assert (one.is_on_sale, one.tag.is_retired, one.version) == (False, True, 2)
    client.post("/products/bulk/", {"ids": [made[0].pk], "verb": "on_sale"})
    made[0].refresh_from_db()
    assert (made[0].is_on_sale, made[0].tag.is_retired) == (True, False)
    assert client_of(cast.anna).post("/products/bulk/", {"ids": [made[0].pk], "verb": "off_sale"}).status_code < 400
    made[0].refresh_from_db()
    assert made[0].is_on_sale
