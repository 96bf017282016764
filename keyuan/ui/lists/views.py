"""What belongs to every list: columns of a person, saved views."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keyuan.org.http import Request
from keyuan.records.kinds.kind import FilterRefused
from keyuan.records.models import SavedView
from keyuan.ui.audience import signed_in
from keyuan.ui.lists.asked import Asked
from keyuan.ui.lists.installed import list_named
from keyuan.ui.lists.page import ListOf, page_of
from keyuan.ui.lists.sentences import together, top
from keyuan.ui.pages import safe_next, stays_here, toast


def _list_of(request: Request, module: str) -> ListOf:
    """The list of this name. Raises Http404 where the person may not see it."""
    spec = list_named(module)
    if spec is None or not request.user.may(spec.catalogue.module, "view"):
        raise Http404
    return spec


@require_GET
@signed_in
def askable(request: Request, module: str) -> JsonResponse:
    """What the filter builder of a list offers."""
    spec = _list_of(request, module)
    return JsonResponse(page_of(spec, request).askable())


@require_GET
@signed_in
def choose_columns(request: Request, module: str) -> HttpResponse:
    """The column settings of a list, those of the list at `next` ticked."""
    spec = _list_of(request, module)
    address = safe_next(request)
    there = urlsplit(address)
    page = page_of(spec, request, Asked.of(there.path, QueryDict(there.query)))
    context = {"module": module, "columns": page.all_columns, "next": address}
    return render(request, "ui/lists/column_choice.html", context)


@require_POST
@signed_in
def columns(request: Request) -> HttpResponse:
    """Remember which columns of a list this person wants, in their order."""
    module = request.POST.get("module", "")
    if list_named(module):
        kept = dict(request.user.preferences.get("columns", {}))
        kept[module] = [] if request.POST.get("reset") else [name[:60] for name in request.POST.getlist("columns")[:60]]
        request.user.prefer(columns=kept)
    return redirect(_with_own_columns(safe_next(request)))


def _with_own_columns(address: str) -> str:
    """The list's address without the columns that somebody's link may have named."""
    parts = urlsplit(address)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "columns"]
    return urlunsplit(parts._replace(query=urlencode(query)))


@require_POST
@signed_in
def save_view(request: Request) -> HttpResponse:
    """Keep the conditions, columns and sort of a list under a name."""
    path, name = request.POST.get("path", "/"), request.POST.get("name", "").strip()
    asked = Asked.of(path if stays_here(path) else "/", QueryDict(request.POST.get("query", "")))
    if not name or list_named(request.POST.get("module", "")) is None:
        return redirect(asked.url())
    try:
        view = _keep(request, asked, name[:60])
    except FilterRefused as refusal:
        toast(request, str(refusal))
        return redirect(asked.url())
    return redirect(asked.place.url(view=f"v{view.pk}"))


def _keep(request: Request, asked: Asked, name: str) -> SavedView:
    module = request.POST["module"]
    base = page_of(_list_of(request, module), request, asked).view
    values = {
        "filter": together([*top(base.node), *top(asked.node())]),
        "columns": asked.columns or list(base.columns),
        "sort": asked.sort or base.sort,
        "is_shared": bool(request.POST.get("is_shared")),
    }
    try:
        with transaction.atomic():
            return SavedView.objects.create(owner=request.user, module=module, name=name, **values)
    except IntegrityError:
        view = SavedView.objects.get(owner=request.user, module=module, name=name)
        SavedView.objects.filter(pk=view.pk).update(**values)
        toast(request, _("The view “%(name)s” was replaced.") % {"name": name})
        return view


@require_POST
@signed_in
def delete_view(request: Request, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView, owner=request.user, pk=pk)
    view.delete()
    path = request.POST.get("path", "/")
    return redirect(path if stays_here(path) else reverse("home"))
