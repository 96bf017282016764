"""Whatever is sent, the answer is a refusal with a reason, never a failure of ours."""

import json
import os
import string

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyuan.ui.rest.tests.calling import ROOT, Caller
from tests.make import make_contact, make_customer, make_role, make_user

pytestmark = pytest.mark.django_db
FUZZ = settings(
    max_examples=int(os.environ.get("KEYUAN_FUZZ", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
DEEP = b"[" * 100_000 + b"]" * 100_000
BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"12",
    b"\xff\xfe",
    b"{'name': 1}",
    b'{"name": NaN}',
    b'{"name": Infinity}',
    b'{"name": 1e999}',
    b'{"name": "\\u0000"}',
    b'{"name": "\\ud800"}',
    b'{"\\ud800": 1}',
    b'{"\\u0000": 1}',
    b'{"registered_capital": ' + b"9" * 5000 + b"}",
    b'{"name": "x", "registered_capital": ' + b"9" * 400 + b"}",
    b'{"name": "x", "registered_capital": -1}',
    b'{"name": "x", "parent": ' + b"9" * 400 + b"}",
    b'{"name": "x", "parent": 1e300}',
    DEEP,
    b'{"name": ' + DEEP + b"}",
    b'{"name": {"a": {"b": []}}}',
    b'{"name": ["x"]}',
    b'{"name": true}',
    b'{"tags": "x"}',
    b'{"tags": {"id": 1}}',
    b'{"former_names": [1]}',
    b'{"former_names": [["x"]]}',
    b'{"founded_on": "0000-00-00"}',
    b'{"founded_on": "9999999-01-01"}',
    b'{"name": "' + b"x" * 3000 + b'"}',
    b'{"__proto__": {}, "constructor": 1}',
    "﻿{}".encode(),
]
POSTS = ["/customers", "/contacts", "/customers/bulk", "/customers/check-duplicates", "/tags", "/views", "/users"]


def no_failure(response):
    assert response.status_code < 500, (response.status_code, response.content[:500])
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["status"] == response.status_code
        assert response.json()["title"]
    return response


@pytest.fixture
def chief(cast):
    everything = dict.fromkeys(("view", "create", "edit", "delete", "transfer", "assign"), "all")
    role = make_role(
        customer=everything, contact=everything, people=everything, settings={"view": "all", "edit": "all"}
    )
    user = make_user("chief", role, department=cast.boss.department)
    make_contact(make_customer("甲公司", owner=user), "张三")
    return Caller(user)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:24]))
def test_an_odd_body_is_refused_with_a_reason(chief, path, body):
    assert no_failure(chief.post(path, body)).status_code in (200, 400, 403, 409, 422)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:24]))
def test_an_odd_change_is_refused_with_a_reason(chief, body):
    pk = chief.get("/customers").json()["items"][0]["id"]

    assert no_failure(chief.ask("PATCH", f"/customers/{pk}", body, If_Match='"1"')).status_code in (200, 400, 409, 422)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/customers", 405),
        ("DELETE", "/customers", 405),
        ("POST", "/customers/1", 405),
        ("GET", "/customers/bulk", 405),
        ("GET", "/nothing", 404),
        ("GET", "", 404),
        ("GET", "/customers/abc", 404),
        ("GET", "/customers/-1", 404),
        ("GET", "/customers/0", 404),
        ("GET", "/customers/" + "9" * 30, 404),
        ("GET", "/customers/" + "9" * 5000, 404),
        ("GET", "/customers/%00", 404),
        ("GET", "/users/" + "9" * 30, 404),
        ("GET", "/views/" + "9" * 30, 404),
        ("GET", "/tags/" + "9" * 30, 404),
        ("GET", "/search", 422),
        ("GET", "/search?q=a&b=c", 422),
        ("GET", "/views?module=secrets", 200),
        ("GET", "/customers/1?x=1", 422),
    ],
)
def test_a_wrong_address_says_so(chief, method, path, status):
    response = no_failure(chief.ask(method, path))

    assert response.status_code == status
    if status == 405:
        assert "GET" in response["Allow"] or "POST" in response["Allow"]


def test_another_content_type_is_refused(chief):
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
        headers = {"Authorization": f"Bearer {chief.token}"}
        response = Client().generic("POST", f"{ROOT}/customers", b"{}", kind, headers=headers)
        assert no_failure(response).status_code == 415


def test_a_damaged_multipart_body_of_a_browser_is_refused(client, cast):
    client.force_login(cast.anna)
    client.handler.enforce_csrf_checks = True
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
        assert no_failure(client.generic("POST", f"{ROOT}/customers", b"\xff--x", kind)).status_code in (400, 403, 415)


def test_a_body_that_is_too_large_is_refused(chief):
    body = b'{"name": "' + b"x" * (6 * 1024 * 1024) + b'"}'

    assert no_failure(chief.post("/customers", body)).status_code == 413


@pytest.mark.parametrize("given", ["", '"', '"x"', "*", '"1", "2"', "-1", "9" * 50, '"１"'])
def test_an_odd_version_is_refused(chief, given):
    pk = chief.get("/customers").json()["items"][0]["id"]

    response = chief.ask("PATCH", f"/customers/{pk}", {}, If_Match=given)
    assert no_failure(response).status_code in (409, 412)


TEXTS = st.text(max_size=40) | st.sampled_from(["-", "name", "-name", "id", "[]", "{}", "\0", "%", "_", "'", "１２３"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
FIELD_NAMES = (
    "id name category level industry region phone email uscc tags owner department parent registered_capital "
    "founded_on created_at former_names completeness relationship behind_schedule primary_contact contacts notes "
    "business_scope last_followed_at lost_on website nothing"
)
OP_NAMES = (
    "= != in not-in contains starts-with empty not-empty < <= > >= between within under any all none some no me "
    "my-department odd"
)
FIELDS, OPS = st.sampled_from(FIELD_NAMES.split()), st.sampled_from(OP_NAMES.split())
LEAVES = st.fixed_dictionaries({"field": FIELDS, "op": OPS, "value": VALUES})
NODES = st.recursive(
    LEAVES | VALUES,
    lambda inner: (
        st.fixed_dictionaries({"and": st.lists(inner, max_size=2)})
        | st.fixed_dictionaries({"or": st.lists(inner, max_size=2)})
        | st.fixed_dictionaries({"not": inner})
    ),
    max_leaves=4,
)
PARAMETERS = st.dictionaries(
    st.sampled_from(["q", "filter", "sort", "fields", "limit", "cursor", "odd"]), TEXTS, max_size=3
)


@FUZZ
@given(parameters=PARAMETERS, resource=st.sampled_from(["customers", "contacts", "users", "search", "views", "tags"]))
def test_any_parameters_are_answered(chief, parameters, resource):
    headers = {"Authorization": f"Bearer {chief.token}"}
    no_failure(chief.client.get(f"{ROOT}/{resource}", parameters, headers=headers))


@FUZZ
@given(node=NODES, resource=st.sampled_from(["customers", "contacts"]))
def test_any_filter_is_answered(chief, node, resource):
    headers = {"Authorization": f"Bearer {chief.token}"}
    no_failure(chief.client.get(f"{ROOT}/{resource}", {"filter": json.dumps(node)}, headers=headers))


@FUZZ
@given(
    body=st.dictionaries(
        FIELDS
        | st.sampled_from(["customer", "roles", "mobile", "has_left", "verb", "ids", "filter", "module", "columns",
                           "username", "superior", "sort", "group", "tint"])
        | st.text(string.ascii_letters, max_size=5),
        VALUES,
        max_size=5,
    ),
    path=st.sampled_from(POSTS),
)  # fmt: skip
def test_any_body_is_answered(chief, body, path):
    no_failure(chief.post(path, {"name": "乙公司"} | body))
