"""Administration of the industries."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from keyuan.customers import industries_admin
from keyuan.customers.admin_forms import IndustryForm, IndustryTargetForm
from keyuan.customers.views.lists_admin import SHOWN_LISTS, moved_words
from keyuan.org.http import Request
from keyuan.records.errors import RuleBroken
from keyuan.records.reference import industries
from keyuan.records.reference.industries import Industry
from keyuan.records.reference.own_industries import Industries
from keyuan.ui.audience import administrators
from keyuan.ui.pages import go, page, toast


@require_GET
@administrators
def industry_list(request: Request) -> HttpResponse:
    """The industries below one, the sections to begin with."""
    tree = industries_admin.differences()
    under = request.GET.get("under", "")
    if under and not tree.exists(under):
        raise Http404
    uses = industries_admin.uses()
    context = {
        "title": _("Classes and lists"),
        "lists": SHOWN_LISTS.items(),
        "list": industries_admin.LIST,
        "label": SHOWN_LISTS[industries_admin.LIST],
        "line": tree.line(under),
        "under": under,
        "may_add": _takes_more(tree.get(under)),
        "rows": [_row(one, tree, uses) for one in tree.children(under)],
    }
    return page(request, "customers/admin/industries.html", context)


def _takes_more(industry: Industry | None) -> bool:
    return industry is not None and industry.level <= industries_admin.DEEPEST


def _row(one: Industry, tree: Industries, uses: dict[str, int]) -> dict[str, Any]:
    standard = industries.get(one.code)
    return {
        "industry": one,
        "label": tree.label(one.code),
        "standard": standard.name if standard and tree.is_renamed(one.code) else "",
        "is_hidden": tree.is_hidden(one.code),
        "opens": _takes_more(one),
        "below": len(tree.children(one.code)),
        "uses": uses.get(one.code, 0),
    }


@require_http_methods(["GET", "POST"])
@administrators
def industry_new(request: Request, code: str) -> HttpResponse:
    """A new industry below this one."""
    tree = industries_admin.differences()
    if not _takes_more(tree.get(code)):
        raise Http404
    form = IndustryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            industry = industries_admin.add_industry(code, form.cleaned_data["name"], by=request.user)
        except RuleBroken as refusal:
            form.add_error("name", str(refusal))
        else:
            toast(request, _("“%(name)s” was created") % {"name": industry.name})
            return _back(request, code)
    return _form(request, form, f"{tree.label(code)} · {_('New industry')}", code)


@require_http_methods(["GET", "POST"])
@administrators
def industry_edit(request: Request, code: str) -> HttpResponse:
    tree = industries_admin.differences()
    industry = _found(tree, code)
    start = {"name": industry.name, "is_hidden": tree.is_hidden(code)}
    form = IndustryForm(request.POST or None, industry=industry, initial=start)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            industries_admin.edit_industry(code, given["name"], given["is_hidden"], by=request.user)
        except RuleBroken as refusal:
            form.add_error("name", str(refusal))
        else:
            toast(request, _("Saved"))
            return _back(request, industry.parent)
    return _form(request, form, _("Edit “%(name)s”") % {"name": tree.label(code)}, industry.parent)


@require_http_methods(["GET", "POST"])
@administrators
def industry_delete(request: Request, code: str) -> HttpResponse:
    """Delete an own industry; one in use asks first what its customers get instead."""
    tree = industries_admin.differences()
    industry = _found(tree, code)
    if not industry.is_own:
        raise Http404
    number = industries_admin.uses().get(code, 0)
    form = IndustryTargetForm(request.POST if request.method == "POST" else None, tree=tree, needed=bool(number))
    if request.method == "POST" and form.is_valid():
        try:
            moved = industries_admin.remove_industry(code, form.cleaned_data.get("target", ""), by=request.user)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            toast(request, _("“%(name)s” was deleted") % {"name": industry.name}, more=moved_words(moved))
            return _back(request, industry.parent)
    title = _("Delete “%(name)s”") % {"name": industry.name}
    context = {"title": title, "form": form, "uses": number, "back": _address(industry.parent)}
    return page(request, "customers/admin/delete.html", context, status=422 if form.errors else 200)


def _found(tree: Industries, code: str) -> Industry:
    industry = tree.get(code)
    if industry is None:
        raise Http404
    return industry


def _address(under: str) -> str:
    return f"{reverse('lists_admin:industries')}?under={under}" if under else reverse("lists_admin:industries")


def _back(request: Request, under: str) -> HttpResponse:
    return go(request, _address(under))


def _form(request: Request, form: IndustryForm, title: str, under: str) -> HttpResponse:
    context = {"title": title, "form": form, "back": _address(under)}
    return page(request, "customers/admin/form.html", context, status=422 if form.errors else 200)
