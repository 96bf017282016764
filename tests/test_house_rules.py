"""Rules about the code itself: taste that is not checked decays."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from statistics import median, quantiles

import pytest
from django.apps import apps

from keyuan.records.models import Record
from keyuan.ui.routes import undeclared
from keyuan.ui.scripts import BUILT
from tests.project import ROOT, files, found_in, is_test, lines_with, mouths, named, product, texts

LONGEST_FILE, LONGEST_MEDIAN = 400, 8
FORBIDDEN_NAMES = {"services.py", "selectors.py", "utils.py", "helpers.py", "base.py", "misc.py", "common", "common.py"}

STARTS = {"visible_to", "allowed", "binned", "unscoped"}
REASONS = {
    ("keyuan/customers/duplicates.py", "the duplicate check names owners to everybody"),
    ("keyuan/customers/finding.py", "a search finds before rights, which its list applies"),
    ("keyuan/opportunities/finding.py", "a search finds before rights, which its list applies"),
    ("keyuan/leads/searching.py", "a search finds before rights, which its list applies"),
    ("keyuan/activities/finding.py", "a search finds before rights, which its list applies"),
    ("keyuan/opportunities/forgetting.py", "what hangs on a customer goes for good with it"),
    ("keyuan/activities/forgetting.py", "what hangs on a customer goes for good with it"),
    ("keyuan/activities/reminding.py", "people are reminded of the plans they take part in"),
    ("keyuan/activities/reminding.py", "superiors are told what their people have let pass"),
    (
        "keyuan/activities/conflicts.py",
        "that a colleague is busy is told, and nothing else of what one may not see",
    ),
    ("keyuan/activities/seeing.py", "who sees what is told is asked for many people at once"),
    ("keyuan/demo/activities.py", "the demo tells of its own contacts"),
    ("keyuan/opportunities/pipelines_admin.py", "a stage is counted and cleared on all opportunities"),
    ("keyuan/people/effects.py", "an administrator is told how many rows a role would show"),
    ("keyuan/customers/searching.py", "a search finds before rights, which its list applies"),
    ("keyuan/customers/industries_admin.py", "an industry is counted and moved on all records, also deleted ones"),
    ("keyuan/customers/lists_admin.py", "an entry of a list is moved on all records, also deleted ones"),
    ("keyuan/demo/company.py", "a demo person who owns real data stays"),
    ("keyuan/demo/company.py", "the demo company is taken out whole"),
    ("keyuan/demo/company.py", "the demo leaves customers to which somebody added something"),
    ("keyuan/demo/company.py", "the demo sells to its own customers"),
    ("keyuan/demo/deals.py", "the demo tells of its own contacts"),
    ("keyuan/demo/leads.py", "the demo asks its own customers"),
    ("keyuan/demo/leads.py", "the demo tells of its own contacts"),
    ("keyuan/leads/duplicates.py", "the duplicate check names owners to everybody"),
    ("keyuan/exchange/matching.py", "the duplicate check names owners to everybody"),
    ("keyuan/exchange/recycling.py", "the duplicate check names owners to everybody"),
    ("keyuan/exchange/recycling.py", "the recycle bin forgets after its days"),
}
"""Who may look at rows without asking for whom, and why."""

ROWS = {
    "keyuan/leads/campaigns/joining.py": "what has just been put into a campaign tells its customer",
    "keyuan/activities/composing.py": "finds what a form of this person has saved before",
    "keyuan/activities/leads_along.py": "moves what hangs on a lead along, whoever may see it",
    "keyuan/activities/forms.py": "checks that contacts belong to a customer that the person may see",
    "keyuan/activities/repeating.py": "changes the plans of a series whose plan the person may edit",
    "keyuan/activities/series_making.py": "continues series by the machine, each slot once",
    "keyuan/activities/series_rows.py": "writes many plans of one series at once, with their history",
    "keyuan/activities/timeline.py": "searches among the follow-ups of a customer that the person may see",
    "keyuan/customers/bulk.py": "locks rows whose ids came out of allowed()",
    "keyuan/demo/company.py": "takes the demo's campaigns off what stays, and asks what lies in its pools",
    "keyuan/demo/leads.py": "tells of leads and customers that it has made itself",
    "keyuan/demo/deals.py": "takes no other product's code, and tells deals that it has made itself",
    "keyuan/exchange/activities/writing.py": "locks the leads that reading.py found among those the importer sees",
    "keyuan/exchange/merging.py": "locks what the duplicate check found; deciding.py asks who may edit it",
    "keyuan/exchange/recycling.py": "deletes for good what came out of binned(), and the contacts below it",
    "keyuan/customers/transferring.py": "gives away what came out of reached_by, locked",
    "keyuan/customers/pool_api.py": "names the record that find() has handed out",
    "keyuan/customers/transfer_api.py": "names the record that find() has handed out",
    "keyuan/menu.py": "names what may go along; transferring.py asks who may give it",
    "keyuan/opportunities/pooling.py": "names the condition of customers with open opportunities",
    "keyuan/leads/assignment/dealing.py": "counts for the machine how many open leads each has",
    "keyuan/leads/assignment/giving.py": "gives leads of nobody by the rules, for the machine or an administrator",
    "keyuan/leads/responding/watching.py": "looks for the machine for what was not followed up in time",
    "keyuan/pools/admin.py": "asks whether anything lies in a pool before it goes out of use",
    "keyuan/pools/claiming.py": "locks one record; the pool it lies in says who may have it",
    "keyuan/pools/clock.py": "works out for the machine until when records are their owners'",
    "keyuan/pools/exempting.py": "asks for the machine what the filter of a pool exempts",
    "keyuan/pools/extending.py": "locks the record about which the person may decide, and asks whose it is",
    "keyuan/pools/notices.py": "counts for the machine what of whom comes back",
    "keyuan/pools/recycling.py": "gives back what is overdue, in the name of the machine",
    "keyuan/opportunities/forms.py": "checks that no other product has a code",
    "keyuan/pools/effects.py": "whose records fall into a pool is asked of all owners",
    "keyuan/search/finding.py": "loads rows whose ids came out of a listing",
    "keyuan/ui/rest/showing.py": "loads rows whose ids came out of a listing",
}
"""Who may use `Model.rows` outside the ground floor and the models, and why that is right."""

UPDATES = {
    "keyuan/activities/forgetting.py": "what came from a lead stays with it when its customer goes for good",
    "keyuan/activities/models/deriving.py": "whether a follow-up counts is derived and no history",
    "keyuan/activities/repeating.py": "which slot of its series a plan fills is no history",
    "keyuan/activities/series_rows.py": "writes the line of history for each plan itself",
    "keyuan/customers/lists_admin.py": "parts, competitors and rules of stages are no records of their own",
    "keyuan/customers/models/customer.py": "addresses keep their own history in `until`",
    "keyuan/demo/company.py": "demo customers forget their parents before they are taken out",
    "keyuan/demo/leads.py": "a story of weeks is written in a moment, and dated back",
    "keyuan/demo/deals.py": "a story of weeks is written in a moment, and dated back",
    "keyuan/leads/models/lead.py": "whether its owner has opened a lead, and what follow-ups tell, is no history",
    "keyuan/opportunities/models/deriving.py": "tags of products and the order of names are derived and no history",
    "keyuan/opportunities/models/moving.py": "which steps are undone stands in the steps themselves",
    "keyuan/opportunities/models/opportunity.py": "facts that follow-ups push down are no history",
    "keyuan/exchange/forgetting.py": "imports, which are no records, forget their files",
}
"""Who may call update() on rows whose model the reader can't tell, and why."""

# Rights and history


@cache
def record_models() -> set[str]:
    return {model.__name__ for model in apps.get_models() if issubclass(model, Record)}


def other_models() -> set[str]:
    return {model.__name__ for model in apps.get_models()} - record_models()


def root_name(node: ast.AST) -> str:
    """The name at the start of a chain: Customer of `Customer.objects.filter(…).first()`."""
    while True:
        match node:
            case ast.Attribute(value=inner) | ast.Call(func=inner) | ast.Subscript(value=inner):
                node = inner
            case ast.Name(id=name):
                return name
            case _:
                return ""


def starts_elsewhere(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Attribute(attr="objects") as manager, attr=started):
            return root_name(manager) not in other_models() and started not in STARTS
    return False


def test_pages_and_endpoints_start_from_what_the_person_may_see() -> None:
    assert found_in(mouths(), starts_elsewhere) == [], "Start from .objects.visible_to(request.user)."


def reasons() -> Iterator[tuple[str, str]]:
    for name, tree in product().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "unscoped":
                given = next((word.value for word in node.keywords if word.arg == "reason"), None)
                yield name, given.value if isinstance(given, ast.Constant) else "not a literal"


def test_every_look_at_all_rows_has_a_reason_that_stands_here() -> None:
    assert set(reasons()) == REASONS


def is_rows_of_a_model(node: ast.AST) -> bool:
    if not isinstance(node, ast.Attribute) or node.attr != "rows":
        return False
    match node.value:
        case ast.Name(id=name):
            return name in record_models() or name in {"model", "cls"}
        case ast.Attribute(attr=name):
            return name == "model"
        case ast.Call(func=ast.Name(id=name)):
            return name in {"type", "model"}
    return False


def on_the_ground(name: str) -> bool:
    """Where rows may be used as they are: what every record has, and the models themselves."""
    return name.startswith("keyuan/records/") or "/models/" in name or name.endswith("/models.py")


def test_rows_are_touched_past_the_gate_only_where_it_says_why() -> None:
    above = [name for name in product() if not on_the_ground(name)]
    found = {place.partition(":")[0] for place in found_in(above, is_rows_of_a_model)}

    assert found <= set(ROWS), "Start from .objects.visible_to(user), allowed(user, operation) or unscoped(reason=…)."
    assert set(ROWS) <= found, "These places no longer need to be listed."


def updates_rows(node: ast.AST) -> bool:
    """update(…) and bulk_update(…) of a queryset; those of a dictionary or a digest take no keywords."""
    match node:
        case ast.Call(func=ast.Attribute(attr="bulk_update") as method):
            return root_name(method) not in other_models()
        case ast.Call(func=ast.Attribute(attr="update") as method, args=[], keywords=[_, *_]):
            return root_name(method) not in other_models()
    return False


def test_records_are_changed_only_where_their_history_is_written() -> None:
    above = [name for name in product() if not name.startswith("keyuan/records/")]
    found = {place.partition(":")[0] for place in found_in(above, updates_rows)}

    assert found == set(UPDATES), "Change records by record.edit(by=…) or queryset.change(by=…)."


def test_no_model_overrides_save() -> None:
    overriding = [
        f"{name}:{method.lineno}"
        for name, tree in product().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any("Model" in ast.dump(base) or "Record" in ast.dump(base) for base in node.bases)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name == "save" and not node.name.endswith("Form")
    ]
    assert overriding == [], "A rule is a verb of its own, not a side effect of save()."


def test_nothing_listens_to_signals() -> None:
    assert [name for name, tree in product().items() if "django.db.models.signals" in ast.dump(tree)] == []
    assert lines_with(r"@receiver\b|post_save|pre_save", python_texts()) == []


def python_texts() -> Iterator[tuple[str, str]]:
    return ((name, text) for name, text in texts() if name in product())


def test_every_route_says_who_may_enter() -> None:
    assert undeclared() == []


def offends(rule: Callable[[ast.AST], object], line: str) -> bool:
    return any(rule(node) for node in ast.walk(ast.parse(line)))


@pytest.mark.parametrize(
    ("rule", "wrong", "right"),
    [
        (starts_elsewhere, "Customer.objects.filter(pk=1)", "Customer.objects.visible_to(user).filter(pk=1)"),
        (starts_elsewhere, "self.model.objects.all()", "self.model.objects.allowed(user, 'edit')"),
        (starts_elsewhere, "Contact.objects.get(pk=1)", "Role.objects.get(pk=1)"),
        (is_rows_of_a_model, "Customer.rows.all()", "table.rows"),
        (is_rows_of_a_model, "type(record).rows.filter(pk=1)", "listing.rows.filter(pk=1)"),
        (updates_rows, "rows.filter(pk=1).update(name='x')", "digest.update(piece)"),
        (updates_rows, "Customer.objects.allowed(u, 'edit').update(name='x')", "User.objects.update(epoch=1)"),
        (updates_rows, "Contact.rows.bulk_update(rows, ['name'])", "Role.objects.bulk_update(rows, ['name'])"),
    ],
)
def test_the_rules_see_what_they_look_for(rule: Callable[[ast.AST], object], wrong: str, right: str) -> None:
    assert (offends(rule, wrong), offends(rule, right)) == (True, False)


# Rooms and files


def test_rooms_look_down() -> None:
    command = Path(sys.executable).with_name("lint-imports")

    outcome = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert outcome.returncode == 0, outcome.stdout


def test_no_file_is_too_long_to_be_read() -> None:
    ours = [one for one in files() if one.suffix in {".py", ".js"} and "vendor" not in one.parts and one != BUILT]
    lengths = {
        named(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in ours
        if not is_test(path) and "migrations" not in path.parts
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_files_are_named_after_what_they_are_about() -> None:
    assert [named(path) for path in files() if FORBIDDEN_NAMES & set(path.relative_to(ROOT).parts)] == []


def functions() -> Iterator[tuple[str, int]]:
    for name, tree in product().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_functions_are_short(record_property: Callable[[str, object], None]) -> None:
    lengths = [length for _name, length in functions()]
    record_property("functions", len(lengths))
    record_property("median", median(lengths))
    record_property("90th percentile", quantiles(lengths, n=10)[-1])

    assert median(lengths) < LONGEST_MEDIAN


def test_every_lock_of_the_database_has_a_number_of_its_own() -> None:
    numbers = re.findall(r"^\w*LOCK = (\d+)", "\n".join((ROOT / name).read_text() for name in product()), re.M)

    assert len(numbers) > 1
    assert sorted(set(numbers)) == sorted(numbers)
