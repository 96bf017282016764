import threading

from django.db import connections, transaction

from keyuan.activities.models import FollowUp
from keyuan.customers.models import Customer
from keyuan.exchange import importing, tasks
from keyuan.exchange.tests.files import checked, sentences, upload
from keyuan.opportunities.models import Opportunity
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


def test_the_same_follow_ups_imported_by_two_at_once_are_there_once(own_database):
    role = make_role("lead", customer={"view": "all", "create": "all"}, follow_up={"view": "", "import": ""})
    anna, ben = (make_user(name, role, department=make_department()) for name in ("anna", "ben"))
    names = [Customer.add(by=anna, name=f"{number} 公司", category=option("category", "potential")).name
             for number in range(20)]  # fmt: skip
    lines = [f"{name},2026-03-{day:02},谈过 {day},anna" for day in range(1, 29) for name in names]
    both = [checked(upload(by, "客户,时间,内容,记录人", *lines, kind="follow-ups")) for by in (anna, ben)]
    for of in both:
        importing.confirm(of, by=of.by)

    jobs = [threading.Thread(target=run, args=(of.pk,)) for of in both]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(60)

    for of in both:
        of.refresh_from_db()
    assert FollowUp.rows.count() == len(lines)
    assert (
        sum(of.counts.get("created", 0) for of in both) == sum(of.counts.get("skipped", 0) for of in both) == len(lines)
    )


def test_the_same_opportunities_imported_by_two_at_once_are_there_once(own_database):
    role = make_role(
        "lead",
        customer={"view": "all", "create": "all"},
        opportunity=dict.fromkeys(("view", "create", "edit", "import"), "all"),
    )
    anna, ben = (make_user(name, role, department=make_department()) for name in ("anna", "ben"))
    names = [Customer.add(by=anna, name=f"{number} 公司", category=option("category", "potential")).name
             for number in range(20)]  # fmt: skip
    lines = [f"{name},第 {day} 单,赢单,{day},2026-03-{day:02}" for day in range(1, 29) for name in names]
    head = "客户,商机名称,阶段,预计成交金额,预计成交时间"
    both = [checked(upload(by, head, *lines, kind="opportunities")) for by in (anna, ben)]
    for of in both:
        importing.confirm(of, by=of.by)

    jobs = [threading.Thread(target=run, args=(of.pk,)) for of in both]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(60)

    for of in both:
        of.refresh_from_db()
    assert Opportunity.rows.count() == len(lines)
    assert (
        sum(of.counts.get("created", 0) for of in both) == sum(of.counts.get("skipped", 0) for of in both) == len(lines)
    )


def run(pk):
    try:
        tasks.write_import(import_id=pk)
    finally:
        connections.close_all()
