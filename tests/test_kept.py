"""Pieces of the frame that are kept show everybody their own."""

from __future__ import annotations

import re
from types import SimpleNamespace

from django.test import Client


def page(person: object, address: str = "/account/") -> str:
    client = Client()
    client.force_login(person)  # type: ignore[arg-type]
    return client.get(address).content.decode()


def test_each_person_sees_their_own_name(cast: SimpleNamespace) -> None:
    assert "Anna" in page(cast.anna)
    assert "Anna" not in page(cast.olga)
    assert "Anna" in page(cast.anna)


def test_forms_lead_back_to_the_page_they_stand_on(cast: SimpleNamespace) -> None:
    page(cast.anna)

    forms = re.findall(r'name="next" value="([^"]*)"', page(cast.anna, "/customers/?q=%22%3E&sort=name"))

    assert set(forms) == {"/customers/?q=%22%3E&amp;sort=name"}


def test_each_form_carries_a_fresh_token(cast: SimpleNamespace) -> None:
    tokens = [set(re.findall(r'csrfmiddlewaretoken" value="(\w{64})"', page(cast.anna))) for _ in range(2)]

    assert all(tokens)
    assert not tokens[0] & tokens[1]


def test_a_right_that_is_taken_disappears_from_the_frame(cast: SimpleNamespace) -> None:
    assert 'href="/customers/new/"' in page(cast.anna)

    cast.anna.roles.clear()

    assert 'href="/customers/new/"' not in page(cast.anna)


def test_another_language_and_theme_are_seen_at_once(cast: SimpleNamespace) -> None:
    assert 'lang="en"' in page(cast.anna)

    cast.anna.prefer(language="zh-hans", theme="dark")

    found = page(cast.anna)
    assert '<html lang="zh-Hans" data-bs-theme="dark"' in found
    assert "退出" in found
