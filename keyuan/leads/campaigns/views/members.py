"""Who is in a campaign: putting records in, from their lists or its page; what they answered; taking them out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.campaigns.models import Campaign
from keyuan.customers.lists import CONTACT_LIST, CUSTOMER_LIST
from keyuan.customers.views.bulk import chosen
from keyuan.leads.campaigns.joining import Joined, join, leave, members_of, note_answer, unjoin
from keyuan.leads.campaigns.models import KINDS, LONGEST_RESULT
from keyuan.leads.campaigns.roll import MembersPage
from keyuan.leads.lists import LEAD_LIST
from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.records.cleaners import Invalid
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation
from keyuan.records.kinds import Choice, Link, Links
from keyuan.records.namebook import NameBook
from keyuan.records.options import Option
from keyuan.records.widgets import Picker
from keyuan.ui.audience import may
from keyuan.ui.editing import record_or_404
from keyuan.ui.errors import note
from keyuan.ui.lists.asked import Asked
from keyuan.ui.lists.page import ListOf
from keyuan.ui.pages import go, page, quiet, safe_next, toast

LISTS: dict[str, ListOf] = {"customer": CUSTOMER_LIST, "contact": CONTACT_LIST, "lead": LEAD_LIST}
ANSWER = Choice("campaign_answer")
FIRST = "invited"
NAMED = 5


class AnswerForm(forms.Form):
    """What somebody answered.

    Args:
        by: who asks; retired entries of the list are offered to nobody.
    """

    answer = forms.CharField(label=pgettext_lazy("campaign", "Answer"), required=False)

    def __init__(self, data: Any, *, by: User, **options: Any) -> None:
        super().__init__(data, **options)
        self.book = NameBook(by)
        offered = [(one.key, str(one)) for one in self.book.options("campaign_answer") if not one.is_retired]
        self.fields["answer"].widget = forms.Select(choices=[("", "—"), *offered])

    def clean_answer(self) -> Option | None:
        return parsed(lambda: ANSWER.parse(self.cleaned_data["answer"], self.book))


class JoinForm(AnswerForm):
    """Which campaign the chosen records are put into."""

    campaign = forms.CharField(
        label=gettext_lazy("Campaign"), error_messages={"required": gettext_lazy("Choose a campaign.")}
    )
    field_order = ("campaign", "answer")

    def __init__(self, data: Any, *, by: User, **options: Any) -> None:
        super().__init__(data, by=by, **options)
        self.link = Link("Campaign")
        self.fields["campaign"].widget = Picker("/campaigns/pick/", lambda given: named("Campaign", given, self.book))

    def clean_campaign(self) -> Campaign:
        found: Any = parsed(lambda: self.link.parse(self.cleaned_data["campaign"], self.book))
        if found is None:
            raise forms.ValidationError(_("Choose a campaign."))
        return found


class MembersForm(AnswerForm):
    """Customers and contacts that are put into one campaign from its page."""

    customers = forms.Field(label=pgettext_lazy("heading", "Customers"), required=False)
    contacts = forms.Field(label=pgettext_lazy("heading", "Contacts"), required=False)
    field_order = ("customers", "contacts", "answer")

    def __init__(self, data: Any, *, by: User, **options: Any) -> None:
        super().__init__(data, by=by, **options)
        for name, model in (("customers", "Customer"), ("contacts", "Contact")):
            if by.may(model.lower(), "view"):
                self.fields[name].widget = _many(model, self.book)
            else:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, model in (("customers", "Customer"), ("contacts", "Contact")):
            if name in self.fields:
                texts = cleaned.get(name) or []
                try:
                    cleaned[name] = Links(model).parse_many(texts, self.book) if texts else []
                except Invalid as refusal:
                    self.add_error(name, str(refusal))
        if not self.errors and not any(cleaned.get(name) for name in ("customers", "contacts")):
            raise forms.ValidationError(_("Choose at least one customer or contact."))
        return cleaned


class MemberForm(AnswerForm):
    """What one member answered, and what came of it."""

    result = forms.CharField(
        label=pgettext_lazy("campaign", "Result"),
        required=False,
        max_length=LONGEST_RESULT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _many(model: str, book: NameBook) -> Picker:
    return Picker(f"/{model.lower()}s/pick/", lambda given: named(model, given, book), many=True)


def named(model: str, given: list[str], book: NameBook) -> dict[int, str]:
    """The names of what was chosen, as far as the person sees it."""
    pks = [int(one) for one in given if len(one) < 18]
    known = book.meet_records(Link(model).model, pks)
    return {pk: known[pk] for pk in pks if known.get(pk)}


def parsed(read: Any) -> Any:
    """What a kind makes of a text, its refusal as one of the form."""
    try:
        return read()
    except Invalid as refusal:
        raise forms.ValidationError(str(refusal)) from refusal


@require_http_methods(["GET", "POST"])
@may("campaign", "view")
def join_chosen(request: Request) -> HttpResponse:
    """Ask into which campaign the chosen records of a list go; then put them there."""
    given = request.POST if request.method == "POST" else request.GET
    spec = LISTS.get(given.get("module", ""))
    if spec is None or not request.user.may(spec.catalogue.module, "view"):
        raise Http404
    asked = Asked.of(reverse(spec.route), QueryDict(given.get("query", "")))
    rows = chosen(request, spec, asked, given)
    number = rows.count()
    if not number:
        raise Http404
    form = JoinForm(request.POST or None, by=request.user, initial={"answer": FIRST})
    if request.method == "POST" and form.is_valid():
        campaign = form.cleaned_data["campaign"]
        say(request, join(rows, campaign, by=request.user, answer=form.cleaned_data["answer"]), campaign)
        return go(request, safe_next(request, asked.url()))
    context = {
        "title": _("Put into a campaign"),
        "form": form,
        "some": list(rows.order_by("-updated_at")[:NAMED]),
        "more": max(0, number - NAMED),
        "given": {name: given.get(name, "") for name in ("module", "scope", "query", "chosen", "next")},
    }
    return page(request, "campaigns/join.html", context, status=422 if form.is_bound else 200)


def say(request: Request, joined: Joined, campaign: Campaign) -> None:
    """How many came in, and how many were there before."""
    said = ngettext("%(n)s is in “%(name)s” now", "%(n)s are in “%(name)s” now", joined.number)
    more = ngettext("%(n)s was there already", "%(n)s were there already", joined.already)
    told = more % {"n": f"{joined.already:,}"} if joined.already else ""
    undo = reverse("campaigns:unjoin", args=[campaign.pk, joined.operation.pk]) if joined.operation else ""
    toast(request, said % {"n": f"{joined.number:,}", "name": campaign}, more=told, undo=undo)


@require_POST
@may("campaign", "view")
def undo(request: Request, pk: int, operation: int) -> HttpResponse:
    """Take those out again who were put in together."""
    campaign = record_or_404(Campaign, request, pk)
    done = get_object_or_404(Operation, pk=operation, by=request.user)
    try:
        number = unjoin(campaign, done, by=request.user)
    except RuleBroken as refusal:
        if not quiet(request):
            raise
        return note(409, str(refusal))
    said = ngettext("%(n)s was taken out of “%(name)s” again", "%(n)s were taken out of “%(name)s” again", number)
    toast(request, said % {"n": f"{number:,}", "name": campaign})
    return go(request, "campaigns:detail", pk)


@require_http_methods(["GET", "POST"])
@may("campaign", "view")
def add(request: Request, pk: int) -> HttpResponse:
    """Customers and contacts that somebody types the name of."""
    campaign = record_or_404(Campaign, request, pk)
    form = MembersForm(request.POST or None, by=request.user, initial={"answer": FIRST})
    if request.method == "POST" and form.is_valid():
        joined, operation = Joined(), Operation.begin("campaign.joined", by=request.user)
        for name, kind in (("customers", "customer"), ("contacts", "contact")):
            if pks := form.cleaned_data.get(name):
                rows = KINDS[kind].objects.visible_to(request.user).filter(pk__in=pks)
                answer = form.cleaned_data["answer"]
                one = join(rows, campaign, by=request.user, answer=answer, operation=operation)
                put = one.operation or joined.operation
                joined = Joined(joined.number + one.number, joined.already + one.already, put)
        say(request, joined, campaign)
        return go(request, "campaigns:detail", pk)
    context = {"title": _("Add members"), "form": form, "campaign": campaign}
    return page(request, "campaigns/add.html", context, status=422 if form.is_bound else 200)


@require_GET
@may("campaign", "view")
def members(request: Request, pk: int) -> HttpResponse:
    """All members that the reader sees, by what they answered."""
    campaign = record_or_404(Campaign, request, pk)
    return page(request, "campaigns/members.html", MembersPage(campaign, request).context())


@require_POST
@may("campaign", "view")
def members_bulk(request: Request, pk: int) -> HttpResponse:
    """Note the answer of the chosen members, or take them out."""
    campaign = record_or_404(Campaign, request, pk)
    ids = [int(one) for one in request.POST.getlist("ids") if one.isdecimal() and len(one) < 18]
    rows = members_of(campaign, request.user).filter(pk__in=ids)
    if request.POST.get("verb") == "leave":
        number = leave(rows, campaign, by=request.user)
        said = ngettext("%(n)s was taken out", "%(n)s were taken out", number)
    elif request.POST.get("verb") == "answer":
        try:
            answer = ANSWER.parse(request.POST.get("answer", ""), NameBook(request.user))
        except Invalid as refusal:
            raise RuleBroken(str(refusal)) from refusal
        number = note_answer(rows, campaign, by=request.user, answer=answer)
        said = ngettext("%(n)s was changed", "%(n)s were changed", number)
    else:
        raise RuleBroken(_("Choose what to do with the selected rows."))
    toast(request, said % {"n": f"{number:,}"})
    return redirect(safe_next(request, reverse("campaigns:members", args=[pk])))


@require_http_methods(["GET", "POST"])
@may("campaign", "view")
def member(request: Request, pk: int, member: int) -> HttpResponse:
    """One member: what it answered, and what came of it."""
    campaign = record_or_404(Campaign, request, pk)
    one = get_object_or_404(members_of(campaign, request.user, to_change=True).with_records(), pk=member)
    book = NameBook(request.user)
    held = book.option(one.answer_id)
    initial = {"answer": held.key if held else "", "result": one.result}
    form = MemberForm(request.POST or None, by=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        found = members_of(campaign, request.user).filter(pk=one.pk)
        note_answer(found, campaign, by=request.user, **form.cleaned_data)
        toast(request, _("Saved"))
        return go(request, safe_next(request, reverse("campaigns:members", args=[pk])))
    context = {"title": str(one), "form": form, "campaign": campaign, "next": request.GET.get("next", "")}
    return page(request, "campaigns/member.html", context, status=422 if form.is_bound else 200)
