"""What a public form asks, whose its leads are, where it may be embedded (A8, E2)."""

import pytest
from django.test import Client

from keyuan.leads.web_form.models import WebForm
from keyuan.leads.web_form.origins import read_origin, read_origins
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Role
from keyuan.records.cleaners import Invalid
from keyuan.records.history import Event
from tests.make import make_campaign, make_role, make_user, option

pytestmark = pytest.mark.django_db
GIVEN = {
    "title": "预约演示",
    "asked": ["name", "mobile", "requirement"],
    "needed": ["mobile"],
    "source": "campaign",
    "is_active": "on",
}


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def said(response):
    return response.content.decode()


@pytest.fixture
def fair(cast):
    return make_campaign("春季展会", owner=cast.boss)


def test_a_campaign_gets_one_form_with_an_unguessable_address_and_a_qr_code(cast, fair):
    client = client_of(cast.boss)
    assert "春季展会" in said(client.get(f"/campaigns/{fair.pk}/form/"))
    client.post(f"/campaigns/{fair.pk}/form/", GIVEN | {"receiver": "anna", "origins": "www.example.com"})
    of = WebForm.objects.get()
    assert (of.campaign, of.receiver, of.source.key) == (fair, cast.anna, "campaign")
    assert (of.asked, of.needed) == (["name", "mobile", "requirement"], ["name", "mobile"])
    assert of.origins == ["https://www.example.com"]
    assert len(of.token) >= 22
    page = said(client.get(f"/campaigns/{fair.pk}/"))
    assert f"http://testserver/f/{of.token}/" in page
    drawn = client.get(f"/campaigns/{fair.pk}/form/code/")
    assert (drawn["Content-Type"], said(drawn)[:4]) == ("image/svg+xml", "<svg")
    client.post(f"/campaigns/{fair.pk}/form/", GIVEN | {"title": "别的"})
    assert WebForm.objects.count() == 1
    assert [one.name for one in Event.objects.filter(record_type="web_form").order_by("pk")] == ["created", "edited"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"title": ""}, "填写标题"),
        ({"asked": ["mobile"]}, "至少要问公司名称或姓名"),
        ({"asked": ["name"]}, "至少要问一种联系方式"),
        ({"asked": ["name", "owner"]}, "owner"),
        ({"receiver": "没有这个人"}, "没有叫"),
        ({"receiver": "olga"}, "不能"),
        ({"origins": "javascript:alert(1)"}, "不是网站地址"),
        ({"origins": "https://a.example; script-src *"}, "不是网站地址"),
        ({"source": "nonsense"}, "没有"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(cast, fair, given, sentence):
    person = cast.boss if "olga" not in str(given) else make_giver(cast)
    page = client_of(person).post(f"/campaigns/{fair.pk}/form/", GIVEN | given)
    assert page.status_code == 422
    assert sentence in said(page)
    assert not WebForm.objects.exists()


def make_giver(cast):
    """Somebody who changes campaigns, and creates leads for nobody else."""
    role = make_role(campaign={"view": "all", "edit": "all"}, lead={"view": "own", "create": "own"})
    return make_user("giver", role)


def test_only_those_who_change_the_campaign_set_up_its_form(cast, fair):
    for method in ("get", "post"):
        assert getattr(client_of(cast.anna), method)(f"/campaigns/{fair.pk}/form/").status_code == 404
    assert client_of(cast.anna).get("/admin/web-forms/").status_code == 404


def test_administrators_give_sources_their_forms(cast):
    lay_foundation()
    website = option("source", "website")
    client = client_of(make_user("chief", Role.objects.get(key="administrator")))
    assert client.get("/admin/web-forms/").status_code == 200
    client.post(f"/admin/web-forms/{website.pk}/", GIVEN)
    of = WebForm.objects.get()
    assert (of.campaign, of.source) == (None, website)
    assert of.path in said(client.get("/admin/web-forms/"))
    assert client.get(f"/admin/web-forms/{option('level', 'A').pk}/").status_code == 404


def test_a_new_address_ends_the_former_one(cast, fair):
    client = client_of(cast.boss)
    client.post(f"/campaigns/{fair.pk}/form/", GIVEN)
    before = WebForm.objects.get().path
    client.post(f"/campaigns/{fair.pk}/form/renew/")
    after = WebForm.objects.get().path
    assert (Client().get(before).status_code, Client().get(after).status_code) == (404, 200)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("www.example.com", "https://www.example.com"),
        ("https://a.example:8443/page?x=1", "https://a.example:8443"),
        ("HTTPS://A.EXAMPLE", "https://a.example"),
    ],
)
def test_sites_are_read_strictly(text, origin):
    assert read_origin(text) == origin


@pytest.mark.parametrize(
    "text", ["*", "https://*.example.com", "data:text/html", "ftp://a.example", "https://", "'self'"]
)
def test_what_is_no_site_is_refused(text):
    with pytest.raises(Invalid):
        read_origins(text)
