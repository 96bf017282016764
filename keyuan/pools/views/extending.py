"""Asking for more days, and deciding about that, as pages (G1)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.pools.extending import (
    LONGEST,
    ExtensionRequest,
    ask,
    decide,
    decides,
    may_ask,
    waiting,
    waiting_about,
    withdraw,
)
from keyuan.pools.kinds import KINDS
from keyuan.pools.membership import home_pool, home_pools
from keyuan.pools.models import Pool
from keyuan.pools.notices import names_of
from keyuan.pools.sentences import days_left
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.ui.audience import may
from keyuan.ui.editing import record_or_404
from keyuan.ui.formats import ago, day
from keyuan.ui.pages import belongs_to, go, page, safe_next, toast

PAGE = "/pools/extensions/"
_TEXT = forms.Textarea(attrs={"rows": 3})


class AskForm(forms.Form):
    """Why the owner needs more days."""

    text = forms.CharField(
        label=gettext_lazy("Why you need more days"),
        max_length=LONGEST,
        widget=_TEXT,
        error_messages={"required": gettext_lazy("Say why you need more days.")},
    )


class RefuseForm(forms.Form):
    """What the owner is told."""

    text = forms.CharField(
        label=gettext_lazy("Why not"),
        max_length=LONGEST,
        widget=_TEXT,
        error_messages={"required": gettext_lazy("Say why the last day stays.")},
    )


# Asking


@require_http_methods(["GET", "POST"])
@may("customer", "view")
def ask_customer(request: Request, pk: int) -> HttpResponse:
    return _ask(request, "customer", pk)


@require_http_methods(["GET", "POST"])
@may("lead", "view")
def ask_lead(request: Request, pk: int) -> HttpResponse:
    return _ask(request, "lead", pk)


def _ask(request: Request, kind: str, pk: int) -> HttpResponse:
    record = record_or_404(KINDS[kind].model, request, pk)
    if record.owner_id != request.user.pk:
        raise NotAllowed(_("Only its owner may ask for more days."))
    here = f"/{kind}s/{pk}/"
    belongs_to(request, here)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask(record, by=request.user, reason=form.cleaned_data["text"])
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            toast(request, _("The managers of the pool were asked for more days"))
            return go(request, safe_next(request, here))
    context = {"form": form, "record": record, "back": here, **_until(record, request.user)}
    context |= {"asked": waiting_about(record), "withdraw": f"{PAGE}{kind}s/{pk}/withdraw/"}
    context["title"] = _("Ask for an extension")
    return page(request, "pools/extend.html", context, status=422 if form.is_bound else 200)


def _until(record: Any, user: User) -> dict[str, Any]:
    """The last day, and by how many days it may be extended."""
    if not may_ask(record, user):
        return {"until": "", "days": 0}
    pool = home_pool(user.pk, record.module)
    return {"until": day(record.due_on, weekday=False), "days": pool.rules.extension if pool else 0}


@require_POST
@may("customer", "view")
def withdraw_customer(request: Request, pk: int) -> HttpResponse:
    return _withdraw(request, "customer", pk)


@require_POST
@may("lead", "view")
def withdraw_lead(request: Request, pk: int) -> HttpResponse:
    return _withdraw(request, "lead", pk)


def _withdraw(request: Request, kind: str, pk: int) -> HttpResponse:
    withdraw(record_or_404(KINDS[kind].model, request, pk), by=request.user)
    toast(request, _("The request was taken back"))
    return go(request, safe_next(request, f"/{kind}s/{pk}/"))


# Deciding


@require_GET
@may("customer", "assign", also=("lead",))
def extensions(request: Request) -> HttpResponse:
    """What waits for the answer of this person."""
    belongs_to(request, "/customers/pool/" if request.user.may("customer", "assign") else "/leads/pool/")
    found = [one for kind in KINDS for one in decides(request.user, waiting(kind))]
    context = {"title": _("Extension requests"), "rows": _rows(request.user, found)}
    return page(request, "pools/extensions.html", context)


def _rows(user: User, found: list[ExtensionRequest]) -> list[dict[str, Any]]:
    rows = []
    for kind, kept in KINDS.items():
        of_kind = [one for one in found if one.kind == kind]
        pks = [one.record_id for one in of_kind]
        names = names_of(kind, [(user, pk) for pk in pks])
        homes = home_pools({one.asked_by_id for one in of_kind}, kind)
        last = dict(kept.model.objects.visible_to(user).filter(pk__in=pks).values_list("pk", "due_on"))
        for one in of_kind:
            if (due := last.get(one.record_id)) is not None:
                rows.append(_row(one, names.get((user.pk, one.record_id), ""), due, homes[one.asked_by_id]))
    return rows


def _row(asked: ExtensionRequest, name: str, due: date, pool: Pool | None) -> dict[str, Any]:
    left, colour = days_left(due, timezone.localdate())
    return {
        "asked": asked,
        "asked_at": ago(asked.asked_at),
        "name": name,
        "url": f"/{asked.kind}s/{asked.record_id}/",
        "due": day(due, weekday=False),
        "left": left,
        "colour": colour,
        "days": pool.rules.extension if pool is not None else 0,
        "is_lead": asked.kind == "lead",
    }


@require_POST
@may("customer", "assign", also=("lead",))
def grant(request: Request, pk: int) -> HttpResponse:
    asked = _asked(request, pk)
    try:
        done = decide(asked.pk, True, by=request.user)
    except RuleBroken as refusal:
        toast(request, str(refusal))
    else:
        until = day(done.extended_to, weekday=False)
        toast(request, _("Extended to %(day)s. %(name)s is told.") % {"day": until, "name": asked.asked_by})
    return go(request, PAGE)


@require_http_methods(["GET", "POST"])
@may("customer", "assign", also=("lead",))
def refuse(request: Request, pk: int) -> HttpResponse:
    asked = _asked(request, pk)
    belongs_to(request, f"/{asked.kind}s/pool/")
    form = RefuseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decide(asked.pk, False, by=request.user, answer=form.cleaned_data["text"])
        except RuleBroken as refusal:
            toast(request, str(refusal))
        else:
            toast(request, _("The last day stays. %(name)s is told why.") % {"name": asked.asked_by})
        return go(request, PAGE)
    name = names_of(asked.kind, [(request.user, asked.record_id)]).get((request.user.pk, asked.record_id), "")
    context = {"title": _("Refuse the extension"), "form": form, "asked": asked, "name": name, "back": PAGE}
    return page(request, "pools/refuse.html", context, status=422 if form.is_bound else 200)


def _asked(request: Request, pk: int) -> ExtensionRequest:
    """A request that is this person's to decide, also where somebody was faster. Others' do not exist."""
    found = decides(request.user, ExtensionRequest.objects.filter(pk=pk).select_related("asked_by"))
    if not found:
        raise Http404
    return found[0]
