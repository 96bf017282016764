"""The business registry: asked only where an administrator wants it, by a real server; a person saves (C10, C12)."""

import hashlib
import json

import pytest
from django.test import Client

from keyuan.customers import registry
from keyuan.customers.models import Customer
from keyuan.engine.outgoing import LOCAL
from keyuan.engine.tests.test_outgoing import answering, say
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Role
from keyuan.records.history import Event
from tests.make import make_customer, make_user

pytestmark = pytest.mark.django_db
KNOWN = {
    "Status": "200",
    "Result": {
        "Name": "阿里巴巴（中国）网络技术有限公司",
        "CreditCode": "91330100799655058B",
        "OperName": "蒋芳",
        "RegistCapi": "150000万元人民币",
        "StartDate": "1999-09-09 00:00:00",
        "EconKind": "有限责任公司（港澳台投资、非独资）",
        "Status": "存续（在营、开业、在册）",
        "Address": "杭州市滨江区网商路699号",
        "Scope": "开发、销售计算机网络应用软件",
    },
}
PATHS = {
    "name": "Result.Name",
    "uscc": "Result.CreditCode",
    "legal_representative": "Result.OperName",
    "registered_capital": "Result.RegistCapi",
    "founded_on": "Result.StartDate",
    "company_type": "Result.EconKind",
    "registration_status": "Result.Status",
    "registered_address": "Result.Address",
    "business_scope": "Result.Scope",
}
LOOK = {"look_up": "1"}
TYPED = {"name": "阿里巴巴", "category": "potential", "legal_representative": "马某"}


@pytest.fixture
def local(monkeypatch):
    monkeypatch.setenv(LOCAL, "127.0.0.1")


@pytest.fixture
def admin(db):
    lay_foundation()
    return make_user("admin", Role.objects.get(key="administrator"))


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def choose(address, **more):
    registry.choose({"provider": "http", "address": f"{address}?key={{key}}&q={{name}}", "paths": PATHS, **more})


def as_json(told):
    return say(json.dumps(told, ensure_ascii=False).encode(), **{"Content-Type": "application/json"})


def look_up(cast, **typed):
    return client_of(cast.anna).post("/customers/new/", {**TYPED, "look_up": "1", **typed}).content.decode()


def test_without_a_provider_there_is_no_button_and_all_goes_by_hand(cast, seeds):
    client = client_of(cast.anna)

    assert 'name="look_up"' not in client.get("/customers/new/").content.decode()
    assert registry.provider() is None
    saved = client.post("/customers/new/", {**TYPED, "uscc": "91330100799655058B", "registered_capital": "15亿"})
    assert saved.status_code == 302
    assert Customer.rows.get().legal_representative == "马某"


def test_a_look_up_fills_in_the_form_and_saves_nothing(cast, seeds, local):
    asked = {}

    def answer(handler):
        asked.update(path=handler.path, token=handler.headers["Token"], time=handler.headers["Timespan"])
        as_json(KNOWN)(handler)

    with answering(answer) as address:
        choose(address, key="k1", secret="s1", headers="Token: {signature}\nTimespan: {time}")
        assert 'name="look_up"' in client_of(cast.anna).get("/customers/new/").content.decode()
        page = look_up(cast, notes="写了一半", **{"contact-name": "顾建国"})

    assert asked["path"] == "/?key=k1&q=%E9%98%BF%E9%87%8C%E5%B7%B4%E5%B7%B4"
    assert asked["token"] == hashlib.md5(f"k1{asked['time']}s1".encode()).hexdigest().upper()
    for text in (
        'value="阿里巴巴（中国）网络技术有限公司"',
        'value="91330100799655058B"',
        'value="蒋芳"',
        'value="1500000000.00"',
        'value="1999-09-09"',
        '<option value="limited" selected>',
        '<option value="active" selected>',
        "开发、销售计算机网络应用软件</textarea>",
        "写了一半</textarea>",
        'value="顾建国"',
        "法定代表人由「马某」改为「蒋芳」",
        "客户名称由「阿里巴巴」改为「阿里巴巴（中国）网络技术有限公司」",
    ):
        assert text in page, text
    assert not Customer.rows.exists()


def test_on_an_existing_customer_the_credit_code_is_asked_and_the_version_stays(cast, seeds, local):
    customer = make_customer("甲公司", owner=cast.anna, uscc="91330100799655058B")
    asked = []

    def answer(handler):
        asked.append(handler.path)
        as_json(KNOWN)(handler)

    with answering(answer) as address:
        choose(address)
        typed = {
            "name": "甲公司",
            "uscc": "91330100799655058B",
            "category": "potential",
            "version": "1",
            "look_up": "1",
        }
        page = client_of(cast.anna).post(f"/customers/{customer.pk}/edit/", typed).content.decode()

    assert asked == ["/?key=&q=91330100799655058B"]
    assert 'name="version" value="1"' in page
    assert 'value="蒋芳"' in page
    customer.refresh_from_db()
    assert (customer.legal_representative, customer.version) == ("", 1)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (say(b"", 500), "查询服务返回状态 500。可以手工填写。"),
        (say(b"<html>"), "查询服务的返回内容无法识别。可以手工填写。"),
        (say(b"[" * 100_000), "查询服务的返回内容无法识别。可以手工填写。"),
        (say(b"", 302, Location="http://127.0.0.1/"), "查询服务返回状态 302。可以手工填写。"),
        (as_json({"Status": "201", "Message": "none", "Result": None}), "没有查到「阿里巴巴」的工商登记"),
        (as_json([]), "没有查到「阿里巴巴」的工商登记"),
        (say(b"", 404), "没有查到「阿里巴巴」的工商登记"),
    ],
)
def test_a_provider_that_fails_is_a_sentence_and_what_was_typed_stays(cast, seeds, local, answer, sentence):
    with answering(answer) as address:
        choose(address)
        page = look_up(cast)

    assert sentence in page
    assert 'value="阿里巴巴"' in page
    assert 'value="马某"' in page


def test_an_absent_or_forbidden_provider_is_a_sentence(cast, seeds, monkeypatch):
    monkeypatch.setenv(LOCAL, "127.0.0.1:1")
    choose("http://127.0.0.1:1/")
    assert "连不上查询服务。" in look_up(cast)
    choose("http://169.254.169.254/")
    assert "查询服务的地址不允许访问" in look_up(cast)
    registry.choose({})
    assert "还没有设置工商查询" in look_up(cast)
    choose("http://127.0.0.1:1/")
    assert "先填写客户名称或统一社会信用代码" in look_up(cast, name=" ")


def test_what_fits_no_input_is_told_and_left_out(cast, seeds, local):
    told = {
        "Result": {
            "Name": "甲",
            "RegistCapi": "100万美元",
            "EconKind": "合作社",
            "CreditCode": "123",
            "Status": "吊销，未注销",
        }
    }

    with answering(as_json(told)) as address:
        choose(address)
        page = look_up(cast)

    for text in ("注册资本「100万美元」", "企业类型「合作社」", "统一社会信用代码「123」"):
        assert text in page, text
    assert 'name="registered_capital" value' not in page
    assert '<option value="revoked" selected>' in page


@pytest.mark.parametrize(
    ("path", "text"),
    [("a.b", "1"), ("$.a.b", "1"), ("list.1", "y"), ("list[0]", "x"), ("list", "x、y"), ("when", "2005-03-12"),
     ("a", ""), ("list.9", ""), ("no.way", ""), ("flag", "")],
)  # fmt: skip
def test_values_are_found_at_paths(path, text):
    told = {"a": {"b": 1}, "list": ["x", "y"], "when": 1110556800000, "flag": True}

    assert registry.as_text(registry.at(told, path)) == text


def test_administrators_choose_and_try_a_provider_and_its_secret_is_never_shown(admin, cast, local):
    client = client_of(admin)
    with answering(as_json(KNOWN)) as address:
        given = {"provider": "http", "address": address + "/?q={name}", "key": "k1", "secret": "s-e-c-r-e-t",
                 "headers": "Token: s-e-c-r-e-t", **{f"path_{name}": path for name, path in PATHS.items()}}  # fmt: skip

        saved = client.post("/admin/registry/", given)
        kept = client.post("/admin/registry/", given | {"secret": ""})
        page = client.get("/admin/registry/").content.decode()
        tried = client.post("/admin/registry/try/", {"asked": "阿里巴巴"}).content.decode()

    assert (saved.status_code, kept.status_code) == (302, 302)
    assert registry.config()["secret"] == "s-e-c-r-e-t"
    assert 'value="s-e-c-r-e-t"' not in page
    assert "蒋芳" in tried
    change = Event.objects.filter(record_type="setting").latest("pk").change
    assert "s-e-c-r-e-t" not in json.dumps([change.before, change.after])
    refused = [given | {"address": "ftp://x/{name}"}, given | {"address": address}, given | {"address": ""}]
    assert [client.post("/admin/registry/", one).status_code for one in refused] == [422, 422, 422]
    assert client_of(cast.boss).get("/admin/registry/").status_code == 404
    client.post("/admin/registry/", given | {"provider": ""})
    assert registry.provider() is None


def test_existing_names_are_offered_while_a_short_name_is_typed(cast, seeds):
    """C10: 阿里巴巴 is enough to see the company of that name."""
    make_customer("阿里巴巴（中国）网络技术有限公司", owner=cast.anna)
    make_customer("杭州阿里健康科技有限公司", owner=cast.anna)
    client = client_of(cast.anna)

    for typed in ("阿里巴巴", " 阿里巴巴 ", "阿里巴巴中国"):
        page = client.post("/customers/duplicates/", {"name": typed}).content.decode()
        assert "阿里巴巴（中国）网络技术有限公司" in page, typed
        assert "阿里健康" not in page
