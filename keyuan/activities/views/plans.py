"""Plans one by one: their page, their form, and their verbs."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.activities.composing import complete_plan
from keyuan.activities.conflicts import clashes, warning
from keyuan.activities.fields import PLAN
from keyuan.activities.lists import load_plan_rows
from keyuan.activities.models import Plan
from keyuan.activities.plan_form import PlanEditor, contact_choices, minutes_in_words
from keyuan.activities.repeat_form import words_of
from keyuan.activities.repeat_rules import in_words
from keyuan.activities.repeating import Which, cancel_series, change_series
from keyuan.activities.series_making import house_zone, slots_of
from keyuan.activities.views.hub import told
from keyuan.customers.models import Customer
from keyuan.leads.models import Lead
from keyuan.org.http import Request
from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.moments import clean_moment
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Event
from keyuan.records.namebook import NameBook
from keyuan.records.relative_dates import start_of
from keyuan.records.story import stories, with_changes
from keyuan.records.widgets import Pills
from keyuan.ui import formats
from keyuan.ui.audience import may
from keyuan.ui.editing import Saving, record_or_404, typed_version
from keyuan.ui.pages import go, in_drawer, page, safe_next, toast, wants_part

PAST = 10
DAY = timedelta(days=1)


def _plan(request: Request, pk: int, operation: str = "view") -> Plan:
    plan: Plan = record_or_404(Plan, request, pk, operation)
    return plan


def _which(request: Request) -> Which:
    given = request.POST.get("which", "this")
    return given if given in ("this", "later", "all") else "this"  # type: ignore[return-value]


def _back(request: Request, plan: Plan) -> HttpResponse:
    """To the page that asked, else to the plan; a part of a page hears that something happened."""
    if wants_part(request) and not in_drawer(request):
        return HttpResponse(status=204, headers={"HX-Trigger": '{"kx:followed": {}}'})
    return go(request, safe_next(request, reverse("plans:detail", args=[plan.pk])))


# The page


@require_GET
@may("plan", "view")
def detail(request: Request, pk: int) -> HttpResponse:
    """What, when, where, with whom; in the drawer or as a page."""
    plan = Plan.objects.visible_to(request.user).select_related("customer", "kind", "series").filter(pk=pk).first()
    plan = plan or _plan(request, pk)
    book = NameBook(request.user)
    load_plan_rows([plan], book)
    context = {
        "title": plan.subject,
        "plan": plan,
        "drawer": in_drawer(request),
        "on_page": not in_drawer(request),
        "layout": "activities/plans/drawer.html" if in_drawer(request) else "ui/shell.html",
        "may_edit": plan.allows(request.user, "edit"),
        "may_delete": plan.allows(request.user, "delete"),
        "when": when_in_words(plan),
        "deal": plan.opportunity,
        "people": PLAN.fields["participants"].kind.named(plan.participants, book),  # type: ignore[attr-defined]
        "contacts": PLAN.fields["contacts"].kind.named(plan.contacts, book),  # type: ignore[attr-defined]
        "owner": str(book.person(plan.owner_id) or ""),
        "kind": book.option(plan.kind_id),
        "reminders": [minutes_in_words(one) for one in sorted(plan.reminders)],
        "repeats": in_words(slots_of(plan.series)) if plan.series else "",
        "days": likely_days(),
        "past": past_of(plan, book),
    }
    return page(request, "activities/plans/detail.html", context)


def when_in_words(plan: Plan) -> str:
    """3月18日 周三 14:00–15:30; 3月18日–20日, whole days; over midnight both days."""
    if plan.starts_at is None:
        return _("Not scheduled")
    first = timezone.localdate(plan.starts_at)
    if plan.is_all_day:
        assert plan.ends_at is not None
        last = timezone.localdate(plan.ends_at) - DAY
        days = formats.day(first) if last <= first else f"{formats.day(first)} – {formats.day(last)}"
        return f"{days} · {_('All day')}"
    if plan.ends_at is None:
        return f"{formats.day(first)} {formats.clock(plan.starts_at)}"
    if timezone.localdate(plan.ends_at) == first:
        return f"{formats.day(first)} {formats.clock_range(plan.starts_at, plan.ends_at)}"
    last = timezone.localdate(plan.ends_at)
    return f"{formats.day(first)} {formats.clock(plan.starts_at)} – {formats.day(last)} {formats.clock(plan.ends_at)}"


def likely_days() -> list[tuple[str, str]]:
    """The chips of 改期: tomorrow, the day after, next Monday."""
    today = timezone.localdate()
    monday = today + (7 - today.weekday()) * DAY
    days = [(_("Tomorrow"), today + DAY), (_("The day after"), today + 2 * DAY), (_("Next Monday"), monday)]
    return [(str(label), day.isoformat()) for label, day in days]


def past_of(plan: Plan, book: NameBook) -> list[Any]:
    events = Event.objects.filter(record_type="plan", record_id=plan.pk).order_by("-at", "-pk")
    return stories(with_changes(events)[:PAST], {"plan": PLAN}, book)


# The form


@require_http_methods(["GET", "POST"])
@may("plan", "create")
def new(request: Request) -> HttpResponse:
    """A new plan; the address may name customer, contact, beginning and end."""
    form = PlanEditor(request.POST or None, by=request.user, initial=asked_values(request))
    saving = Saving(form)
    if request.method == "POST" and _save(form, saving):
        plan: Any = saving.record
        undo = reverse("plans:delete", args=[plan.pk]) if plan.allows(request.user, "delete") else ""
        toast(request, _("Planned: %(plan)s") % {"plan": plan}, more=warning(plan, reader=request.user), undo=undo)
        return _back(request, plan)
    return _form_page(request, form, {"title": _("New plan")})


def _save(form: PlanEditor, saving: Saving) -> bool:
    try:
        return saving.save()
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return False


def _form_page(request: Request, form: PlanEditor, context: dict[str, Any]) -> HttpResponse:
    shown = context | {"form": form, "next": safe_next(request, ""), "action": request.get_full_path()}
    status = 409 if context.get("differences") else 422 if form.is_bound else 200
    return page(request, "activities/plans/form.html", shown, status=status)


def asked_values(request: Request) -> dict[str, Any]:
    """What the address fills in: a time lasts an hour, or the whole day where a day alone is named."""
    given = request.GET
    values: dict[str, Any] = {}
    named = given.get("customer", "")
    pk = int(named) if named.isdecimal() and len(named) < 18 else 0
    if pk and Customer.objects.visible_to(request.user).filter(pk=pk).exists():
        values["customer"] = pk
        values["contacts"] = [one for one in given.getlist("contact") if one.isdecimal()]
        values["opportunity"] = given.get("opportunity", "")[:18]
    lead = given.get("lead", "")
    if lead.isdecimal() and len(lead) < 18 and Lead.objects.visible_to(request.user).filter(pk=int(lead)).exists():
        values["lead"] = int(lead)
    if kind := given.get("kind"):
        values["kind"] = kind
    if subject := given.get("subject"):
        values["subject"] = subject[:200]
    return values | asked_times(given.get("starts_at", ""), given.get("ends_at", ""))


def asked_times(first: str, last: str) -> dict[str, Any]:
    starts = moment_of_text(first) or _next_half_hour()
    ends = moment_of_text(last)
    whole = bool(first) and "T" not in first and " " not in first
    if ends is None or ends < starts:
        ends = starts if whole else starts + timedelta(hours=1)
    return {"starts_at": _typed(starts), "ends_at": _typed(ends), "is_all_day": whole}


def _typed(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def _next_half_hour() -> datetime:
    now = timezone.localtime().replace(second=0, microsecond=0)
    return now + timedelta(minutes=30 - now.minute % 30)


def moment_of_text(text: str) -> datetime | None:
    try:
        return clean_moment(text) if text else None
    except Invalid:
        return None


@require_http_methods(["GET", "POST"])
@may("plan", "edit")
def edit(request: Request, pk: int) -> HttpResponse:
    plan = _plan(request, pk, "edit")
    form = PlanEditor(request.POST or None, by=request.user, instance=plan)
    saving = Saving(form, typed_version(request) if request.method == "POST" else plan.version)
    if request.method == "POST" and _save(form, saving):
        toast(request, _("Saved"), more=warning(saving.record, reader=request.user))  # type: ignore[arg-type]
        return _back(request, plan)
    context = {"title": _("Edit plan"), "plan": plan, "version": saving.version, "differences": saving.differences}
    return _form_page(request, form, context)


# Parts of the form that follow what is typed


@require_GET
@may("plan", "view")
def contacts(request: Request) -> HttpResponse:
    """The contacts of the customer that was chosen, as check boxes, and its open opportunities."""
    form = PlanEditor(request.GET, by=request.user, only=["customer", "contacts", "opportunity"])
    customer = form.customer()
    chosen = [int(one) for one in request.GET.getlist("contacts") if one.isdecimal() and len(one) < 18]
    label = PLAN.fields["contacts"].label
    choices = contact_choices(customer, form.book, chosen)
    boxes = Pills(label, choices).render("contacts", chosen, {"id": "id_contacts"})
    context = {"boxes": boxes, "none": not choices, "customer": customer, "form": form if form.has_deals else None}
    return render(request, "activities/plans/contacts.html", context)


@require_GET
@may("plan", "view")
def conflicts(request: Request) -> HttpResponse:
    """Who is busy at the time that was chosen."""
    given = request.GET
    starts, ends = moment_of_text(given.get("starts_at", "")), moment_of_text(given.get("ends_at", ""))
    people = [int(one) for one in given.getlist("participants") if one.isdecimal() and len(one) < 18]
    but = [int(one) for one in given.getlist("but") if one.isdecimal() and len(one) < 18]
    found = []
    if starts is not None and not given.get("is_all_day"):
        found = clashes([request.user.pk, *people], starts, ends, reader=request.user, but=but)
    return render(request, "activities/plans/conflicts.html", {"clashes": found})


@require_GET
@may("plan", "view")
def repeat_words(request: Request) -> HttpResponse:
    """The rule that is being chosen, in words."""
    form = PlanEditor(request.GET, by=request.user, only=["starts_at", "is_all_day"])
    form.is_valid()
    starts = form.cleaned_data.get("starts_at")
    words = words_of(form.cleaned_data, starts, house_zone()) if starts else ""
    return render(request, "activities/plans/words.html", {"words": words})


# Verbs


@require_POST
@may("plan", "edit")
def complete(request: Request, pk: int) -> HttpResponse:
    """Done; with words about it the plan becomes a follow-up."""
    plan = _plan(request, pk, "edit")
    logged = complete_plan(plan, request.POST.get("content", ""), by=request.user)
    if logged is not None:
        toast(request, told(logged), more=" · ".join(logged.reasons))
        return _back(request, plan)
    kind = "customer" if plan.customer_id else "lead"
    about = plan.customer_id or plan.lead_id
    log = f"{reverse('activities:quick')}?{urlencode({kind: about})}" if about else ""
    undo = reverse("plans:reopen", args=[pk])
    act = (str(_("Log a follow-up")), log) if log and request.user.may("follow_up", "create") else None
    toast(request, _("“%(plan)s” is done") % {"plan": plan}, undo=undo, act=act)
    return _back(request, plan)


@require_POST
@may("plan", "edit")
def reopen(request: Request, pk: int) -> HttpResponse:
    plan = _plan(request, pk, "edit")
    plan.reopen(by=request.user)
    toast(request, _("“%(plan)s” is open again") % {"plan": plan})
    return _back(request, plan)


@require_POST
@may("plan", "edit")
def cancel(request: Request, pk: int) -> HttpResponse:
    """It will not happen: this one, the later ones too, or all."""
    plan = _plan(request, pk, "edit")
    number = cancel_series(plan, _which(request), by=request.user)
    undo = reverse("plans:reopen", args=[pk]) if number == 1 else ""
    toast(request, ngettext("%(n)d plan cancelled", "%(n)d plans cancelled", number) % {"n": number}, undo=undo)
    return _back(request, plan)


@require_POST
@may("plan", "edit")
def reschedule(request: Request, pk: int) -> HttpResponse:
    """Another day at the same time of day, or another moment."""
    plan = _plan(request, pk, "edit")
    starts = _other_time(plan, request.POST.get("starts_at") or request.POST.get("day", ""))
    return _moved(request, plan, {"starts_at": starts})


def _other_time(plan: Plan, text: str) -> datetime:
    try:
        starts = clean_moment(text)
    except Invalid as refusal:
        raise RuleBroken(str(refusal)) from refusal
    if len(text.strip()) > 10 or plan.is_all_day:
        return starts
    at = timezone.localtime(plan.starts_at).time() if plan.starts_at else time(9)
    return timezone.make_aware(datetime.combine(timezone.localdate(starts), at))


@require_POST
@may("plan", "edit")
def move(request: Request, pk: int) -> HttpResponse:
    """Where a plan was dragged to: beginning, end, whole days. The address alone says it, too, for taking it back."""
    plan = _plan(request, pk, "edit")
    given = request.POST if request.POST.get("starts_at") is not None else request.GET
    return _moved(request, plan, _dragged(given))


def _dragged(given: Any) -> dict[str, Any]:
    if not given.get("starts_at"):
        return {"starts_at": None, "ends_at": None, "is_all_day": False}
    try:
        starts = clean_moment(given["starts_at"])
        ends = clean_moment(given["ends_at"]) if given.get("ends_at") else None
    except Invalid as refusal:
        raise RuleBroken(str(refusal)) from refusal
    if given.get("is_all_day") == "1":
        starts = start_of(timezone.localdate(starts))
        ends = max(ends, starts + DAY) if ends else starts + DAY
        return {"starts_at": starts, "ends_at": ends, "is_all_day": True}
    if ends is not None and ends < starts:
        raise RuleBroken(_("A plan ends after it begins."))
    return {"starts_at": starts, "ends_at": ends, "is_all_day": False}


def _moved(request: Request, plan: Plan, changes: dict[str, Any]) -> HttpResponse:
    which = _which(request)
    before = reverse("plans:move", args=[plan.pk]) + "?" + urlencode(_as_it_was(plan))
    version = typed_version(request) if request.POST.get("version") else None
    change_series(plan, which, by=request.user, version=version, **changes)
    undo = before if which == "this" or plan.series_id is None else ""
    said = _("“%(plan)s”: %(when)s") % {"plan": plan, "when": when_in_words(plan)}
    more = warning(plan, reader=request.user)
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"text": said, "more": more, "undo": undo, "version": plan.version})
    toast(request, said, more=more, undo=undo)
    return _back(request, plan)


def _as_it_was(plan: Plan) -> dict[str, str]:
    written = {name: value.isoformat() for name in ("starts_at", "ends_at") if (value := getattr(plan, name))}
    return {"starts_at": "", **written, "is_all_day": "1" if plan.is_all_day else ""}


@require_POST
@may("plan", "delete")
def delete(request: Request, pk: int) -> HttpResponse:
    plan = _plan(request, pk, "delete")
    plan.delete_by(request.user)
    toast(request, _("“%(plan)s” is in the recycle bin") % {"plan": plan}, undo=reverse("plans:restore", args=[pk]))
    return go(request, safe_next(request, reverse("calendar:calendar")))


@require_POST
@may("plan", "delete")
def restore(request: Request, pk: int) -> HttpResponse:
    plan = Plan.objects.binned(request.user).filter(pk=pk).first()
    if plan is not None:
        plan.restore(by=request.user)
        toast(request, _("“%(plan)s” was restored") % {"plan": plan})
    return go(request, "plans:detail", pk)
