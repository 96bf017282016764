"""The public form: what comes of a post, and what does not (E2, A8)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from keyuan.leads.models import Lead
from keyuan.leads.web_form.guarding import MOST, TRAP, WINDOW, stamp
from keyuan.leads.web_form.models import WebForm
from keyuan.notices.models import Notice
from keyuan.notices.reading import unread_count
from keyuan.org.models import Setting, SignInTries
from keyuan.records.history import Operation
from tests.make import make_campaign, make_contact, make_customer, make_lead, make_pool, option

pytestmark = pytest.mark.django_db


def said(response):
    return response.content.decode()


@pytest.fixture
def fair(cast):
    return make_campaign("春季展会", owner=cast.boss)


@pytest.fixture
def form(cast, fair):
    of = WebForm(campaign=fair, source=option("source", "campaign"))
    asked = ["company", "name", "mobile", "email", "requirement"]
    return of.keep(by=cast.boss, title="预约演示", asked=asked, needed=["name", "mobile"], receiver=cast.anna)


def post(form, given=None, *, ago=10, address="198.51.100.7", **headers):
    """As a browser of somebody who has read the page for `ago` seconds."""
    given = {"name": "王工", "mobile": "13800138000"} if given is None else given
    marked = {"t": stamp(form.token, timezone.now() - timedelta(seconds=ago))} | given
    browser = Client(enforce_csrf_checks=True, REMOTE_ADDR=address)
    return browser.post(form.path, marked, headers=headers)


def test_a_post_becomes_a_lead_with_source_and_campaign_at_whoever_receives(cast, fair, form):
    answer = post(form, {"name": "王工", "mobile": "138 0013 8000", "company": "宁波海德", "requirement": "要 30 套"})
    assert (answer.status_code, answer["Location"]) == (303, f"{form.path}thanks/")
    lead = Lead.rows.get()
    assert (lead.company, lead.name, lead.mobile, lead.owner) == ("宁波海德", "王工", "13800138000", cast.anna)
    assert (lead.campaign, lead.source.key, lead.state) == (fair, "campaign", "new")
    assert lead.is_new_to_owner
    operation = Operation.objects.get(verb="lead.created")
    assert (operation.source, operation.address, operation.by.is_robot) == ("form", "198.51.100.7", True)


def test_who_receives_hears_of_it_once_and_is_led_to_the_lead(cast, form):
    post(form)
    notice = Notice.objects.get()
    assert (notice.user, notice.kind, notice.record_id) == (cast.anna, "lead.web_form", Lead.rows.get().pk)
    assert unread_count(cast.anna) == 1
    client = Client()
    client.force_login(cast.anna)
    assert "网页表单收到新线索" in said(client.get("/notices/"))


def test_without_a_receiver_it_belongs_to_nobody_and_the_keeper_of_the_campaign_hears_of_it(cast, fair, form):
    form.keep(by=cast.boss, receiver=None)
    post(form)
    assert Lead.rows.get().owner is None


def test_it_lies_in_the_pool_that_receives_and_only_its_members_see_it(cast, form):
    pool = make_pool("lead", cast.anna)
    form.keep(by=cast.boss, receiver=None, pool=pool)
    post(form)
    lead = Lead.rows.get()
    assert (lead.pool, lead.owner, lead.department) == (pool, None, None)
    assert Lead.objects.visible_to(cast.anna).filter(pk=lead.pk).exists()
    assert not Lead.objects.visible_to(cast.olga).filter(pk=lead.pk).exists()


def test_the_page_needs_no_script_no_cookie_and_no_session(form):
    answer = Client().get(form.path)
    page = said(answer)
    assert answer.status_code == 200
    assert not answer.cookies
    assert "<script" not in page
    assert all(f'name="{name}"' in page for name in ("company", "name", "mobile", "email", "requirement", "t", TRAP))
    assert not post(form).cookies


def test_it_is_embedded_by_the_sites_that_were_named_and_nobody_else(cast, form):
    for address in (form.path, f"{form.path}thanks/"):
        answer = Client().get(address)
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"
    form.keep(by=cast.boss, origins=["https://www.example.com", "https://b.example:8443"])
    for answer in (Client().get(form.path), Client().get(f"{form.path}thanks/"), post(form), post(form, {})):
        policy = answer["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors https://www.example.com https://b.example:8443")
        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert "X-Frame-Options" not in answer
    assert Client().get("/sign-in/")["X-Frame-Options"] == "DENY"


def test_nobody_learns_who_is_known_here(cast, form):
    customer = make_customer("宁波海德", owner=cast.olga, phone="13800138000")
    make_contact(customer, "王工", mobile="13800138000")
    make_lead("宁波海德", owner=cast.olga, mobile="13800138000")
    known = post(form, {"company": "宁波海德", "name": "王工", "mobile": "13800138000"})
    unknown = post(form, {"company": "没有人", "name": "没有人", "mobile": "13900139000"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert Lead.rows.count() == 3


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"mobile": "13800138000"}, "姓名必填"),
        ({"name": "王工", "mobile": ""}, "手机必填"),
        ({"name": "王工", "mobile": "12"}, "12"),
        ({"name": "王工", "mobile": "13800138000", "email": "nonsense"}, "邮"),
        ({"name": "长" * 5000, "mobile": "13800138000"}, "100"),
        ({"name": "王工", "mobile": "1" * 5000}, "手机"),
        ({"name": "王工", "mobile": "13800138000", "requirement": "长" * 6000}, "5000"),
        ({"name": ["王工", ""], "mobile": "13800138000"}, "姓名必填"),
        ({}, "姓名必填"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(form, given, sentence):
    answer = post(form, given)
    assert answer.status_code == 422
    assert sentence.replace("5000", "5,000") in said(answer) or sentence in said(answer)
    assert not Lead.rows.exists()


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "😀🎉", "a\x00b", "'; DROP TABLE lead; --", "\u202e反转", "{{ 7*7 }}"]
)
def test_hostile_names_are_text(cast, form, name):
    answer = post(form, {"name": name, "mobile": "13800138000"})
    assert answer.status_code in (303, 422)
    client = Client()
    client.force_login(cast.boss)
    for lead in Lead.rows.all():
        assert "<script>alert" not in said(client.get(f"/leads/{lead.pk}/"))
    again = post(form, {"name": name, "mobile": ""})
    assert "<script>alert" not in said(again)


def test_bodies_that_are_no_form_get_a_sentence(form):
    browser = Client()
    for body, kind in (
        (b'{"name": "x"}', "application/json"),
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b"", "text/plain"),
    ):
        answer = browser.post(form.path, body, content_type=kind)
        assert 400 <= answer.status_code < 500
        assert said(answer)
    assert browser.put(form.path).status_code == 405
    assert not Lead.rows.exists()


def test_owner_state_and_score_are_nothing_a_stranger_sets(cast, form):
    post(form, {"name": "王工", "mobile": "13800138000", "owner": str(cast.olga.pk), "state": "valid", "score": "9"})
    lead = Lead.rows.get()
    assert (lead.owner, lead.state, lead.score) == (cast.anna, "new", None)


def test_a_robot_in_the_trap_hears_thanks_and_leaves_nothing(form):
    answer = post(form, {"name": "王工", "mobile": "13800138000", TRAP: "https://spam.example"})
    assert answer.status_code == 303
    assert not Lead.rows.exists()


@pytest.mark.parametrize(("ago", "sentence"), [(0, "发送得太快了"), (90_000, "页面打开太久了")])
def test_too_fast_and_too_old_pages_are_sent_once_more(form, ago, sentence):
    answer = post(form, ago=ago)
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert "王工" in said(answer)
    assert not Lead.rows.exists()


@pytest.mark.parametrize("forged", ["", "x", "x" * 5000, "eyJ0Ijox:1:abc"])
def test_a_forged_stamp_makes_no_lead(form, forged):
    assert post(form, {"name": "王工", "mobile": "13800138000", "t": forged}).status_code == 422
    other = stamp("another form", timezone.now() - timedelta(seconds=9))
    assert post(form, {"name": "王工", "mobile": "13800138000", "t": other}).status_code == 422
    assert not Lead.rows.exists()


def test_a_thousand_posts_from_one_address_are_limited_while_others_get_through(form):
    answers = [post(form).status_code for _ in range(MOST + 20)]
    assert answers == [303] * MOST + [429] * 20
    refused = post(form)
    assert "发送过于频繁" in said(refused)
    assert 0 < int(refused["Retry-After"]) <= WINDOW.total_seconds()
    assert post(form, address="203.0.113.9").status_code == 303
    assert post(form, X_Forwarded_For="203.0.113.99").status_code == 429
    SignInTries.objects.update(failed_at=timezone.now() - WINDOW * 2, locked_until=timezone.now() - WINDOW)
    assert post(form).status_code == 303


def test_a_closed_form_reads_like_one_that_never_was(cast, fair, form):
    never = Client().get("/f/nothing-of-the-kind/")
    assert never.status_code == 404
    form.keep(by=cast.boss, is_active=False)
    assert (Client().get(form.path).status_code, post(form).status_code) == (404, 404)
    assert said(Client().get(form.path)) == said(never)
    form.keep(by=cast.boss, is_active=True)
    fair.delete_by(cast.boss)
    assert Client().get(form.path).status_code == 404
    fair.restore(by=cast.boss)
    Setting.objects.update_or_create(pk="modules", defaults={"value": {"off": ["leads"]}})
    assert Client().get(form.path).status_code == 404
    assert not Lead.rows.exists()


def test_consent_is_asked_for_where_it_is_wanted(cast, form):
    form.keep(by=cast.boss, consent="我同意《隐私政策》")
    assert "我同意《隐私政策》" in said(Client().get(form.path))
    refused = post(form)
    assert (refused.status_code, "勾选后才能发送" in said(refused)) == (422, True)
    assert post(form, {"name": "王工", "mobile": "13800138000", "consent": "1"}).status_code == 303


def test_a_receiver_who_has_left_receives_nothing(cast, form):
    type(cast.anna).objects.filter(pk=cast.anna.pk).update(is_active=False)
    post(form)
    assert Lead.rows.get().owner is None


def test_one_who_has_signed_in_sends_the_form_like_everybody(cast, form):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.olga)
    given = {"name": "王工", "mobile": "13800138000", "t": stamp(form.token, timezone.now() - timedelta(seconds=9))}
    assert client.post(form.path, given).status_code == 303
    assert Lead.rows.get().created_by.is_robot
