"""Pages whose frame leaves early, as the product's own web server sends them."""

import gzip
import urllib.request
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client

from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Department, Role
from tests.make import make_customer, make_user

PAGES = ("/customers/", "/contacts/", "/leads/", "/opportunities/?view=mine", "/opportunities/board/?view=mine")


@pytest.fixture
def house(own_database):
    lay_foundation()
    lin = make_user("lin", Role.objects.get(key="sales"), department=Department.objects.first())
    make_customer("华东新能源", owner=lin)
    client = Client()
    client.force_login(lin, "keyuan.org.authentication.SignIn")
    return SimpleNamespace(client=client, session=client.cookies[settings.SESSION_COOKIE_NAME].value)


def of_server(served, house, path):
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={house.session}", "Accept-Encoding": "gzip"}
    with urllib.request.urlopen(urllib.request.Request(f"{served.page}{path}", headers=headers)) as answer:
        return answer.headers, gzip.decompress(answer.read()).decode()


def tags(page):
    return [part.split()[0] for part in page.split("<")[1:]]


def test_lists_and_boards_come_in_pieces_and_are_the_same_pages(house, served):
    for path in PAGES:
        headers, page = of_server(served, house, path)

        assert headers["Transfer-Encoding"] == "chunked"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store, private"
        assert tags(page) == tags(house.client.get(path).content.decode())
