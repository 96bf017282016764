from datetime import timedelta

import pytest
from django.utils import timezone, translation

from keyuan.activities.models import FollowUp
from keyuan.exchange import importing
from keyuan.exchange.activities.columns import guess, targets_for
from keyuan.exchange.kinds import KINDS
from keyuan.exchange.models import Import
from keyuan.exchange.reading import read_table
from keyuan.exchange.sample import write_template
from keyuan.exchange.tests.files import checked, imported
from keyuan.exchange.tests.follow_ups.sheets import HEAD, ROW, sheet, small
from keyuan.records.errors import RuleBroken
from tests.make import make_customer, make_follow_up

pytestmark = pytest.mark.django_db


def test_the_four_steps_lead_a_sheet_of_follow_ups_in(cast, customer, client):
    client.force_login(cast.boss)

    answer = client.post("/imports/new/", {"kind": "follow-ups", "file": small(f"{HEAD}\n{ROW}\n乙公司{ROW[3:]}\n")})
    of = Import.objects.get()
    mapping = client.get(answer["Location"]).content.decode()
    checked(of)
    check = client.get(f"/imports/{of.pk}/check/?show=all").content.decode()
    errors = client.get(f"/imports/{of.pk}/errors/")
    importing.confirm(Import.objects.get(), by=cast.boss)
    importing.kind_of(of).write(Import.objects.get())
    done = client.get(f"/imports/{of.pk}/").content.decode()

    assert of.mapping["columns"] == {str(place): key for place, key in enumerate(KEYS)}
    assert "Where the customer" not in mapping
    assert "谈了第二批的价格" in check
    assert "There is no customer “乙公司”" in check
    assert b"".join(errors.streaming_content).startswith(b"PK")
    assert "Show the follow-ups" in done
    assert "/activities/?view=all&amp;filter=" in done


KEYS = ("customer", "kind", "at", "content", "contacts", "result", "next_contact_at", "place", "minutes", "author")


def test_the_list_that_the_finished_import_leads_to_holds_what_came_in(cast, customer, client):
    make_follow_up(customer, "先前的", by=cast.anna)
    FollowUp.rows.update(updated_at=timezone.now() - timedelta(hours=1))
    of = imported(sheet(cast.boss, ROW))
    client.force_login(cast.boss)

    page = client.get(importing.Report(of).list_url).content.decode()

    assert "谈了第二批的价格" in page
    assert "先前的" not in page


def test_the_template_offers_kinds_and_results_and_is_read_back(cast, customer, client, tmp_path):
    write_template(tmp_path / "t.xlsx", cast.boss, KINDS["follow-ups"])
    client.force_login(cast.boss)

    with pytest.raises(RuleBroken, match="no rows below"):
        read_table(tmp_path / "t.xlsx")
    assert b"".join(client.get("/imports/template/?kind=follow-ups").streaming_content).startswith(b"PK")
    for language in ("en", "zh-hans"):
        with translation.override(language):
            targets = targets_for(cast.boss)
            header = [f"{one.label} *" for one in targets.values()]
        assert list(guess(header, targets).columns.values()) == list(targets)


def test_a_file_is_imported_by_the_command(cast, customer, tmp_path):
    path = tmp_path / "跟进.csv"
    path.write_text(f"{HEAD}\n{ROW}\n")

    dry = importing.import_file("follow-ups", path, "boss", dry_run=True)
    assert not FollowUp.rows.exists()
    done = importing.import_file("follow-ups", path, "boss")

    assert dry.lines()[0] == "跟进.csv: 1 rows checked, nothing is written"
    assert (done.of.state, FollowUp.rows.count()) == ("done", 1)


def test_the_number_of_queries_of_a_chunk_does_not_grow_with_its_rows(cast, customer, django_assert_max_num_queries):
    names = [make_customer(f"客户 {number}", owner=cast.anna).name for number in range(20)]
    lines = [f"{name},拜访,2026-03-20 10:00,谈了价格,,,,,,Anna" for name in names]
    of = checked(sheet(cast.boss, *lines))
    importing.confirm(of, by=cast.boss)

    with django_assert_max_num_queries(50):
        importing.kind_of(of).write(Import.objects.get(pk=of.pk))
