import json
import re

import pytest

from keyuan.api import api
from keyuan.customers.fields import CUSTOMER
from keyuan.ui.rest.tests.calling import Caller
from keyuan.ui.routes import operations, undeclared
from tests.make import make_contact, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(client):
    response = client.get("/api/v1/openapi.json")
    assert response.status_code == 200
    return response.json()


def test_the_file_is_openapi_3_1_and_names_the_addresses(schema):
    assert schema["openapi"].startswith("3.1")
    for path in ("/api/v1/customers", "/api/v1/customers/{pk}/restore", "/api/v1/search", "/api/v1/users/{pk}/reset"):
        assert path in schema["paths"], sorted(schema["paths"])
    assert set(schema["components"]["securitySchemes"]) == {"Bearer", "SessionCookie"}


def test_every_reference_leads_somewhere(schema):
    names = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(schema)))

    assert names <= set(schema["components"]["schemas"])


def test_every_operation_has_an_id_of_its_own_and_its_refusals(schema):
    every = [one for path in schema["paths"].values() for one in path.values()]
    ids = [one["operationId"] for one in every]

    assert len(ids) == len(set(ids))
    for one in every:
        assert {"401", "403", "503"} <= set(one["responses"])
        assert "application/problem+json" in one["responses"]["401"]["content"]
        assert one["security"]


def test_every_field_stands_in_the_schema(schema):
    properties = schema["components"]["schemas"]["Customer"]["properties"]
    given = schema["components"]["schemas"]["CustomerNew"]

    assert set(CUSTOMER.fields) - {"behind_schedule", "came", "comes_soon"} <= set(properties)
    assert given["additionalProperties"] is False
    assert given["required"] == ["name"]
    assert {name for name, one in CUSTOMER.fields.items() if one.editable} | {"owner"} == set(given["properties"])


def test_answers_have_the_members_that_the_file_says(schema, cast):
    make_contact(make_customer("甲公司", owner=cast.anna), "张三")
    for resource, name in (("customers", "Customer"), ("contacts", "Contact")):
        (item,) = Caller(cast.anna).get(f"/{resource}").json()["items"]
        assert set(item) == set(schema["components"]["schemas"][name]["properties"])


def test_the_file_does_not_change_with_the_language(client, schema):
    client.cookies["keyuan_language"] = "en"

    assert client.get("/api/v1/openapi.json").json() == schema


def test_the_page_needs_no_other_host_and_no_inline_script(client):
    response = client.get("/api/v1/docs")
    html = response.content.decode()

    assert response.status_code == 200
    assert "check-duplicates" in html
    assert "curl -X PATCH" in html
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html)
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))|\sstyle=|\son\w+=", html)
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_every_operation_says_who_may_call_it():
    assert [path for path in undeclared() if path.startswith("/api/")] == []
    audiences = {(one["path"], tuple(one["methods"])): one["audience"] for one in operations()}
    assert audiences["/api/v1/customers", ("POST",)] == "may customer create"
    assert audiences["/api/v1/openapi.json", ("GET",)] == "public"


def test_no_operation_forgot_to_ask_who_calls():
    open_ones = [
        operation.path
        for router in api._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
        if not operation.auth_callbacks
    ]

    assert sorted(open_ones) == ["/docs", "/openapi.json"]
