"""The logs as pages: who may read them, and what of it (D1, L6)."""

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from keyuan.org.models import Grant, Role
from keyuan.people import audit_words, auditing
from keyuan.people.auditing import Asked
from keyuan.people.roles import Granted, create_role, set_fields, set_grants
from keyuan.ui import signing_log
from tests.make import make_contact, make_customer, make_role, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(cast, browser):
    """Anna has a customer; an auditor who sees no customers reads what happened."""
    cast.auditor = make_user("auditor", make_role("auditor", audit={"view": "", "export": ""}), department=None)
    cast.anna.address = "10.1.2.3"
    cast.customer = make_customer("甲公司", owner=cast.anna, phone="0574-87352210")
    cast.customer.edit(by=cast.anna, name="乙公司")
    cast.read = browser(cast.auditor)
    cast.client = browser
    return cast


def let_see_customers(log, **fields):
    """The auditor may see every customer, too; a fresh instance, as in the next request."""
    everything = {"scope": "all", "operations": {"view": ""}, "fields": fields}
    Grant.objects.create(role=log.auditor.roles.get(), module="customer", **everything)
    log.auditor = type(log.auditor).objects.get(pk=log.auditor.pk)
    return log.auditor


def shown(response):
    return response.content.decode()


def entries(reader, **query):
    asked = asked_for(**query)
    return audit_words.entries(auditing.page_of(asked, reader=reader).events, reader, asked.q)


def asked_for(**query):
    given = QueryDict(mutable=True)
    given.update({name: str(value) for name, value in query.items()})
    return Asked.of(given)


def test_the_log_says_who_did_what_when_from_where_and_what_it_was_before(log):
    log.customer.edit(by=log.anna, address="宁波")

    latest = entries(let_see_customers(log))[0]

    assert (latest.who, latest.what, latest.kind, latest.source, latest.address) == (
        "Anna",
        "edited",
        "Customer",
        "Web",
        "10.1.2.3",
    )
    assert latest.lines == [("Address", "empty", "宁波")]


def test_who_may_not_see_a_record_reads_its_number_and_no_name_of_it(log):
    assert {one.record for one in entries(log.auditor, kind="customer")} == {f"#{log.customer.pk}"}
    assert {one.url for one in entries(log.auditor, kind="customer")} == {""}


def test_who_may_not_see_a_record_learns_no_value_of_it_and_no_search_leads_to_it(log):
    page = shown(log.read.get("/admin/audit/"))
    called = log.read.get("/api/v1/audit", {"kind": "customer"}).content.decode()

    assert [one.lines for one in entries(log.auditor, kind="customer")] == [[], []]
    assert entries(log.auditor, q="乙公司") == []
    assert [word for word in ("甲公司", "乙公司", "87352210", "8735 2210") if word in page + called] == []


def test_a_change_of_permissions_is_told_right_by_right(log, admin):
    role = create_role(by=admin, name="Desk", copy_of=Role.objects.get(key="sales"))
    set_fields(role, {"customer": {"phone": "masked"}}, by=admin)
    set_grants(role, {"customer": Granted("branch", [], {"view": "", "edit": "own"})}, by=admin)

    granted, masked = entries(admin, kind="role", verb="granted")
    told = {label: (before, after) for one in (granted, masked) for label, before, after in one.lines}

    assert told["Customers · Phone"] == ("Editable", "Masked")
    assert told["Customers · View"] == ("Own", "Department and below")
    assert told["Customers · Import"] == ("Own", "none")
    assert "Customers · Edit" not in told


def test_who_may_see_it_reads_its_name_and_gets_there(log):
    Grant.objects.create(role=log.auditor.roles.get(), module="customer", scope="all", operations={"view": ""})
    reader = type(log.auditor).objects.get(pk=log.auditor.pk)

    assert {(one.record, one.url) for one in entries(reader, kind="customer")} == {
        ("乙公司", f"/customers/{log.customer.pk}/")
    }


def test_a_hidden_field_is_in_no_line_and_no_search_finds_it(log):
    role = log.auditor.roles.get()
    Grant.objects.create(role=role, module="customer", scope="all", operations={"view": ""}, fields={"phone": "hidden"})
    reader = type(log.auditor).objects.get(pk=log.auditor.pk)

    created = next(one for one in entries(reader, kind="customer") if one.what == "created")

    assert "Phone" not in [label for label, _before, _after in created.lines]
    assert entries(reader, q="87352210") == []
    assert len(entries(log.anna, q="87352210")) == 1


@pytest.mark.parametrize("right", ["hidden", "masked"])
def test_the_pages_of_a_search_do_not_tell_where_a_hidden_value_stands(log, right):
    """A next page, or its mark, would tell that there are hits, and which."""
    for _number in range(3):
        make_customer(owner=log.anna, phone="0574-87352211", notes="87351111")
    let_see_customers(log, phone=right)

    assert searched(log, "87352211") == {"items": [], "next": None}
    assert searched(log, "87351111")["next"]


def test_nor_do_they_tell_of_records_that_the_reader_does_not_see(log):
    for owner in (log.anna, log.boss, log.boss):
        make_contact(make_customer(owner=owner, notes="87351111"), "87351111", by=owner)
    without = searched(log, "87351111")
    sees = {"scope": "chosen", "departments": [log.boss.department_id], "operations": {"view": ""}}
    role = log.auditor.roles.get()
    Grant.objects.create(role=role, module="customer", **sees)
    Grant.objects.create(role=role, module="contact", **sees)
    found = searched(log, "87351111", limit=50)

    assert without == {"items": [], "next": None}
    assert found["items"]
    assert all(one["changes"] for one in found["items"])
    assert searched(log, "87351111", limit=len(found["items"]))["next"] is None


def searched(log, q, limit=1):
    return log.read.get("/api/v1/audit", {"q": q, "limit": limit}).json()


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"verb": "edited"}, 1),
        ({"verb": "lost"}, 0),
        ({"source": "web"}, 2),
        ({"source": "api"}, 0),
        ({"source": "nonsense"}, 2),
        ({"address": "10.1.2.3"}, 2),
        ({"address": "10.1.2.4"}, 0),
        ({"kind": "contact"}, 0),
        ({"q": "乙公司"}, 1),
        ({"q": "%"}, 0),
        ({"person": "0"}, 0),
        ({"person": "x"}, 2),
        ({"until": "2020-01-31"}, 0),
        ({"since": "nonsense", "before": "nonsense"}, 2),
    ],
)
def test_it_is_filtered_by_what_is_asked(log, query, number):
    let_see_customers(log)
    assert len(entries(log.auditor, **query)) == number


def test_pages_follow_each_other_without_a_gap_or_a_double(log):
    for number in range(7):
        make_contact(log.customer, f"联系人 {number}", by=log.anna)
    whole, seen, before = [event.pk for event in auditing.page_of(asked_for()).events], [], ""

    for _page in range(20):
        found = auditing.page_of(asked_for(before=before), 2)
        seen += [event.pk for event in found.events]
        before = found.after
        if not before:
            break

    assert seen == whole
    assert len(seen) > 8


def test_a_rare_word_is_searched_for_in_parts(log, monkeypatch):
    monkeypatch.setattr(auditing, "SCANNED", 1)

    first = auditing.page_of(asked_for(verb="created"))

    assert (first.events, first.is_cut) == ([], True)
    assert [one.name for one in auditing.page_of(asked_for(verb="created", before=first.after)).events] == ["created"]


def test_the_page_is_for_those_who_have_the_right(log):
    assert log.read.get("/admin/audit/").status_code == 200
    assert log.read.get("/admin/audit/sign-ins/").status_code == 200
    for somebody in (log.anna, log.boss, log.guest):
        assert log.client(somebody).get("/admin/audit/").status_code == 404
        assert log.client(somebody).get("/admin/audit/sign-ins/").status_code == 404


def test_a_script_in_a_value_is_text(log):
    log.customer.edit(by=log.anna, notes="<script>alert(1)</script>")

    assert "<script>alert" not in shown(log.read.get("/admin/audit/"))


# Sign-ins


def sign_in_lines(page):
    return shown(page).count("<tr>") - 1


def test_everybody_reads_their_own_sign_ins_and_nobody_else_s(log, client):
    for user, name in ((log.anna, "signed_in"), (log.ben, "sign_in_refused"), (None, "sign_in_refused")):
        signing_log.write(request_from("10.9.8.7"), name, user, reason="password" if "refused" in name else "")

    own = log.client(log.anna).get("/account/sign-ins/")

    assert sign_in_lines(own) == 1
    assert "10.9.8.7" in shown(own)
    assert "密码不对" not in shown(own)


def test_the_sign_in_log_names_reasons_and_those_whom_nobody_knows(log):
    signing_log.write(request_from("10.9.8.7"), "sign_in_refused", log.ben, reason="password")
    signing_log.write(request_from("10.9.8.8"), "sign_in_refused", None, reason="name")

    page = shown(log.read.get("/admin/audit/sign-ins/"))
    only_unknown = log.read.get("/admin/audit/sign-ins/", {"person": "0"})

    assert "密码不对" in page
    assert "未知用户名" in page
    assert sign_in_lines(only_unknown) == 1
    assert "10.9.8.7" not in shown(log.read.get("/admin/audit/sign-ins/", {"address": "10.9.8.8"}))


def test_sign_ins_are_no_operations(log):
    signing_log.write(request_from("10.9.8.7"), "signed_in", log.ben)

    assert "sign-in" not in {one.event.record_type for one in entries(log.auditor)}


def request_from(address):
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    request.user = None
    return request


# API


def test_the_api_tells_the_same_page_after_page(log):
    log.customer.edit(by=log.anna, notes="x")
    let_see_customers(log)

    first = log.read.get("/api/v1/audit", {"limit": 2}).json()
    second = log.read.get("/api/v1/audit", {"limit": 2, "cursor": first["next"]}).json()

    told = [*first["items"], *second["items"]]
    assert [one["verb"] for one in told[:3]] == ["edited", "edited", "created"]
    assert len({one["id"] for one in told}) == len(told)
    assert told[0]["record"] == {"kind": "customer", "id": log.customer.pk, "name": "乙公司"}
    assert told[0]["address"] == "10.1.2.3"
    assert [one["after"] for one in told[0]["changes"]] == ["x"]


def test_the_api_refuses_those_without_the_right_and_names_unknown_filters(log):
    assert log.client(log.anna).get("/api/v1/audit").status_code == 403
    assert log.read.get("/api/v1/audit", {"colour": "red"}).status_code == 422
    assert log.read.get("/api/v1/audit", {"kind": "sign-in", "until": "2020-01-01"}).json() == {
        "items": [],
        "next": None,
    }
