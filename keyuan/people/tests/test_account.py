"""One's own account, tokens, and the settings of the house (L10)."""

import pytest

from keyuan.org.models import ApiToken, User
from keyuan.org.settings import setting
from keyuan.org.tokens import find_token
from keyuan.records.history import Event
from tests.make import make_user

pytestmark = pytest.mark.django_db


def test_people_change_their_own_data_and_nothing_else(cast, browser):
    data = {"name": "Anna B.", "phone": "138 0013 8000", "email": "anna@example.com"}

    response = browser(cast.anna).post("/account/", data | {"is_active": "", "username": "boss", "position": "CEO"})

    anna = User.objects.get(pk=cast.anna.pk)
    assert response.status_code == 302
    assert (anna.name, anna.phone, anna.email) == ("Anna B.", "13800138000", "anna@example.com")
    assert (anna.username, anna.position, anna.is_active) == ("anna", "", True)
    assert Event.objects.filter(record_type="user", record_id=anna.pk, name="edited").count() == 1


def test_a_phone_of_somebody_else_is_refused(cast, browser):
    make_user("lin", phone="13800138000")

    response = browser(cast.anna).post("/account/", {"name": "Anna", "phone": "13800138000", "email": ""})

    assert response.status_code == 422
    assert "phone" in response.context["form"].errors


def test_a_token_is_shown_once_and_works_until_it_is_revoked(cast, browser):
    client = browser(cast.anna)

    token = client.post("/account/tokens/", {"name": "Sync", "scope": "write", "days": "30"}).context["new_token"]
    kept = find_token(token)
    page = client.get("/account/").content.decode()
    client.post(f"/account/tokens/{kept.pk}/revoke/")

    assert (kept.user, kept.scope, kept.name) == (cast.anna, "write", "Sync")
    assert token not in page
    assert find_token(token) is None


def test_nobody_revokes_the_token_of_another(cast, browser):
    browser(cast.anna).post("/account/tokens/", {"name": "Sync", "scope": "read", "days": "0"})
    token = ApiToken.objects.get()

    assert browser(cast.ben).post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    assert ApiToken.objects.count() == 1


def test_settings_are_for_administrators_and_logged(admin, cast, browser):
    data = {"company_name": "华澜工业软件", "administrator_contact": "", "safety_notice": "Lock it", "entry_guide": ""}

    refused = browser(cast.boss).post("/admin/settings/", data)
    saved = browser(admin).post("/admin/settings/", data)

    assert (refused.status_code, saved.status_code) == (404, 302)
    assert (setting("company_name"), setting("safety_notice")) == ("华澜工业软件", "Lock it")
    assert Event.objects.get(record_type="setting").change.after["safety_notice"] == "Lock it"


def test_the_entrance_of_administration_is_for_administrators(admin, cast, browser):
    assert browser(admin).get("/admin/").status_code == 200
    assert browser(cast.boss).get("/admin/").status_code == 404
