"""Derives a sample again by the product's own verbs, and names what comes out otherwise."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from keyuan.customers.models import Contact, Customer

_PICTURES = {
    "customer": "SELECT id, sort_name, completeness FROM customer WHERE id = ANY(%s)",
    "contact": "SELECT id, sort_name FROM contact WHERE customer_id = ANY(%s)",
    "search text": "SELECT record_id, kind, body FROM customer_search WHERE record_id = ANY(%s) AND body <> ''",
    "search text of contacts": (
        "SELECT record_id, kind, body FROM contact_search WHERE body <> '' AND record_id IN "
        "(SELECT id FROM contact WHERE customer_id = ANY(%s))"
    ),
    "keys": (
        "SELECT kind, key, record_id, live, blocks FROM duplicate_key "
        "WHERE record_type = 'customer' AND record_id = ANY(%s)"
    ),
    "keys of contacts": (
        "SELECT kind, key, record_id, live, blocks FROM duplicate_key WHERE record_type = 'contact' AND record_id IN "
        "(SELECT id FROM contact WHERE customer_id = ANY(%s))"
    ),
}


def differences(sample: int) -> list[str]:
    """What differs, in words; nothing is changed."""
    total = Customer.objects.unscoped(reason="the bench checks its own data").count()
    pks = list(range(1, total, max(1, total // sample)))[:sample]
    found: list[str] = []
    with transaction.atomic():
        before = _pictures(pks)
        _derive(pks)
        after = _pictures(pks)
        transaction.set_rollback(True)
    for name, rows in before.items():
        wrong = rows ^ after[name]
        found += [f"{name}: {sorted(map(str, wrong))[:2]}"] if wrong else []
    return found


def _derive(pks: list[int]) -> None:
    people = Contact.objects.unscoped(reason="the bench checks its own data").filter(customer__in=pks)
    Contact.derive(list(people.values_list("pk", flat=True)), None)
    Customer.derive(pks, None)


def _pictures(pks: list[int]) -> dict[str, set[Any]]:
    pictures = {}
    with connection.cursor() as cursor:
        for name, statement in _PICTURES.items():
            cursor.execute(statement, [pks])
            pictures[name] = set(cursor.fetchall())
    return pictures
