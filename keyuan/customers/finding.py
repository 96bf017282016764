"""Contacts are found by their own words, and by the name of their company."""

from __future__ import annotations

from collections.abc import Iterable

from keyuan.customers.models import Contact, Customer, CustomerSearch
from keyuan.records.probe import FEW, among
from keyuan.records.search import holding, is_common
from keyuan.records.search_text import Kind
from keyuan.records.text import normalise, pinyin_forms

MOST_COMPANIES = 200
"""A word in more names than these does not mean a company; the list of customers is for that."""


def shows(words: Iterable[str], *names: str) -> bool:
    """Whether these names hold all words, as written or, where somebody typed letters, by their sound."""
    texts = [normalise(name) for name in names]
    if any(word.isascii() and not word.isdecimal() for word in words):
        texts += [form for name in names for form in pinyin_forms(name)]
    return all(any(word in text for text in texts) for word in words)


def companies_named(word: str) -> list[int]:
    """Ids of the companies, before rights, that `word` names; nothing where it names very many."""
    if word.isdecimal() or is_common(CustomerSearch, word):
        return []
    rows = holding(CustomerSearch, word, [Kind.TEXT.value])
    found = list(rows.values_list("record_id", flat=True)[: MOST_COMPANIES + 1])
    if not found or len(found) > MOST_COMPANIES:
        return []
    customers = Customer.objects.unscoped(reason="a search finds before rights, which its list applies").living()
    names = customers.filter(among(found)).values_list("pk", "name", "short_name")
    return [pk for pk, *of_one in names if shows([word], *of_one)]


def contacts_of_companies(word: str) -> set[int]:
    """Ids of the contacts, before rights, of the companies that `word` names."""
    contacts = Contact.objects.unscoped(reason="a search finds before rights, which its list applies").living()
    return set(contacts.filter(among(companies_named(word), "customer_id")).values_list("pk", flat=True)[:FEW])
