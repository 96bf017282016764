"""What the page of a record shows of its activities: next step, composer, time line; and what a save of it does."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from keyuan.activities.composing import Logged, matching_plan, next_plan, whose_of
from keyuan.activities.fields import PLAN
from keyuan.activities.forms import ComposerForm, new_token
from keyuan.activities.models import Plan
from keyuan.activities.subjects import Subject, subject_or_404
from keyuan.activities.timeline import KINDS, Asked, Page, counts_of, page_of
from keyuan.customers.fields import CONTACT
from keyuan.customers.models import Contact
from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.records.errors import RuleBroken
from keyuan.records.namebook import NameBook
from keyuan.records.veil import veil
from keyuan.ui.attachments.taking import Pending, take_files
from keyuan.ui.audience import may
from keyuan.ui.formats import phone_display, until
from keyuan.ui.pages import go, page, toast, wants_part

SHOWN_PLANS = 5


@require_http_methods(["GET", "POST"])
@may("customer", "view", ("lead",))
def of(request: Request, kind: str, pk: int) -> HttpResponse:
    """The activities of one record; a POST logs a follow-up."""
    subject = subject_or_404(request, kind, pk)
    if request.method == "POST":
        if not subject.sees_customer or not subject.may_write:
            raise Http404
        return _log(request, subject)
    return _shown(request, subject, _form(request, subject))


def _form(request: Request, subject: Subject, data: Any = None) -> ComposerForm:
    return ComposerForm(data, by=request.user, about=subject.about, opportunity=subject.opportunity)


def _log(request: Request, subject: Subject) -> HttpResponse:
    form, files = _form(request, subject, request.POST), take_files(request)
    logged = save(form, files)
    if logged is None:
        return _shown(request, subject, form, status=422, files=files)
    toast(request, told(logged), more=" · ".join(logged.reasons))
    if not wants_part(request):
        return redirect(subject.url)
    response = _shown(request, subject, _form(request, subject), fresh=True)
    response["HX-Trigger"] = json.dumps({**json.loads(response["HX-Trigger"]), "kx:followed": {}})
    return response


def save(form: ComposerForm, files: Pending) -> Logged | None:
    """The follow-up with its files, all of it or nothing; None where the form says what is wrong."""
    try:
        with transaction.atomic():
            logged = form.log() if form.is_valid() else None
            if logged is not None and logged.is_new and files:
                files.attach_to(logged.follow_up)
            return logged
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return None


def told(logged: Logged) -> str:
    """What one save did, in a sentence."""
    parts = [_("Follow-up saved")]
    if logged.completed is not None:
        parts.append(_("“%(plan)s” is done") % {"plan": logged.completed})
    if logged.planned is not None:
        parts.append(_("next contact %(when)s") % {"when": until(logged.planned.starts_at)})
    if logged.reasons:
        parts.append(_("it does not count as an effective follow-up"))
    return " · ".join(parts)


def _shown(
    request: Request,
    subject: Subject,
    form: ComposerForm,
    *,
    status: int = 200,
    fresh: bool = False,
    files: Pending | None = None,
) -> HttpResponse:
    step = next_plan(subject.about, request.user, **subject.narrowed)
    veil(PLAN, [step] if step else [], request.user)
    context = {
        "title": str(subject.opportunity or subject.about.short_or_name),
        "subject": subject,
        "form": form,
        "composer": composer(subject, form, fresh) if may_log(subject) else None,
        "next": step,
        "uploaded": files.chips() if files else [],
        "may_plan": request.user.may("plan", "create") and subject.sees_customer and subject.may_write,
        **_line(request, subject, form.book if subject.user is request.user else NameBook(subject.user)),
    }
    template = "activities/of.html" if wants_part(request) else "activities/of_page.html"
    response = render(request, template, context, status=status)
    if wants_part(request):  # the tabs of the page around show them, too
        counts = {f"lines_{name}": number for name, number in context["counts"].items()}
        response["HX-Trigger"] = json.dumps({"kx:counts-now": counts})
    return response


def may_log(subject: Subject) -> bool:
    return subject.sees_customer and subject.may_write and subject.user.may("follow_up", "create")


def composer(subject: Subject, form: ComposerForm, fresh: bool) -> dict[str, Any]:
    """What the composer shows besides its form."""
    first = subject.first_contact
    chosen = form.data.getlist("contacts") if form.is_bound else [str(first.pk)] if first else []  # type: ignore[attr-defined]
    kinds = [one for one in form.book.options("follow_up_kind") if not one.is_retired]
    kind = form.data.get("kind") if form.is_bound else (kinds[0].key if kinds else "")
    return {
        "kinds": [(one, one.key == kind) for one in kinds],
        "results": [one for one in form.book.options("follow_up_result") if not one.is_retired],
        "contacts": [(in_words(one, form.book), str(one.pk) in chosen) for one in subject.contacts],
        "days": form.days,
        "matching": matching_plan(subject.about, subject.user, **subject.narrowed),
        "deals": subject.deals,
        "deal": form.data.get("opportunity", "") if form.is_bound else "",
        "token": form.data.get("token") if form.is_bound else new_token(),
        "fresh": fresh,
    }


def in_words(contact: Contact, book: NameBook) -> dict[str, Any]:
    """A contact as it is chosen: title, role, number, and what they like to be told (K6, K9)."""
    numbers = str(contact.mobile or contact.phone).split(";")
    preferences, concerns = contact.preferences.strip(), contact.concerns.strip()
    told = [
        _("preferences: %(text)s") % {"text": preferences} if preferences else "",
        _("concerns: %(text)s") % {"text": concerns} if concerns else "",
    ]
    return {
        "contact": contact,
        "roles": CONTACT.fields["roles"].kind.plain(contact.roles, book),
        "number": phone_display(numbers[0]) if numbers[0] else "",
        "prefers": " · ".join(filter(None, told)),
    }


def _line(request: Request, subject: Subject, book: NameBook) -> dict[str, Any]:
    asked = asked_of(request, subject)
    customer = subject.customer.pk if subject.customer else None
    counts = counts_of(customer, book, asked)
    return {
        "line": page_of(customer, book, asked),
        "asked": asked,
        "counts": counts | {"all": counts["follow_ups"] + counts["changes"]},
        "book": book,
        **leading_on(subject),
    }


def opens_deals(user: User) -> bool:
    return user.may("opportunity", "create")


def leading_on(subject: Subject) -> dict[str, Any]:
    """Whether opportunities come of these follow-ups: of one's own, or of all where one may edit the customer."""
    customer = subject.customer if subject.opportunity is None and opens_deals(subject.user) else None
    return {
        "may_open": customer is not None,
        "opens_all": customer is not None and customer.allows(subject.user, "edit"),
    }


def asked_of(request: HttpRequest, subject: Subject) -> Asked:
    contact = subject.contact.pk if subject.contact else None
    deal = subject.opportunity.pk if subject.opportunity else None
    given = request.GET
    kind, q = given.get("kind", ""), given.get("q", "").replace("\x00", "")
    kind = kind if kind in KINDS else "all"
    lead = subject.lead.pk if subject.lead else None
    return Asked(kind, q[:100], contact, given.get("before", ""), deal, subject.sees_customer, lead)


@require_GET
@may("customer", "view", ("lead",))
def timeline(request: Request, kind: str, pk: int) -> HttpResponse:
    """The time line alone: another kind, a search, or the page after a mark."""
    subject = subject_or_404(request, kind, pk)
    book = NameBook(subject.user)
    asked = asked_of(request, subject)
    shown: Page = page_of(subject.customer.pk if subject.customer else None, book, asked)
    context: dict[str, Any] = {"title": subject.about.short_or_name, "subject": subject, "asked": asked}
    context |= {"line": shown, "book": book}
    context |= leading_on(subject)
    if not wants_part(request):
        return page(request, "activities/timeline_page.html", context)
    return render(request, "activities/lines.html", context)


@require_GET
@may("plan", "view")
def plans(request: Request, kind: str, pk: int) -> HttpResponse:
    """The open plans of a record, for its right column."""
    subject = subject_or_404(request, kind, pk)
    rows = (
        Plan.objects.visible_to(request.user)
        .open()
        .filter(**whose_of(subject.about), **subject.narrowed)
        .select_related("kind")
    )
    found = list(rows.order_by("starts_at", "pk")[: SHOWN_PLANS + 1])
    context = {"subject": subject, "plans": found[:SHOWN_PLANS], "more": len(found) > SHOWN_PLANS}
    if not wants_part(request):
        return go(request, subject.url)
    return render(request, "activities/plans_block.html", context)
