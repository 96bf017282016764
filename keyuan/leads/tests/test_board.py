"""The board of leads: a column per state, moved by the verbs of leads."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from keyuan.leads.models import Lead
from tests.make import make_customer, make_lead, option

pytestmark = pytest.mark.django_db
BOARD = "/leads/board/?view=all"
FETCH = {"X-Requested-With": "fetch", "HX-Request": "true"}


def client_of(user):
    client = Client(headers={"Accept-Language": "en"})
    user.prefer(language="en")
    client.force_login(user)
    return client


def seen(user, address=BOARD):
    answer = client_of(user).get(address)
    assert answer.status_code == 200
    return answer.context["board"], answer.content.decode()


def names(page):
    return re.findall(r'class="nm trunc"[^>]*title="([^"]*)"', page)


def move(user, lead, state, version=None, **given):
    given |= {"state": state, "version": lead.version if version is None else version, "board": BOARD}
    return client_of(user).post(f"/leads/{lead.pk}/move/", given, headers=FETCH)


def in_state(name, state, owner, **fields):
    lead = make_lead(name, owner=owner)
    given = {
        "invalid": {"invalid_reason": option("invalid_reason", "no_need")},
        "converted": {"converted_at": timezone.now()},
    }
    Lead.rows.filter(pk=lead.pk).update(state=state, **given.get(state, {}), **fields)
    lead.refresh_from_db()
    return lead


def test_a_card_tells_how_few_days_are_left_before_the_lead_comes_back(cast):
    today = timezone.localdate()
    in_state("快到期", "working", cast.anna, due_on=today + timedelta(days=2))
    in_state("还早", "working", cast.anna, due_on=today + timedelta(days=20))
    in_state("已无效", "invalid", cast.anna, due_on=today + timedelta(days=2))
    _board, page = seen(cast.anna)
    assert page.count("left fs12 nowrap") == 1


def test_each_state_is_a_column_with_the_number_of_those_one_may_see(cast):
    for state in ("new", "working", "valid", "invalid", "converted"):
        in_state(f"安娜 {state}", state, cast.anna)
    in_state("奥尔加", "new", cast.olga)
    board, page = seen(cast.anna)
    assert [(one.key, one.sums.number) for one in board.board_columns] == [
        ("new", 1), ("working", 1), ("valid", 1), ("invalid", 1), ("converted", 1),
    ]  # fmt: skip
    assert "奥尔加" not in page
    assert page.count("dk fixed") == 1  # the converted one
    assert seen(cast.boss)[0].total.number == 6
    assert [one["view"].key for one in board.tabs()][:3] == ["mine", "assigned", "all"]
    assert len(names(seen(cast.anna, "/leads/board/")[1])) == 5  # mine, in every state


def test_what_changed_last_stands_first_and_the_others_follow(cast):
    leads = [make_lead(f"n{number:02}", owner=cast.anna) for number in range(45)]
    now = timezone.now()
    for number, lead in enumerate(leads):
        Lead.rows.filter(pk=lead.pk).update(updated_at=now - timedelta(hours=number % 9))
    client = client_of(cast.anna)
    page = client.get(BOARD).content.decode()
    shown, rounds = names(page), 0
    while found := re.search(r'data-more="([^"]+)"', page):
        page = client.get(found[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).content.decode()
        shown, rounds = shown + names(page), rounds + 1
    assert shown == [one.company for one in Lead.objects.visible_to(cast.anna).order_by("-updated_at", "-pk")]
    assert rounds == 2
    assert client.get("/leads/board/cards/?column=new&after=x").status_code == 400


def test_of_many_that_are_settled_the_latest_are_shown_and_the_list_has_all(cast):
    for number in range(13):
        in_state(f"无效{number}", "invalid", cast.anna)
    _board, page = seen(cast.anna, "/leads/board/?view=mine")
    assert len(names(page)) == 12
    assert 'data-more="' not in page
    url = re.search(r'href="(/leads/\?[^"]+)">All 13 as a list', page)[1].replace("&amp;", "&")
    assert client_of(cast.anna).get(url).content.decode().count("<tr data-id") == 13


def test_a_card_is_moved_by_the_verbs_of_leads_and_taken_back(cast):
    lead = make_lead("宁波海德", owner=cast.anna)
    told = move(cast.anna, lead, "working").json()
    assert told["place"] == "working"
    assert told["heads"]["working"] == {"number": 1}
    assert f'data-card="{lead.pk}"' in told["card"]
    lead.refresh_from_db()
    assert move(cast.anna, lead, "valid").json()["heads"]["valid"] == {"number": 1}
    assert client_of(cast.anna).post(f"/leads/{lead.pk}/undo/").status_code == 302
    lead.refresh_from_db()
    assert lead.state == "working"


def test_invalid_asks_for_the_reason_and_tells_the_board(cast):
    lead = make_lead("宁波海德", owner=cast.anna)
    asked = move(cast.anna, lead, "invalid")
    assert asked.status_code == 422
    assert f'action="/leads/{lead.pk}/disqualify/"' in asked.content.decode()
    given = {"invalid_reason": "no_need", "version": lead.version, "board": BOARD}
    told = client_of(cast.anna).post(f"/leads/{lead.pk}/disqualify/", given, headers=FETCH).json()
    assert told["place"] == "invalid"
    assert str(option("invalid_reason", "no_need")) in told["card"]
    lead.refresh_from_db()
    assert move(cast.anna, lead, "working").json()["place"] == "working"


def test_converted_leads_into_the_dialog_and_what_is_converted_stays(cast):
    lead = make_lead("宁波海德", owner=cast.anna)
    assert move(cast.anna, lead, "converted").json() == {"drawer": f"/leads/{lead.pk}/convert/"}
    lead.convert(by=cast.anna)
    refused = move(cast.anna, lead, "working", version=2)
    assert refused.status_code == 409
    assert refused.json()["sentence"] == "This lead has become a customer. Go on with the customer."
    assert refused.json()["place"] == "converted"


@pytest.mark.parametrize(
    ("now", "state", "sentence"),
    [
        ("working", "new", "does not become new again"),
        ("valid", "working", "worked on already"),
        ("invalid", "valid", "Work on this lead again first"),
        ("invalid", "converted", "Convert it to a customer"),
    ],
)
def test_a_move_that_no_verb_makes_is_refused_with_what_does(cast, now, state, sentence):
    lead = in_state("宁波海德", now, cast.anna)
    refused = move(cast.anna, lead, state)
    assert refused.status_code == 409
    assert sentence in refused.json()["sentence"]
    assert refused.json()["place"] == now


def test_who_was_faster_is_told_and_others_move_nothing(cast):
    lead = make_lead("宁波海德", owner=cast.anna)
    lead.qualify(by=cast.boss)
    refused = move(cast.anna, lead, "working", version=1)
    assert "Boss has changed this lead" in refused.json()["sentence"]
    assert refused.json()["place"] == "valid"
    assert move(cast.olga, lead, "working").status_code == 404


def test_without_script_a_card_is_moved_by_its_form(cast):
    lead = make_lead("宁波海德", owner=cast.anna)
    page = seen(cast.anna)[1]
    assert f'action="/leads/{lead.pk}/move/"' in page
    assert '<option value="new">' not in page  # nobody becomes new again
    given = {"state": "working", "version": lead.version, "next": BOARD}
    assert client_of(cast.anna).post(f"/leads/{lead.pk}/move/", given)["Location"] == BOARD
    lead.refresh_from_db()
    given = {"state": "converted", "version": lead.version}
    assert client_of(cast.anna).post(f"/leads/{lead.pk}/move/", given)["Location"] == f"/leads/{lead.pk}/convert/"
    given = {"state": "invalid", "version": lead.version, "next": BOARD}
    assert "Choose" not in client_of(cast.anna).post(f"/leads/{lead.pk}/move/", given).content.decode()


def test_leads_open_with_what_was_used_last(cast):
    client = client_of(cast.anna)
    client.post("/account/preferences/", {"leads_as": "board"})
    assert client.get("/leads/")["Location"] == "/leads/board/"
    page = client.get("/leads/?view=all").content.decode()
    assert "/leads/board/?view=mine" in page
    assert "/leads/?view=converted" in page


def test_a_filter_beside_the_search_box_sets_the_condition(cast):
    warm, cold = (option("rating", key) for key in ("hot", "cold"))
    make_lead("热的", owner=cast.anna, rating=warm)
    make_lead("冷的", owner=cast.anna, rating=cold)
    given = {"field": "rating", "at": BOARD}
    page = client_of(cast.anna).get("/leads/board/choices/", given).content.decode()
    url = re.search(rf'href="([^"]+)">{warm}', page)[1].replace("&amp;", "&")
    assert names(seen(cast.anna, url)[1]) == ["热的"]


def test_cards_say_what_has_become_of_a_lead(cast):
    customer = make_customer("宁波海德机电", owner=cast.anna)
    in_state("海德线索", "converted", cast.anna, converted_customer=customer)
    assert "宁波海德机电" in seen(cast.anna)[1]
