"""The four steps of an import, each at its own address; all of it works as plain pages."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from keyuan.exchange import importing
from keyuan.exchange.columns import Mapping
from keyuan.exchange.counting import Report
from keyuan.exchange.kinds import ALSO, ImportKind, kind_of, kinds_for, targets_of
from keyuan.exchange.models import Import
from keyuan.exchange.options import EXPLAINED, FOR_SAME, FOR_SIMILAR, Options, Policy
from keyuan.exchange.previews import Preview, heads
from keyuan.exchange.reading import column_letter
from keyuan.exchange.sample import write_errors, write_template
from keyuan.org.models import User
from keyuan.records.errors import RuleBroken
from keyuan.ui.audience import may
from keyuan.ui.downloads import attachment
from keyuan.ui.pages import belongs_to, go, page

LISTED = 50
FALLBACKS = 2
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def steps() -> list[str]:
    return [_("Upload"), _("Map columns"), _("Check rows"), _("Import")]


@require_GET
@may("customer", "import", ALSO)
def import_list(request: HttpRequest) -> HttpResponse:
    """Upload a file, and the imports there were."""
    _stand_at(request, _kind(request))
    return page(request, "exchange/imports/upload.html", _upload_context(request))


@require_http_methods(["GET", "POST"])
@may("customer", "import", ALSO)
def import_new(request: HttpRequest) -> HttpResponse:
    """Step 1. A file that can't be read is refused with the place and the reason."""
    refusal = ""
    _stand_at(request, _kind(request))
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None:
                raise RuleBroken(_("Choose a file."))
            return redirect("imports:columns", importing.start_import(_user(request), file, _kind(request).name).pk)
        except RuleBroken as broken:
            refusal = str(broken)
    context = _upload_context(request) | {"refusal": refusal}
    return page(request, "exchange/imports/upload.html", context, status=422 if refusal else 200)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _kind(request: HttpRequest) -> ImportKind:
    """What the sheet holds, as far as this person may import it; else the first that they may."""
    mine = {one.name: one for one in kinds_for(_user(request))}
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    return mine.get(asked) or next(iter(mine.values()))


def _upload_context(request: HttpRequest) -> dict[str, Any]:
    user, kind = _user(request), _kind(request)
    found = Import.objects.listed_for(user).select_related("by").order_by("-created_at", "-pk")[:LISTED]
    offered = kinds_for(user)
    imports = [Report(one) for one in found]
    return {"title": kind.title, "steps": steps(), "at": 1, "imports": imports, "kind": kind, "kinds": offered}


def _mine(request: HttpRequest, pk: int) -> Import:
    of = get_object_or_404(Import.objects.visible_to(_user(request)), pk=pk)
    kind_of(of).require(_user(request))
    _stand_at(request, kind_of(of))
    return of


def _stand_at(request: HttpRequest, kind: ImportKind) -> None:
    """The menu shows the module of what the sheet holds."""
    belongs_to(request, reverse(kind.list))


@require_http_methods(["GET", "POST"])
@may("customer", "import", ALSO)
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 2: which column means what."""
    of, refusal = _mine(request, pk), ""
    mapping = Mapping.of(of.mapping, targets_of(of, _user(request)), len(of.header))
    if request.method == "POST":
        mapping = _posted(request.POST, of)
        try:
            with transaction.atomic():
                importing.map_columns(of, mapping, by=_user(request))
                importing.dry_run(of, by=_user(request))
            return redirect("imports:check", pk)
        except RuleBroken as broken:
            refusal = str(broken)
    context = _step(of, 2) | _columns_context(of, mapping, _user(request)) | {"refusal": refusal}
    return page(request, "exchange/imports/columns.html", context, status=422 if refusal else 200)


def _posted(data: QueryDict, of: Import) -> Mapping:
    places = range(len(of.header))
    columns = {place: str(data[f"column-{place}"]) for place in places if data.get(f"column-{place}")}
    given = [data.get(f"fallback-{one}", "") for one in range(FALLBACKS)]
    return Mapping(columns, [int(text) for text in given if text.isdecimal() and int(text) in places])


def _step(of: Import, at: int) -> dict[str, Any]:
    kind = kind_of(of)
    return {"title": kind.title, "steps": steps(), "at": at, "of": of, "kind": kind, "report": Report(of)}


def _columns_context(of: Import, mapping: Mapping, user: User) -> dict[str, Any]:
    targets = targets_of(of, user).values()
    groups = [(kind_of(of).catalogue.label, [one for one in targets if not one.is_contact])]
    groups.append((_("Contact"), [one for one in targets if one.is_contact]))
    samples = of.reading.get("samples", [])
    columns = [
        {
            "place": place,
            "letter": column_letter(place),
            "header": header,
            "samples": samples[place] if place < len(samples) else [],
            "target": mapping.columns.get(place, ""),
        }
        for place, header in enumerate(of.header)
    ]
    fallback = [*mapping.fallback, *[None] * FALLBACKS][:FALLBACKS]
    return {"columns": columns, "groups": groups, "fallbacks": list(enumerate(fallback))}


@require_http_methods(["GET", "POST"])
@may("customer", "import", ALSO)
def import_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 3: what would happen. Nothing is written before somebody says so."""
    of = _mine(request, pk)
    if request.method == "POST":
        return _chosen(request, of)
    if of.state in (Import.State.IMPORTING, Import.State.DONE) or of.written_to:
        return redirect("imports:run", pk)
    context = _step(of, 3) | {"options": Options.of(of.options), "choices": _choices()}
    if of.state == Import.State.CHECKED:
        number = request.GET.get("page", "1")
        preview = Preview(of, _user(request), request.GET.get("show", ""), int(number) if number.isdecimal() else 1)
        context |= {"preview": preview, "rows": preview.rows(), "heads": heads(preview), "counts": preview.counts()}
    return page(request, "exchange/imports/check.html", context)


def _choices() -> dict[str, list[tuple[str, Any, Any]]]:
    return {
        "same": [(one.value, one.label, EXPLAINED[one]) for one in FOR_SAME],
        "similar": [(one.value, Policy(one).label, EXPLAINED[one]) for one in FOR_SIMILAR],
    }


def _chosen(request: HttpRequest, of: Import) -> HttpResponse:
    """New options are checked first; only what was checked and seen is imported."""
    options, user = Options.of(request.POST), _user(request)
    unchanged = of.options == options.as_json() and of.state == Import.State.CHECKED
    if unchanged and request.POST.get("then") == "start":
        importing.confirm(of, by=user)
        return go(request, "imports:run", of.pk)
    if not unchanged:
        with transaction.atomic():
            importing.choose(of, options, by=user)
            importing.dry_run(of, by=user)
    return go(request, "imports:check", of.pk)


@require_GET
@may("customer", "import", ALSO)
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 4: how far it is, and what it did."""
    of = _mine(request, pk)
    if of.state in (Import.State.UPLOADED, Import.State.CHECKING, Import.State.CHECKED):
        return redirect("imports:check" if of.state != Import.State.UPLOADED else "imports:columns", pk)
    context = _upload_context(request) | _step(of, 4) | {"options": Options.of(of.options)}
    return page(request, "exchange/imports/run.html", context)


@require_GET
@may("customer", "import", ALSO)
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that moves while a job runs; afterwards the page is loaded again."""
    of = _mine(request, pk)
    if not of.is_working:
        return go(request, "imports:run" if of.started_at else "imports:check", pk)
    part = "checking" if of.state == Import.State.CHECKING else "running"
    return render(request, f"exchange/imports/{part}.html", {"of": of, "report": Report(of)})


@require_GET
@may("customer", "import", ALSO)
def import_errors(request: HttpRequest, pk: int) -> FileResponse:
    """The refused and skipped rows with their reasons, to be mended and uploaded again."""
    of, user = _mine(request, pk), _user(request)
    if of.state not in (Import.State.CHECKED, Import.State.DONE, Import.State.FAILED):
        raise RuleBroken(_("Wait until the rows are checked."))
    name = _("%(file)s, refused rows.xlsx") % {"file": Path(of.file_name).stem}
    return attachment(_made(lambda path: write_errors(path, of, user)), name, XLSX)


@require_GET
@may("customer", "import", ALSO)
def import_template(request: HttpRequest) -> FileResponse:
    """The sheet to fill in."""
    user, kind = _user(request), _kind(request)
    return attachment(_made(lambda path: write_template(path, user, kind)), str(kind.template), XLSX)


def _made(write: Any) -> Any:
    """A file that is gone as soon as it has been sent."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        write(path)
        return path.open("rb")
