"""Administration of lists."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.customers import lists_admin
from keyuan.customers.admin_forms import OptionForm, TargetForm
from keyuan.org.http import Request
from keyuan.records.errors import RuleBroken
from keyuan.records.options import Option
from keyuan.ui.audience import administrators
from keyuan.ui.pages import go, page, toast

LISTS = {
    "category": gettext_lazy("Class"),
    "level": gettext_lazy("Level"),
    "size": gettext_lazy("Company size"),
    "source": gettext_lazy("Source"),
    "company_type": gettext_lazy("Company type"),
    "registration_status": gettext_lazy("Registration status"),
    "contact_role": gettext_lazy("Contact roles"),
    "lost_reason": gettext_lazy("Reason for the loss"),
    "follow_up_kind": gettext_lazy("Kind of follow-up"),
    "follow_up_result": gettext_lazy("Result of a follow-up"),
    "rating": gettext_lazy("Rating of a lead"),
    "campaign_type": gettext_lazy("Type of a campaign"),
    "campaign_answer": gettext_lazy("Answer to a campaign"),
    "invalid_reason": gettext_lazy("Why a lead is invalid"),
    "deal_role": gettext_lazy("Part in a deal"),
    "opportunity_lost_reason": gettext_lazy("Reason for losing"),
    "release_reason": gettext_lazy("Reason for giving back"),
    "competitor": gettext_lazy("Competitor"),
    "product_category": gettext_lazy("Product category"),
}
SHOWN_LISTS = {"category": LISTS["category"], "industry": gettext_lazy("Industry"), **LISTS}
"""The menu of lists; industries have pages of their own."""


@require_GET
@administrators
def lists(request: Request) -> HttpResponse:
    return redirect("lists_admin:list", "category")


@require_GET
@administrators
def list_detail(request: Request, list_: str) -> HttpResponse:
    _known(list_)
    uses = lists_admin.uses(list_)
    rows = lists_admin.listed(list_)
    for row in rows:
        row.uses = uses.get(row.pk, 0)  # type: ignore[attr-defined]
    context = {
        "title": _("Classes and lists"),
        "lists": SHOWN_LISTS.items(),
        "list": list_,
        "label": LISTS[list_],
        "kept": lists_admin.EXTRA_NAMES.get(list_, ""),
        "rows": rows,
    }
    return page(request, "customers/admin/list.html", context)


def _known(list_: str) -> None:
    if list_ not in LISTS:
        raise Http404


@require_http_methods(["GET", "POST"])
@administrators
def option_new(request: Request, list_: str) -> HttpResponse:
    _known(list_)
    form = OptionForm(request.POST or None, list_=list_)
    if request.method == "POST" and form.is_valid():
        try:
            option = lists_admin.add_option(list_, form.cleaned_data["name"], form.extra, by=request.user)
        except RuleBroken as refusal:
            form.add_error("name", str(refusal))
        else:
            toast(request, _("“%(name)s” was created") % {"name": option})
            return go(request, "lists_admin:list", list_)
    return _form(request, form, f"{LISTS[list_]} · {_('New entry')}", f"/admin/lists/{list_}/")


@require_http_methods(["GET", "POST"])
@administrators
def option_edit(request: Request, pk: int) -> HttpResponse:
    option = _option(pk)
    start = {"name": str(option), "is_retired": option.is_retired, **option.extra}
    form = OptionForm(request.POST or None, list_=option.list, option=option, initial=start)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            lists_admin.edit_option(option, given["name"], form.extra, given["is_retired"], by=request.user)
        except RuleBroken as refusal:
            form.add_error("name", str(refusal))
        else:
            toast(request, _("Saved"))
            return go(request, "lists_admin:list", option.list)
    title = _("Edit “%(name)s”") % {"name": option}
    return _form(request, form, title, f"/admin/lists/{option.list}/", option=option)


def _option(pk: int) -> Option:
    option = get_object_or_404(Option, pk=pk, list__in=LISTS)
    if option.extra.get("moved_to"):
        raise Http404
    return option


def _form(request: Request, form: Any, title: str, back: str, **more: Any) -> HttpResponse:
    context = {"title": title, "form": form, "back": back}
    return page(request, "customers/admin/form.html", context | more, status=422 if form.errors else 200)


@require_POST
@administrators
def option_shift(request: Request, pk: int) -> HttpResponse:
    option = _option(pk)
    lists_admin.shift_option(option, -1 if request.POST.get("to") == "up" else 1, by=request.user)
    return redirect("lists_admin:list", option.list)


@require_http_methods(["GET", "POST"])
@administrators
def option_delete(request: Request, pk: int) -> HttpResponse:
    """Delete an entry; one in use asks first what its records get instead."""
    option = _option(pk)
    number = lists_admin.uses(option.list).get(option.pk, 0)
    form = TargetForm(request.POST if request.method == "POST" else None, option=option, needed=bool(number))
    if request.method == "POST" and form.is_valid():
        try:
            moved = lists_admin.move_option(option, form.cleaned_data.get("target"), request.user)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            toast(request, _("“%(name)s” was deleted") % {"name": option}, more=moved_words(moved))
            return go(request, "lists_admin:list", option.list)
    title = _("Delete “%(name)s”") % {"name": option}
    context = {"title": title, "form": form, "uses": number, "back": f"/admin/lists/{option.list}/"}
    return page(request, "customers/admin/delete.html", context, status=422 if form.errors else 200)


def moved_words(number: int) -> str:
    return ngettext("%(n)d record changed", "%(n)d records changed", number) % {"n": number} if number else ""
