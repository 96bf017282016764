import json

import pytest
from django.utils import translation

from keyuan.customers.fields import CUSTOMER
from keyuan.customers.models import Customer
from keyuan.exchange.importing import import_file
from keyuan.exchange.reading import read_table
from keyuan.exchange.tests.files import imported, trial, upload
from keyuan.records.errors import RuleBroken
from keyuan.records.listing import Listing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_the_listed_companies_go_in(cast):
    report = import_file("customers", trial("listed_companies.csv"), "boss")

    figures = {name: report.number(name) for name in ("created", "updated", "skipped", "refused")}
    assert figures == {"created": 2227, "updated": 0, "skipped": 0, "refused": 1}
    assert report.reasons("refused") == [("Industry can't be read", 1)]
    assert report.names_from() == [("full_name_zh", 1389), ("short_name_zh", 838)]
    assert "row 59, industry: “S 综合” is not among the options." in report.lines()
    assert Customer.rows.count() == 2227
    assert Customer.rows.exclude(region="").count() == 1389
    for q in ("万科", "wanke", "wk", "www.vanke.com", "深圳"):
        found = Listing(CUSTOMER, cast.boss, q=q).rows
        assert found.filter(name="万科企业股份有限公司").exists(), q


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("google_contacts_129_columns.csv", 100),
        ("other_crm_export/Accounts.csv", 2229),
        ("other_crm_export/Leads.csv", 3900),
    ],
)
def test_exports_of_other_programs_are_taken_with_an_honest_report(cast, name, rows):
    report = import_file("customers", trial(name), "boss", dry_run=True)

    figures = [report.number(one) for one in ("created", "updated", "unchanged", "skipped", "refused")]
    assert sum(figures) == len(read_table(trial(name)).rows) == rows
    assert not Customer.rows.exists()


def test_a_file_without_names_is_refused_with_the_field(cast):
    with pytest.raises(RuleBroken, match="Customer name"):
        import_file("customers", trial("leads_9240.csv"), "boss")


def test_leads_go_in_by_their_number(cast):
    path = trial("leads_9240.csv")
    place = read_table(path).header.index("Lead Number")
    of = imported(upload(cast.anna, path.read_bytes(), mapping={place: "name"}))

    assert of.counts["created"] == Customer.rows.count() == 9240


def test_naughty_strings_in_every_field_do_no_harm(cast):
    strings = json.loads(trial("naughty_strings.json").read_text())
    fields = ["name", "short_name", "notes", "address", "tags", "contact.name", "contact.notes", "phone", "website"]
    lines = [",".join(fields)]
    for number, text in enumerate(strings):
        quoted = '"' + text.replace('"', '""').replace("\r", "") + '"'
        lines.append(",".join([f'"{number} {quoted[1:]}', *[quoted] * (len(fields) - 1)]))

    of = imported(
        upload(cast.anna, *lines, mapping=dict(enumerate(fields)), leave_bad="1", name="<script>alert(1)</script>.csv")
    )

    assert sum(of.counts.get(one, 0) for one in ("created", "updated", "unchanged", "skipped", "refused")) == len(
        of.rows.all()
    )
    assert of.counts["created"] > 400
