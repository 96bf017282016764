"""What went wrong is said in the same words to people, parts of pages and programs."""

import logging
import time
from types import SimpleNamespace

import pytest
from django.test import Client, RequestFactory

from keyuan.ui import errors


@pytest.fixture
def anna(cast: SimpleNamespace) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast.anna)
    client.cookies["keyuan_language"] = "en"
    return client


def test_a_missing_page_stands_inside_the_frame(anna: Client) -> None:
    answer = anna.get("/nowhere/")

    assert answer.status_code == 404
    assert "There is no such record, or you may not see it" in answer.content.decode()
    assert 'class="side"' in answer.content.decode()


def test_a_missing_page_shows_a_guest_no_frame(client: Client, db: None) -> None:
    answer = client.get("/nowhere/")

    assert answer.status_code == 404
    assert 'class="side"' not in answer.content.decode()


def test_a_broken_rule_is_said_and_what_was_typed_is_kept(anna: Client) -> None:
    answer = anna.post("/ruled-out/", {"name": "云桥精密", "password": "hush hush"})
    page = answer.content.decode()

    assert answer.status_code == 409
    assert "Somebody else was faster." in page
    assert 'value="云桥精密"' in page
    assert "hush hush" not in page


def test_a_broken_rule_reaches_htmx_as_a_sentence(anna: Client) -> None:
    answer = anna.post("/ruled-out/", headers={"HX-Request": "true"})

    assert (answer.status_code, "<html" in answer.content.decode()) == (409, False)
    assert "<span data-sentence>Somebody else was faster.</span>" in answer.content.decode()


def test_a_refusal_says_why(anna: Client) -> None:
    answer = anna.get("/refused/")

    assert answer.status_code == 403
    assert "You may not transfer this customer." in answer.content.decode()


def test_an_unexpected_failure_has_a_reference_that_the_log_has_too(
    anna: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="keyuan.errors"):
        answer = anna.get("/broken/")

    reference = next(record for record in caplog.records if record.name == "keyuan.errors").args[0]
    assert answer.status_code == 500
    assert reference in answer.content.decode()
    assert "never shown" not in answer.content.decode()
    assert "ZeroDivisionError" in caplog.text


def test_an_absent_database_is_said_on_a_page_that_needs_none(anna: Client) -> None:
    began = time.monotonic()
    answer = anna.get("/away/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Keyuan is not available for a moment" in answer.content.decode()
    assert time.monotonic() - began < 2


def test_while_the_database_is_away_nobody_else_waits_for_it(anna: Client) -> None:
    anna.get("/away/")

    assert anna.get("/open/").status_code == 503
    assert anna.get("/livez").status_code == 200
    time.sleep(1.1)
    assert anna.get("/open/").status_code == 200


def test_one_slow_statement_does_not_close_the_house(anna: Client) -> None:
    assert anna.get("/slow/").status_code == 503
    assert anna.get("/open/").status_code == 200


def test_readiness_asks_the_database(client: Client, db: None) -> None:
    assert client.get("/readyz").content == b"ready\n"


def test_programs_get_problem_json(rf: RequestFactory) -> None:
    answer = errors.not_found(rf.get("/api/v1/customers/7"))

    assert answer["Content-Type"] == "application/problem+json"
    assert b'"status": 404' in answer.content


def test_an_outdated_form_is_named_as_such(cast: SimpleNamespace) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.anna)
    client.cookies["keyuan_language"] = "en"

    answer = client.post("/account/preferences/", {"density": "compact"})

    assert answer.status_code == 403
    assert "This page is out of date" in answer.content.decode()
