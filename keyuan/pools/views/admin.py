"""Administration of pools: each rule as a sentence, and whom the rules touch (G1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.pools.admin import Members, add_pool, checked, edit_pool, next_rules, shift_pool, use_pool
from keyuan.pools.admin_forms import PoolForm, summary
from keyuan.pools.effects import in_all, touched
from keyuan.pools.kinds import KINDS
from keyuan.pools.models import Pool
from keyuan.pools.sentences import all_sentences
from keyuan.records.errors import RuleBroken
from keyuan.ui.audience import administrators
from keyuan.ui.pages import go, page, toast

BACK = "/admin/pools/"
NAMED = 8
"""So many people are named of those whom a rule touches."""


@require_GET
@administrators
def pools(request: Request) -> HttpResponse:
    found = list(Pool.objects.prefetch_related("members"))
    groups = [
        {"kind": kind, "label": _title(kind), "pools": [_shown(one, request.user) for one in found if one.kind == kind]}
        for kind in KINDS
    ]
    return page(request, "pools/admin/pools.html", {"title": _("Pools"), "groups": groups})


def _title(kind: str) -> str:
    return _("Customer pools") if kind == "customer" else _("Lead pools")


def _shown(pool: Pool, reader: User) -> dict[str, Any]:
    waiting = pool.rules_from is not None and pool.rules_from > timezone.localdate()
    return {
        "pool": pool,
        "members": summary(Members.of(pool)),
        "sentences": all_sentences(pool.rules, pool.kind, reader),
        "tomorrow": all_sentences(next_rules(pool), pool.kind, reader) if waiting else [],
    }


@require_GET
@administrators
def pool_touched(request: Request, pk: int) -> HttpResponse:
    """Whom the rules touch today: takes a while on a large table, and therefore follows the page."""
    pool = get_object_or_404(Pool, pk=pk)
    return render(request, "pools/admin/touched.html", _effect(pool, pool.rules))


def _effect(pool: Pool, rules: Any) -> dict[str, Any]:
    rows = touched(pool, rules)
    back, soon = in_all(rows)
    return {"rows": rows[:NAMED], "more": len(rows) - NAMED, "back": back, "soon": soon, "recycles": rules.recycles}


@require_http_methods(["GET", "POST"])
@administrators
def pool_new(request: Request) -> HttpResponse:
    kind = request.GET.get("kind", "customer")
    if kind not in KINDS:
        raise Http404
    form = PoolForm(request.POST or None, kind=kind, by=request.user)
    if request.method == "POST" and form.is_valid():
        given = {"members": form.members, "rules": form.rules, "hidden": form.cleaned_data["hidden"]}
        made = _tried(form, lambda: add_pool(kind, form.cleaned_data["name"], by=request.user, **given))
        if made is not None:
            toast(request, _("“%(name)s” was created") % {"name": made})
            return go(request, "pools_admin:list")
    title = pgettext("admin", "New customer pool") if kind == "customer" else pgettext("admin", "New lead pool")
    return _form(request, form, title)


@require_http_methods(["GET", "POST"])
@administrators
def pool_edit(request: Request, pk: int) -> HttpResponse:
    """Change a pool; `preview` only says whom the rules as they are typed would touch."""
    pool = get_object_or_404(Pool, pk=pk)
    form = PoolForm(request.POST or None, kind=pool.kind, by=request.user, pool=pool)
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            context = _tried(form, lambda: _preview(pool, form, request)) or {}
        elif (saved := _tried(form, lambda: _save(pool, form, request))) is not None:
            changed = saved.rules_from is not None and saved.rules_from > timezone.localdate()
            toast(request, _("Saved"), more=_("The rules hold from tomorrow on.") if changed else "")
            return go(request, "pools_admin:list")
    return _form(request, form, _("Edit “%(name)s”") % {"name": pool}, pool=pool, **context)


def _save(pool: Pool, form: PoolForm, request: Request) -> Pool:
    given = {"members": form.members, "rules": form.rules, "hidden": form.cleaned_data["hidden"]}
    return edit_pool(pool, form.cleaned_data["name"], by=request.user, **given)


def _preview(pool: Pool, form: PoolForm, request: Request) -> dict[str, Any]:
    rules = checked(form.rules, pool.kind)
    sentences = all_sentences(rules, pool.kind, request.user)
    return {"preview": {"sentences": sentences, **_effect(pool, rules)}}


@require_POST
@administrators
def pool_use(request: Request, pk: int) -> HttpResponse:
    pool = get_object_or_404(Pool, pk=pk)
    use_pool(pool, not pool.is_active, by=request.user)
    toast(request, _("Saved"))
    return redirect("pools_admin:list")


@require_POST
@administrators
def pool_shift(request: Request, pk: int) -> HttpResponse:
    shift_pool(get_object_or_404(Pool, pk=pk), -1 if request.POST.get("to") == "up" else 1, by=request.user)
    return redirect("pools_admin:list")


def _tried(form: PoolForm, verb: Callable[[], Any]) -> Any:
    """What the verb gives; None where it refuses, which the form says."""
    try:
        return verb()
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return None


def _form(request: Request, form: PoolForm, title: str, **more: Any) -> HttpResponse:
    context = {"title": title, "form": form, "back": BACK, **more}
    return page(request, "pools/admin/form.html", context, status=422 if form.errors else 200)
