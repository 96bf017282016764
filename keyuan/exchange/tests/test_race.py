import threading

from django.db import connections, transaction

from keyuan.customers.models import Customer
from keyuan.exchange import importing, tasks
from keyuan.exchange.tests.files import checked, sentences, upload
from tests.make import make_department, make_role, make_user, option


def test_a_customer_saved_at_the_same_moment_costs_one_row_not_the_chunk(own_database):
    role = make_role("rep", customer={"view": "own", "create": "own", "edit": "own", "import": "own"})
    anna = make_user("anna", role, department=make_department(), preferences={"language": "en"})
    of = checked(upload(anna, "客户名称", "甲公司", "乙公司", "丙公司"))
    importing.confirm(of, by=anna)

    with transaction.atomic():
        Customer.add(by=anna, name="乙公司", category=option("category", "potential"))
        job = threading.Thread(target=run, args=(of.pk,))
        job.start()
        job.join(0.7)  # the job waits for this transaction at the key of 乙公司
        assert job.is_alive()
    job.join(20)

    of.refresh_from_db()
    assert sorted(Customer.rows.values_list("name", flat=True)) == ["丙公司", "乙公司", "甲公司"]
    assert (of.state, of.counts["created"], of.counts["refused"]) == ("done", 2, 1)
    assert sentences(of) == [(3, "Somebody saved this customer meanwhile")]


def run(pk):
    try:
        tasks.write_import(import_id=pk)
    finally:
        connections.close_all()
