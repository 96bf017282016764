import csv
import io
from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation

from keyuan.exchange import exporting, tasks
from keyuan.exchange.reading import read_table
from keyuan.exchange.tests.test_export import exported, fresh, rows
from keyuan.notices.models import Notice
from keyuan.org.models import Grant
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.models import SavedView
from tests.make import make_contact, make_customer, make_department, make_follow_up, make_plan, make_user, option

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 20, 2, 0, 5, tzinfo=UTC)
COLUMNS = "columns=customer,kind,at,contacts,author"


@pytest.fixture(autouse=True)
def cast(cast):
    for user in vars(cast).values():
        user.preferences = {"language": "en"}
        user.save(update_fields=["preferences"])
    with translation.override("en"):
        yield cast


def stranger(cast):
    """Somebody out of the boss's reach."""
    return make_user("stranger", cast.anna.roles.get(), department=make_department("Abroad"))


@pytest.fixture
def met(cast):
    """A follow-up of Anna's with two contacts."""
    customer = make_customer("甲公司", owner=cast.anna)
    people = [make_contact(customer, name).pk for name in ("王五", "赵六")]
    kind, result = option("follow_up_kind", "visit"), option("follow_up_result", "interested")
    values = {"kind": kind, "result": result, "at": AT, "contacts": people, "place": "三楼", "minutes": 45}
    return make_follow_up(customer, "=1+1\n谈了价格", by=cast.anna, **values)


def test_follow_ups_go_out_with_names_and_times_to_the_second(cast, met):
    _export, path = exported(cast.boss, "follow_up", query=f"view=all&{COLUMNS}", format="csv")

    content = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
    assert content[0] == ["Content", "Customer", "Kind of follow-up", "Time", "Contacts", "Author"]
    assert content[1] == ["'=1+1\n谈了价格", "甲公司", "Visit", "2026-03-20 10:00:05", "王五、赵六", "Anna"]


def test_two_of_one_name_are_told_apart_in_the_file(cast, met):
    make_user("anna2", name="Anna", department=cast.anna.department)

    _export, path = exported(cast.boss, "follow_up", query="view=all&columns=author")

    assert rows(path)[0][-1] == "Anna (anna)"


def test_the_view_the_search_and_the_chosen_rows_decide(cast, met):
    other = make_follow_up(met.customer, "第二次", by=cast.boss, kind=option("follow_up_kind", "phone"))
    foreign = make_follow_up(make_customer("丙公司", owner=stranger(cast)), "别人的")

    said = {
        query: [line[0] for line in rows(exported(cast.boss, "follow_up", query=f"{query}&columns=kind")[1])]
        for query in ("view=all", "view=mine", "view=all&q=价格")
    }
    _export, chosen = exported(cast.boss, "follow_up", ids=[other.pk, foreign.pk], query="columns=kind")

    assert sorted(said["view=all"]) == ["=1+1\n谈了价格", "第二次"]
    assert said["view=mine"] == ["第二次"]
    assert said["view=all&q=价格"] == ["=1+1\n谈了价格"]
    assert [line[0] for line in rows(chosen)] == ["第二次"]


def test_hidden_fields_are_absent_and_unseen_contacts_have_no_name(cast, met):
    boss = cast.boss.roles.get()
    Grant.objects.filter(role=boss, module="follow_up").update(fields={"contacts": "hidden", "place": "hidden"})

    _export, path = exported(fresh(cast.boss), "follow_up", query="view=all", is_complete=True)

    header = read_table(path).header
    assert not {"Contacts", "Place"} & set(header)
    assert {"Content", "Customer", "Time", "Author", "Result", "Created"} <= set(header)


def test_without_the_right_to_export_follow_ups_nothing_goes_out(cast, met):
    for user, module in ((cast.anna, "follow_up"), (cast.anna, "plan"), (cast.guest, "follow_up")):
        with pytest.raises(NotAllowed):
            exporting.start_export(user, module)


def test_a_right_withdrawn_or_narrowed_before_the_download_refuses_the_file(cast, met):
    whole, _path = exported(cast.boss, "follow_up", query="view=all")
    Grant.objects.filter(role=cast.boss.roles.get(), module="follow_up").update(fields={"result": "hidden"})
    with pytest.raises(RuleBroken, match="has changed"):
        exporting.fetch(whole, fresh(cast.boss))

    Grant.objects.filter(role=cast.boss.roles.get(), module="follow_up").delete()
    with pytest.raises(NotAllowed):
        exporting.fetch(whole, fresh(cast.boss))


def test_plans_go_out_of_those_who_may_and_the_notice_names_the_list(cast):
    customer = make_customer("甲公司", owner=cast.anna)
    values = {"customer": customer, "starts_at": AT, "participants": [cast.ben.pk], "place": "三楼"}
    make_plan("拜访甲公司", owner=cast.anna, **values)
    make_plan("别处的", owner=stranger(cast), starts_at=timezone.now())

    export, path = exported(cast.boss, "plan", query="view=all&columns=customer,starts_at,participants,owner")

    assert rows(path) == [["拜访甲公司", "甲公司", "2026-03-20 10:00:05", "Ben", "Anna"]]
    assert export.file_name.startswith("Plans-Boss-")
    assert Notice.objects.get(user=cast.boss, kind="export.done").details["name"] == "plan"


def test_the_number_of_queries_does_not_grow_with_the_follow_ups(cast, met, django_assert_max_num_queries):
    for number in range(20):
        make_follow_up(met.customer, f"第 {number} 次", by=cast.anna, contacts=met.contacts)
    export = exporting.start_export(cast.boss, "follow_up", query="view=all", is_complete=True)

    with django_assert_max_num_queries(32):
        tasks.make_export(export_id=export.pk)


def test_the_page_asks_and_the_file_waits(cast, met, client):
    client.force_login(cast.boss)
    client.post("/exports/new/", {"module": "follow_up", "query": "view=all"})
    page = client.get("/exports/").content.decode()

    assert "Follow-ups" in page


@pytest.mark.parametrize(("module", "path", "columns"), [
    ("follow_up", "/activities/", ["customer", "author", "place"]),
    ("plan", "/activities/plans/", ["customer", "owner"]),
])  # fmt: skip
def test_a_saved_view_with_its_columns_is_what_goes_out(cast, met, client, module, path, columns):
    make_plan("拜访甲公司", owner=cast.anna, customer=met.customer, starts_at=AT)
    client.force_login(cast.boss)
    asked = {"module": module, "path": path, "name": "安娜的"}
    node = '{"field": "%s", "op": "=", "value": "anna"}' % ("author" if module == "follow_up" else "owner")

    answer = client.post("/lists/views/", asked | {"query": f"view=all&filter={node}&columns={','.join(columns)}"})
    view = SavedView.objects.get(module=module)
    page = client.get(answer["Location"]).content.decode()
    _export, path = exported(cast.boss, module, query=f"view=v{view.pk}")

    assert "安娜的" in page
    assert len(read_table(path).header) == len(columns) + 1
    assert len(rows(path)) == 1
