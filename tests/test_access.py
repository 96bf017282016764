"""The access matrix: every route × every method × every kind of person × own, team's and foreign records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from keyuan.pools.models import Pool, PoolMember
from keyuan.pools.rules import PoolRules
from keyuan.records.options import Tag
from keyuan.ui.frame import SCRIPTED
from keyuan.ui.rest import access
from keyuan.ui.routes import every_route
from tests.access import (
    API,
    PAIRS,
    SAFE,
    Caller,
    Watched,
    address,
    browser,
    everything_in,
    forbidden_words,
    taken_back,
    untouchable,
)
from tests.make import (
    make_campaign,
    make_contact,
    make_customer,
    make_follow_up,
    make_lead,
    make_opportunity,
    make_plan,
    make_product,
    make_user,
    option,
)
from tests.visits import VISITS
from tests.world import INSIDE, OUTSIDE, OWNERS, make_export, make_import, make_world

OPENED_BY_NEWCOMERS = {"/password/change/", "/sign-out/"}


def found_routes() -> dict[str, dict[str, Any]]:
    return {
        f"{method} {route['path']}": route
        for route in every_route()
        for method in route["methods"] or ["GET"]
        if method not in ("HEAD", "OPTIONS")
    }


ROUTES = found_routes()
KNOWN = [key for key in ROUTES if key in VISITS]

QUERIES = {
    "/customers/": 7,
    "/contacts/": 5,
    "/opportunities/?view=all": 7,
    "/opportunities/board/?view=all": 6,
    "/opportunities/forecast/?view=all": 5,
    "/leads/?view=all": 5,
    "/leads/board/?view=all": 5,
    "/campaigns/": 4,
    "/customers/pool/": 10,
    "/leads/pool/": 8,
    "/products/?view=all": 4,
    "/activities/?view=all": 6,
    "/activities/plans/?view=all": 5,
    "/admin/users/": 9,
    "/admin/audit/": 17,
    "/imports/": 3,
    "/exports/": 3,
    "/recycle-bin/": 4,
    "/api/v1/customers": 11,
    "/api/v1/contacts": 10,
    "/api/v1/follow-ups": 12,
    "/api/v1/plans": 11,
    "/api/v1/opportunities": 14,
    "/api/v1/products": 8,
    "/api/v1/leads": 9,
    "/api/v1/campaigns": 9,
    "/api/v1/users": 4,
}
"""How many queries each list costs, whatever the number of its rows."""


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    """Made once; whatever a test does is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = make_world()
        made.digests = {}
        yield made
        transaction.set_rollback(True)


class Call:
    """One route, called by one person about the records of one owner."""

    def __init__(self, key: str, world: SimpleNamespace, owner: str) -> None:
        self.method, _blank, path = key.partition(" ")
        self.visit, self.route, self.world, self.records = VISITS[key], ROUTES[key], world, world.records[owner]
        self.url = address(path, self.visit.parameters(self.route["parameters"], world, self.records))

    @property
    def is_public(self) -> bool:
        return self.route["audience"] == "public"

    def prepare(self) -> None:
        if self.visit.before:
            self.visit.before(self.world, self.records)

    def by(self, person: str, *, by_session: bool = False) -> Any:
        caller = Caller(self.world, person, by_session=by_session)
        return caller.call(self.method, self.url, self.visit.body(self.world, self.records))


def untouched(world: SimpleNamespace, person: str) -> str:
    """The digest of what this person may not change, while nothing is changed: every test takes back what it does."""
    if person not in world.digests:
        world.digests[person] = untouchable(person)
    return str(world.digests[person])


def matrix(key: str) -> list[tuple[str, str, bool]]:
    """Who asks for whose, and whether by session: routes without parameters are called once by each.

    Pages know sessions only; the API is asked by token and by session.
    """
    pairs = PAIRS if ROUTES[key]["parameters"] else [(person, "anna") for person in INSIDE]
    ways = (False, True) if ROUTES[key]["path"].startswith(API) else (False,)
    return [(person, owner, by_session) for person, owner in pairs for by_session in ways]


def test_every_route_is_in_the_table() -> None:
    assert sorted(set(ROUTES) - set(VISITS)) == [], "Say in VISITS how these are called with success."
    assert sorted(set(VISITS) - set(ROUTES)) == [], "These no longer exist."


def test_every_route_says_its_methods() -> None:
    assert [route["path"] for route in every_route() if route["methods"] is None] == []


@pytest.mark.parametrize("key", KNOWN)
def test_every_route_is_reached_by_somebody(key: str, world: SimpleNamespace) -> None:
    visit = VISITS[key]
    with taken_back():
        call = Call(key, world, visit.who if visit.who in OWNERS else "anna")
        call.prepare()
        watched = Watched("nobody")
        answer = call.by(visit.who)
        changed = not watched.is_as_before()
        said = " ".join(
            re.findall(r'(?:class="(?:err|bad|hint|note)[^>]*>|"detail": ")([^<"]+)', everything_in(answer))
        )

    assert answer.status_code < 400, said
    assert not (changed and call.method in SAFE), "Reading changes a record."
    if answer.status_code >= 300:
        assert visit.to, f"It leads to {answer['Location']}: say so in `to`."
        assert answer["Location"].startswith(visit.to), said


@pytest.mark.parametrize("key", KNOWN)
def test_nothing_foreign_is_returned_or_changed(key: str, world: SimpleNamespace) -> None:
    for person, owner, by_session in matrix(key):
        call = Call(key, world, owner)
        with taken_back():
            call.prepare()
            harmless = call.method in SAFE or call.visit.carries_key
            before = None if call.visit.before and not harmless else untouched(world, person)
            watched = Watched(person, before)
            answer = call.by(person, by_session=by_session)
            said = everything_in(answer)
            kept = harmless or watched.is_as_before()
        told = {word for word in forbidden_words(person, names_too=not call.visit.tells_names) if word in said}

        assert told == set(), f"{person} is told of {owner}'s {call.url}"
        assert kept, f"{person} changes {owner}'s {call.url}"
        assert answer.status_code < 500, f"{person} breaks {call.url}"


@pytest.mark.parametrize("key", KNOWN)
def test_whoever_is_not_in_gets_nothing(key: str, world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    call = Call(key, world, "anna")
    for person in OUTSIDE:
        monkeypatch.setattr(access, "WRONG", access.Wrong())  # the tokens of all these calls are too many for a minute
        watched = Watched(person, untouched(world, person))
        with taken_back():
            answer = call.by(person)
            said = everything_in(answer)
            kept = watched.is_as_before()
        told = {word for word in forbidden_words(person, names_too=True) if word in said}

        assert told == set(), f"{person} is told of {call.url}"
        assert kept, f"{person} changes {call.url}"
        assert call.is_public or is_refused(answer, person, call.url), f"{person} gets {call.url}"


def is_refused(answer: Any, person: str, url: str) -> bool:
    """The API answers 401 or 403; pages lead to where one becomes somebody."""
    if person == "newcomer" and url in OPENED_BY_NEWCOMERS:
        return True
    if url.startswith(API):
        return answer.status_code in (401, 403)
    elsewhere = "/password/change/" if person == "newcomer" else "/sign-in/"
    return answer.status_code == 302 and answer["Location"].startswith(elsewhere)


def other_methods() -> list[str]:
    """Every path with a method that no route declares for it."""
    known = {(key.partition(" ")[0], key.partition(" ")[2]) for key in KNOWN}
    paths = sorted({path for _method, path in known})
    return [f"{one} {path}" for path in paths for one in ("POST", "PUT", "PATCH", "DELETE") if (one, path) not in known]


@pytest.mark.parametrize("key", other_methods())
def test_a_method_that_nobody_declared_is_refused(key: str, world: SimpleNamespace) -> None:
    method, _blank, path = key.partition(" ")
    like = next(one for one in KNOWN if one.partition(" ")[2] == path)
    call = Call(like, world, "anna")
    with taken_back():
        watched = Watched("nobody", untouched(world, "nobody"))
        answer = browser(world.clients["administrator"]).generic(method, call.url, b"{}", "application/json")
        kept = watched.is_as_before()

    assert answer.status_code in (404, 405)
    assert kept


@pytest.mark.parametrize("key", [key for key in KNOWN if not ROUTES[key]["path"].startswith(API)])
def test_a_token_opens_no_page(key: str, world: SimpleNamespace) -> None:
    call = Call(key, world, "anna")
    token = {"Authorization": f"Bearer {world.tokens['administrator']}"}
    with taken_back():
        answer = browser().generic(call.method, call.url, headers=token)

    assert call.is_public or is_refused(answer, "administrator", call.url)


FOR_ANYBODY = {"POST /f/<str:token>/": "a public form, which reads no session (docs/decisions/0022-public-forms.md)"}
"""What is sent without a CSRF token on purpose: it does the same whoever sends it."""


@pytest.mark.parametrize("key", [key for key in KNOWN if not key.startswith(tuple(SAFE)) and key not in FOR_ANYBODY])
def test_what_changes_something_needs_the_csrf_token(key: str, world: SimpleNamespace) -> None:
    call = Call(key, world, "anna")
    client = browser(world.clients["administrator"], careful=True)
    watched = Watched("nobody", untouched(world, "nobody"))

    answer = client.generic(call.method, call.url, b"{}", "application/json")

    assert answer.status_code == 403
    assert watched.is_as_before()


def bare(answer: Any, url: str) -> str:
    """The page without what differs by itself: its address and the CSRF tokens."""
    return re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode().replace(url, "").replace(quote(url, safe=""), ""))


def test_a_hidden_record_reads_like_one_that_does_not_exist(world: SimpleNamespace) -> None:
    hidden = Call("GET /customers/<int:pk>/", world, "stranger")
    foreign, nowhere = hidden.by("anna"), Caller(world, "anna").call("GET", "/customers/999999999/", None)

    assert (foreign.status_code, nowhere.status_code) == (404, 404)
    assert bare(foreign, hidden.url) == bare(nowhere, "/customers/999999999/")


@pytest.mark.parametrize("key", [key for key in KNOWN if key.startswith("GET") and ROUTES[key]["parameters"]])
def test_a_number_that_nobody_has_is_not_found(key: str, world: SimpleNamespace) -> None:
    if "int:" not in key:
        return
    number = dict.fromkeys(ROUTES[key]["parameters"], "999999999") | VISITS[key].path
    method, _blank, path = key.partition(" ")
    with taken_back():
        answer = Caller(world, "administrator").call(method, address(path, number), VISITS[key].body(world, None))

    assert answer.status_code == 404


def test_private_tags_of_others_are_never_offered(world: SimpleNamespace) -> None:
    mine = Caller(world, "anna").call("GET", "/api/v1/tags", None).json()["items"]

    assert not {tag["name"] for tag in mine} & {
        tag.name for tag in Tag.objects.exclude(owner=None).exclude(owner__username="anna")
    }


def lie_in_a_pool(world: SimpleNamespace, record: Any, owner: Any) -> None:
    """The record lies in the one pool of its kind, which has rules and limits."""
    rules = replace(PoolRules(), recycles=True, claims=9, holds=99, rest=3).as_json()
    chief = world.people["administrator"]
    pool, is_new = Pool.objects.get_or_create(kind=record.module, name="Sea", defaults={"kept_rules": rules})
    if is_new:
        PoolMember.objects.create(pool=pool, user=chief, is_manager=True)
    reason = option("release_reason", "no_need")
    came = {"pool": pool, "released_at": timezone.now(), "last_owner": owner, "release_reason": reason}
    type(record).rows.filter(pk=record.pk).update(owner=None, department=None, **came)


def add_row(path: str, world: SimpleNamespace, number: int) -> None:
    """One more row for the list at this address, of another owner than the others, with everything that costs."""
    chief = world.people["administrator"]
    owner = make_user(f"more{number}", world.role, department=world.department, superior=chief)
    customer = make_customer(owner=owner, level=world.option, industry="C36", region="330200", tags=[world.tag])
    contact = make_contact(customer, tags=[world.tag], mobile="13800138000", roles=[world.option.pk])
    make_follow_up(customer, contacts=[contact.pk])
    make_plan(owner=owner, starts_at=timezone.now(), customer=customer, contacts=[contact.pk], participants=[chief.pk])
    product = make_product(f"检测模块 {number}", by=chief)
    make_opportunity(owner=owner, customer=customer, contacts=[contact.pk], products=[product.pk])
    make_campaign(owner=owner, type=option("campaign_type", "exhibition"))
    lead = make_lead(
        owner=owner, name="王工", mobile="13800138000", source=option("source", "website"), tags=[world.tag]
    )
    if path.endswith("/pool/"):
        lie_in_a_pool(world, customer if path.startswith("/customers/") else lead, owner)
    if path == "/imports/":
        make_import(owner)
    if path == "/exports/":
        make_export(chief)
    if path == "/recycle-bin/":
        customer.delete_by(owner)


@pytest.mark.parametrize("path", QUERIES)
def test_a_list_costs_the_same_with_one_row_and_with_more(path: str, world: SimpleNamespace) -> None:
    chief = Caller(world, "administrator")
    chief.world.clients[chief.person][SCRIPTED] = "1"
    with taken_back():
        add_row(path, world, 1)
        chief.call("GET", path, None)
        with CaptureQueriesContext(connection) as few:
            shorter = chief.call("GET", path, None)
        add_row(path, world, 2)
        add_row(path, world, 3)
        chief.call("GET", path, None)
        with CaptureQueriesContext(connection) as many:
            longer = chief.call("GET", path, None)

    assert (shorter.status_code, longer.status_code) == (200, 200)
    assert len(longer.content) > len(shorter.content)
    assert (len(few), len(many)) == (QUERIES[path], QUERIES[path]), "\n".join(one["sql"][:150] for one in many)
