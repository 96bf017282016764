"""Rules about the code itself: taste that is not checked decays."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from statistics import median, quantiles

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation

from keyuan.records.models import Record
from keyuan.ui.routes import undeclared
from keyuan.ui.scripts import BUILT

ROOT = Path(__file__).parent.parent
HERE = Path(__file__).resolve()
OUTSIDE = {"node_modules", "static-built", "build", "dist"}
LONGEST_FILE, LONGEST_MEDIAN = 400, 8
FORBIDDEN_NAMES = {"services.py", "selectors.py", "utils.py", "helpers.py", "base.py", "misc.py", "common", "common.py"}

STARTS = {"visible_to", "allowed", "binned", "unscoped"}
REASONS = {
    ("keyuan/customers/duplicates.py", "the duplicate check names owners to everybody"),
    ("keyuan/customers/industries_admin.py", "an industry is counted and moved on all records, also deleted ones"),
    ("keyuan/customers/lists_admin.py", "an entry of a list is moved on all records, also deleted ones"),
    ("keyuan/demo/company.py", "a demo person who owns real data stays"),
    ("keyuan/demo/company.py", "the demo company is taken out whole"),
    ("keyuan/demo/company.py", "the demo leaves customers to which somebody added a contact"),
    ("keyuan/exchange/matching.py", "the duplicate check names owners to everybody"),
    ("keyuan/exchange/recycling.py", "the duplicate check names owners to everybody"),
    ("keyuan/exchange/recycling.py", "the recycle bin forgets after its days"),
}
"""Who may look at rows without asking for whom, and why."""

ROWS = {
    "keyuan/customers/bulk.py": "locks rows whose ids came out of allowed()",
    "keyuan/exchange/merging.py": "locks what the duplicate check found; deciding.py asks who may edit it",
    "keyuan/exchange/recycling.py": "deletes for good what came out of binned(), and the contacts below it",
    "keyuan/search/finding.py": "loads rows whose ids came out of a listing",
    "keyuan/ui/rest/showing.py": "loads rows whose ids came out of a listing",
}
"""Who may use `Model.rows` outside the ground floor and the models, and why that is right."""

UPDATES = {
    "keyuan/customers/models/customer.py": "addresses keep their own history in `until`",
    "keyuan/demo/company.py": "demo customers forget their parents before they are taken out",
    "keyuan/exchange/forgetting.py": "imports, which are no records, forget their files",
}
"""Who may call update() on rows whose model the reader can't tell, and why."""

UNNAMED_TEMPLATES = {"ui/errors/"}
"""Folders whose templates are chosen by number, such as ui/errors/404.html."""


# What there is


@cache
def files() -> list[Path]:
    """Every file of the project that somebody wrote."""
    found = (path for path in ROOT.rglob("*") if path.is_file())
    return sorted(path for path in found if not _elsewhere(path.relative_to(ROOT).parts))


def _elsewhere(parts: tuple[str, ...]) -> bool:
    hidden = any(part.startswith(".") and part not in (".ci", ".gitignore") for part in parts)
    return hidden or bool({"__pycache__", *OUTSIDE} & set(parts)) or any(part.endswith(".egg-info") for part in parts)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def texts() -> Iterator[tuple[str, str]]:
    """Name and content of every text file that is ours: no vendored ones, no translations, no hashes."""
    for path in files():
        ours = "vendor" not in path.parts and "locale" not in path.parts and path != HERE
        if ours and path.suffix in {".py", ".html", ".js", ".css", ".md", ".toml", ".txt", ".sql", ""}:
            yield named(path), path.read_text(encoding="utf-8", errors="ignore")


def is_test(path: Path) -> bool:
    return "tests" in path.parts or path.name == "conftest.py"


@cache
def product() -> dict[str, ast.Module]:
    """The syntax tree of every Python file that runs in the product."""
    inside = [path for path in files() if path.suffix == ".py" and path.is_relative_to(ROOT / "keyuan")]
    return {
        named(path): ast.parse(path.read_text(encoding="utf-8"))
        for path in inside
        if not is_test(path) and "migrations" not in path.parts
    }


def mouths() -> Iterable[str]:
    """Pages, the API and the menu: whatever speaks to a person or a program."""
    return [name for name in product() if re.search(r"/(views|rest)/|/(views|api|menu)\.py$", name)]


def templates() -> dict[str, str]:
    """The text of every template by the name under which it is loaded."""
    found = [path for path in files() if path.match("keyuan/*/templates/**/*.html") or "templates" in path.parts]
    return {
        path.as_posix().partition("/templates/")[2]: path.read_text(encoding="utf-8")
        for path in found
        if path.suffix == ".html"
    }


def found_in(names: Iterable[str], offends: Callable[[ast.AST], object]) -> list[str]:
    return [
        f"{name}:{getattr(node, 'lineno', 0)}" for name in names for node in ast.walk(product()[name]) if offends(node)
    ]


def lines_with(pattern: str, sources: Iterable[tuple[str, str]]) -> list[str]:
    sign = re.compile(pattern)
    return [
        f"{name}:{number} {line.strip()[:80]}"
        for name, text in sources
        for number, line in enumerate(text.splitlines(), 1)
        if sign.search(line)
    ]


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


# Templates and scripts


def page_texts() -> Iterator[tuple[str, str]]:
    return ((name, text) for name, text in texts() if name.endswith(".html") or name in product())


@pytest.mark.parametrize(
    "pattern",
    [
        r"<script(?![^>]*(\bsrc=|application/json))[^>]*>",
        r"<style\b",
        r"[\"'\s]style\s*=\s*\\?[\"'{]",
        r"<[a-z][^>{}]*\son[a-z]+\s*=\s*[\"'{]",
        r"[\"']javascript:(?!\w*[\"'])",
        r"\bhx-on\b|\bhx-vals=.js:",
        r"\|\s*safe\b(?! *#)|autoescape off",
    ],
    ids=[
        "script",
        "style element",
        "style attribute",
        "on attribute",
        "javascript address",
        "htmx script",
        "unescaped",
    ],
)
def test_pages_hold_no_script_and_no_style(pattern: str) -> None:
    assert lines_with(pattern, page_texts()) == []


def test_scripts_make_no_code_out_of_text() -> None:
    scripts = [(name, text) for name, text in texts() if name.endswith(".js")]

    assert lines_with(r"\beval\(|new Function\(|document\.write\(|setAttribute\(\"style\"", scripts) == []


def mentioned(name: str, where: Iterable[str]) -> bool:
    return any(f'"{name}"' in text or f"'{name}'" in text for text in where)


def test_every_template_is_used() -> None:
    pages = templates()
    code = [text for name, text in texts() if name.endswith(".py") and "/tests/" not in name]
    unused = [
        name
        for name in pages
        if not name.startswith(tuple(UNNAMED_TEMPLATES))
        and not mentioned(name, [*code, *(text for other, text in pages.items() if other != name)])
    ]
    assert unused == []


def test_every_template_begins_by_saying_what_it_is_and_what_it_needs() -> None:
    begins = re.compile(r"({%\s*(extends|load)[^%]*%}\s*)*{# \S")
    silent = [name for name, text in templates().items() if not begins.match(text)]
    assert [name for name in silent if not name.startswith(tuple(UNNAMED_TEMPLATES))] == []


# What is written


CHINESE = r"[\u4e00-\u9fff]"
MEANT = "简体中文|万|亿"
"""A language is named in itself; amounts may be typed with their Chinese units."""


def test_pages_and_scripts_hold_no_sentence_that_is_not_translated() -> None:
    shown = [
        (name, re.sub(rf"{{#.*?#}}|^\s*(//|\*|/\*).*$|{MEANT}", "", text, flags=re.M))
        for name, text in texts()
        if name.endswith((".html", ".js")) and not name.startswith("keyuan/ui/templates/ui/components")
    ]
    assert lines_with(CHINESE, shown) == []


def test_no_file_names_a_registry_or_somebody_s_machine() -> None:
    registries = (
        r"pypi\.org|pythonhosted|npmjs\.(org|com)|registry\.\w+\.\w{2,}|--index-url|extra-index-url|artifactory|jfrog"
    )
    machines = r"(?<![\w.])/(work|home/\w+|Users/\w+|mnt/\w+)/|[A-Z]:\\\\Users"

    assert lines_with(f"{registries}|{machines}", texts()) == []


def test_nothing_is_put_off() -> None:
    assert lines_with(r"\b(TODO|FIXME|XXX|HACK)\b", texts()) == []


def operations_of(operations: Iterable[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from operations_of([*operation.database_operations, *operation.state_operations])
        else:
            yield operation


def test_every_migration_has_a_way_back() -> None:
    ours = {name: found for (app, name), found in MigrationLoader(None).disk_migrations.items() if app == "keyuan"}
    one_way = [
        f"{name}: {operation.describe()}"
        for name, migration in sorted(ours.items())
        for operation in operations_of(migration.operations)
        if not operation.reversible
    ]
    assert one_way == []


# Documents


def documents() -> Iterator[tuple[Path, str]]:
    for path in files():
        if path.suffix == ".md" and "vendor" not in path.parts:
            yield path, path.read_text(encoding="utf-8")


def test_links_of_documents_lead_somewhere() -> None:
    dead = [
        f"{named(path)}: {link}"
        for path, text in documents()
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
        if not (path.parent / link).exists()
    ]
    assert dead == []


def places(name: str) -> list[Path]:
    """Files and folders that the map may mean by a name, which may leave out the room in whose section it stands."""
    folders = {folder for path in files() for folder in path.relative_to(ROOT).parents}
    return [path for path in (*files(), *(ROOT / folder for folder in folders)) if f"/{path}".endswith(f"/{name}")]


def test_the_map_names_only_what_exists() -> None:
    text = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    named_there = re.findall(r"`((?:\w+/)*\w+(?:/|\.py))(?:: ([\w.]+))?`", text)
    lost = {name for name, _rule in named_there if not places(name.rstrip("/"))}
    unknown = [
        f"{name}: {rule}"
        for name, rule in named_there
        if rule and not any(rule.split(".")[-1] in path.read_text(encoding="utf-8") for path in places(name))
    ]
    assert (lost, unknown) == (set(), [])


def test_what_works_is_proven_by_tests_that_exist() -> None:
    text = (ROOT / "docs" / "behaviour.md").read_text(encoding="utf-8")
    written = "\n".join(path.read_text(encoding="utf-8") for path in files() if path.name.startswith("test_"))
    proofs = set(re.findall(r"`(test_\w+)`", text))

    assert sorted(name for name in proofs if f"def {name}(" not in written) == []
