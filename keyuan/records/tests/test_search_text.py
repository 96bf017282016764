"""Grams that wait to be sorted into their index: found like any others, and sorted in when somebody asks for it."""

import pytest
from django.db import DatabaseError, connection, transaction

from keyuan.customers.models import ContactSearch, CustomerSearch
from keyuan.records.adding import copy_lines
from keyuan.records.search_text import let_grams_wait, sort_grams_in, write_search_text


def asked(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_grams_wait_only_in_the_transaction_that_said_so():
    usual = asked("SHOW gin_pending_list_limit")

    with transaction.atomic():
        let_grams_wait()
        waiting = asked("SHOW gin_pending_list_limit")

    assert (waiting, asked("SHOW gin_pending_list_limit")) == ("64MB", usual)


@pytest.mark.django_db
def test_what_waits_is_sorted_in_at_once():
    write_search_text(CustomerSearch, [(1, "text", "宁波海曙精密机械")])

    sort_grams_in(CustomerSearch, ContactSearch)

    assert asked("SELECT gin_clean_pending_list('customer_search_grams')") == 0


@pytest.mark.django_db
def test_what_the_database_refuses_of_copied_lines_is_an_error_that_callers_know():
    with pytest.raises(DatabaseError), transaction.atomic():
        copy_lines(CustomerSearch, ["record_id", "kind", "body"], ["no number\ttext\tanything"])
