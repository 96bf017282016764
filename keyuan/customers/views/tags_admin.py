"""Administration of the shared tags, and one's own private ones (T3)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.customers import tags_admin
from keyuan.customers.admin_forms import MergeForm, TagForm
from keyuan.customers.views.lists_admin import moved_words
from keyuan.org.http import Request
from keyuan.records.errors import RuleBroken
from keyuan.records.options import Tag
from keyuan.ui.audience import administrators, may
from keyuan.ui.pages import go, page, toast


def tag_form(request: Request, form: TagForm, title: str, back: str) -> HttpResponse:
    context = {"title": title, "form": form, "back": back}
    return page(request, "customers/admin/form.html", context, status=422 if form.errors else 200)


# Shared tags


@require_GET
@administrators
def tags(request: Request) -> HttpResponse:
    uses = tags_admin.tag_uses()
    rows = list(Tag.objects.filter(owner=None).order_by("is_retired", "group", "name"))
    for row in rows:
        row.uses = uses.get(row.pk, 0)  # type: ignore[attr-defined]
    context = {"title": _("Tags"), "rows": rows, "is_free": tags_admin.are_free()}
    return page(request, "customers/admin/tags.html", context)


@require_POST
@administrators
def tags_free(request: Request) -> HttpResponse:
    """Whether everybody makes shared tags by typing them."""
    tags_admin.allow_free_tags(request.POST.get("to") == "on", request.user)
    toast(request, _("Saved"))
    return redirect("tags_admin:list")


@require_http_methods(["GET", "POST"])
@administrators
def tag_new(request: Request) -> HttpResponse:
    form = TagForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            tag = tags_admin.add_tag(by=request.user, **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_error("name", str(refusal))
        else:
            toast(request, _("“%(name)s” was created") % {"name": tag})
            return go(request, "tags_admin:list")
    return tag_form(request, form, _("New tag"), "/admin/tags/")


@require_http_methods(["GET", "POST"])
@administrators
def tag_edit(request: Request, pk: int) -> HttpResponse:
    tag = _tag(pk)
    start = {name: getattr(tag, name) for name in TagForm.base_fields}
    form = TagForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            tags_admin.edit_tag(tag, by=request.user, **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_error("name", str(refusal))
        else:
            toast(request, _("Saved"))
            return go(request, "tags_admin:list")
    return tag_form(request, form, _("Edit “%(name)s”") % {"name": tag}, "/admin/tags/")


def _tag(pk: int) -> Tag:
    return get_object_or_404(Tag, pk=pk, owner=None)


@require_http_methods(["GET", "POST"])
@administrators
def tag_merge(request: Request, pk: int) -> HttpResponse:
    tag = _tag(pk)
    form = MergeForm(request.POST or None, tag=tag)
    if request.method == "POST" and form.is_valid():
        into = form.cleaned_data["into"]
        moved = tags_admin.merge_tags(tag, into, request.user)
        said = _("“%(name)s” was merged into “%(into)s”") % {"name": tag, "into": into}
        toast(request, said, more=moved_words(moved))
        return go(request, "tags_admin:list")
    title = _("Merge “%(name)s”") % {"name": tag}
    uses = tags_admin.tag_uses().get(tag.pk, 0)
    context = {"title": title, "form": form, "tag": tag, "uses": uses, "back": "/admin/tags/"}
    return page(request, "customers/admin/merge.html", context, status=422 if form.errors else 200)


# One's own


MINE = "/tags/"


@require_GET
@may("customer", "view")
def my_tags(request: Request) -> HttpResponse:
    """The private tags of this person."""
    uses = tags_admin.tag_uses(request.user)
    rows = list(Tag.objects.filter(owner=request.user).order_by("is_retired", "group", "name"))
    for row in rows:
        row.uses = uses.get(row.pk, 0)  # type: ignore[attr-defined]
    may_share = request.user.is_administrator or tags_admin.are_free()
    return page(request, "customers/tags.html", {"title": _("My tags"), "rows": rows, "may_share": may_share})


@require_http_methods(["GET", "POST"])
@may("customer", "view")
def my_tag_new(request: Request) -> HttpResponse:
    form = TagForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            tag = tags_admin.add_tag(by=request.user, is_private=True, **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_error("name", str(refusal))
        else:
            toast(request, _("“%(name)s” was created") % {"name": tag})
            return go(request, "tags:mine")
    return tag_form(request, form, _("New private tag"), MINE)


@require_http_methods(["GET", "POST"])
@may("customer", "view")
def my_tag_edit(request: Request, pk: int) -> HttpResponse:
    tag = _mine(request, pk)
    form = TagForm(request.POST or None, initial={name: getattr(tag, name) for name in TagForm.base_fields})
    if request.method == "POST" and form.is_valid():
        try:
            tags_admin.edit_tag(tag, by=request.user, **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_error("name", str(refusal))
        else:
            toast(request, _("Saved"))
            return go(request, "tags:mine")
    return tag_form(request, form, _("Edit “%(name)s”") % {"name": tag}, MINE)


def _mine(request: Request, pk: int) -> Tag:
    return get_object_or_404(Tag, pk=pk, owner=request.user)


@require_POST
@may("customer", "view")
def my_tag_share(request: Request, pk: int) -> HttpResponse:
    tag = tags_admin.share_tag(_mine(request, pk), request.user)
    toast(request, _("“%(name)s” is there for everybody now") % {"name": tag})
    return redirect("tags:mine")


@require_POST
@may("customer", "view")
def my_tag_delete(request: Request, pk: int) -> HttpResponse:
    tag = _mine(request, pk)
    number = tags_admin.remove_tag(tag, request.user)
    toast(request, _("“%(name)s” was deleted") % {"name": tag.name}, more=moved_words(number))
    return redirect("tags:mine")
