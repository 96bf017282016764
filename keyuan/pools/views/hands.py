"""Claiming, assigning, giving back and locking as pages: of one record and of many, with script and without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.pools.claiming import Outcome, assign_each, claim, claimed_today, for_each, release, undo_hands
from keyuan.pools.kinds import KINDS
from keyuan.pools.limits import limits_of
from keyuan.pools.models import Pool
from keyuan.pools.seeing import pools_seen
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation
from keyuan.records.kinds import Choice
from keyuan.records.kinds.links import find_person
from keyuan.records.namebook import NameBook
from keyuan.records.widgets import Picker
from keyuan.ui.pages import go, page, safe_next, toast

MOST = 500
"""So many records are claimed, assigned or given back at once."""
NAMED = 5
REASON = Choice("release_reason")


class AssignForm(forms.Form):
    """Who gets the records."""

    to = forms.CharField(
        label=gettext_lazy("New owner"), error_messages={"required": gettext_lazy("Choose the new owner.")}
    )

    def __init__(self, data: Any, *, by: User) -> None:
        super().__init__(data)
        book = NameBook(by)
        self.fields["to"].widget = Picker(
            "/colleagues/", lambda given: {int(pk): str(book.person(int(pk)) or pk) for pk in given}
        )

    def clean_to(self) -> User:
        person = find_person(self.cleaned_data["to"])
        if person is None or not person.is_active:
            raise forms.ValidationError(_("Nobody here is called “%(name)s”.") % {"name": self.cleaned_data["to"][:40]})
        return person


class ReleaseForm(forms.Form):
    """Why records are given back, and into which pool."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why it is given back"),
        error_messages={"required": gettext_lazy("Choose the reason for giving it back.")},
    )
    pool = forms.ChoiceField(label=gettext_lazy("Into which pool"), required=False)

    def __init__(self, data: Any, *, by: User, module: str) -> None:
        super().__init__(data)
        self.book, self.pools = NameBook(by), pools_seen(by, module)
        reasons = [one for one in self.book.options(REASON.list) if not one.is_retired]
        self.fields["reason"].choices = [("", _("Choose")), *((one.key, str(one)) for one in reasons)]  # type: ignore[attr-defined]
        own = ("", _("The one whose rules hold for the owner"))
        self.fields["pool"].choices = [own, *((str(one.pk), one.name) for one in self.pools)]  # type: ignore[attr-defined]
        if len(self.pools) < 2:
            del self.fields["pool"]

    def clean_reason(self) -> Any:
        return REASON.parse(self.cleaned_data["reason"], self.book)

    @property
    def chosen_pool(self) -> Pool | None:
        wanted = self.cleaned_data.get("pool", "")
        return next((one for one in self.pools if str(one.pk) == wanted), None)


# Claiming


def claim_of(request: Request, rows: Any, back: str, chosen: int = 0) -> HttpResponse:
    """Claim these rows; what was refused is said beside what was not.

    Args:
        chosen: how many were chosen. What is missing among the rows has left the pool, and nobody is told to whom.
    """
    records, module = _few(rows), rows.model.module
    outcome = for_each(records, claim, f"{module}.claimed", by=request.user)
    gone = _gone(chosen - len(records))
    if not records:
        return refuse(request, gone or _("Nothing was chosen."), back)
    more = [_left_today(request.user, records, module) if outcome.done else "", gone]
    said = _("“%(name)s” is yours now"), _("%(n)s are yours now")
    return tell(request, outcome, said, " · ".join(filter(None, more)), back, f"/{module}s/pool/undo/")


def _gone(number: int) -> str:
    if number <= 0:
        return ""
    return ngettext(
        "Somebody was faster: it is no longer in this pool.",
        "Somebody was faster: %(n)d are no longer in this pool.",
        number,
    ) % {"n": number}


def _left_today(user: User, records: list[Any], module: str) -> str:
    """How many more one may claim today from the pool in which these lay."""
    pool = Pool.objects.filter(pk__in={one.pool_id for one in records}).first()
    most = limits_of(pool, user).claims if pool is not None else None
    if pool is None or most is None:
        return ""
    left = max(0, most - claimed_today(pool, user))
    return ngettext("%(n)d more today", "%(n)d more today", left) % {"n": left}


# Assigning and giving back


def assign_of(request: Request, rows: Any, given: QueryDict, back: str) -> HttpResponse:
    """Ask who gets these rows of a pool; then give them."""
    form = AssignForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        to: User = form.cleaned_data["to"]
        module = rows.model.module
        outcome = assign_each(_few(rows), module, to, by=request.user)
        said = _("“%(name)s” was assigned"), _("%(n)s were assigned")
        return tell(request, outcome, said, str(to), back, f"/{module}s/pool/undo/")
    return _asked(request, rows, given, form, _("Assign"), "pools/assign.html")


def release_of(request: Request, rows: Any, given: QueryDict, back: str) -> HttpResponse:
    """Ask why these rows are given back; then give them."""
    module = rows.model.module
    form = ReleaseForm(request.POST or None, by=request.user, module=module)
    if request.method == "POST" and form.is_valid():
        asked = {"reason": form.cleaned_data["reason"], "pool": form.chosen_pool}
        outcome = for_each(_few(rows), release, f"{module}.released", by=request.user, **asked)
        said = _("“%(name)s” was given back"), _("%(n)s were given back")
        return tell(request, outcome, said, "", back, f"/{module}s/pool/undo/")
    return _asked(request, rows, given, form, release_word(module), "pools/release.html")


def release_word(module: str) -> str:
    """How giving back is called: by its place."""
    return pgettext("lead", "Give back to the pool") if module == "lead" else _("Give back to the pool")


def _asked(request: Request, rows: Any, given: QueryDict, form: forms.Form, title: str, template: str) -> HttpResponse:
    number = rows.count()
    if not number:
        raise Http404
    context = {
        "title": title,
        "form": form,
        "number": number,
        "some": list(rows.order_by("-updated_at")[:NAMED]),
        "more": max(0, number - NAMED),
        "given": {name: given.get(name, "") for name in ("scope", "query", "chosen", "next")},
        "is_pool_of": rows.model.module,
    }
    return page(request, template, context, status=422 if form.is_bound else 200)


def undo_of(request: Request, model: type[Any], pk: int, words: Callable[[Any], str]) -> HttpResponse:
    """Take back what one has claimed, assigned or given back."""
    operation = Operation.objects.filter(pk=pk, by=request.user, verb__startswith=f"{model.module}.").first()
    if operation is None:
        raise Http404
    undone = undo_hands(operation, model, by=request.user)
    toast(request, words(undone))
    return redirect(safe_next(request, reverse(f"{model.module}s:list")))


# In words


def tell(request: Request, outcome: Outcome, said: tuple[str, str], more: str, back: str, undo: str) -> HttpResponse:
    """What was done and what not, with the way back: to the script, else on the next page.

    Args:
        said: the sentence about one record, and about several.
    """
    number = len(outcome.done)
    words = {"n": f"{number:,}", "name": str(outcome.done[0]) if number else ""}
    sentence = said[number > 1] % words
    refused = _refused(outcome)
    if not number:
        return refuse(request, refused or _("Nothing was chosen."), back)
    more = " · ".join(filter(None, [more, refused]))
    told = {"text": sentence, "more": more, "undo": f"{undo}{outcome.operation.pk}/"}
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"toast": told, "done": [one.pk for one in outcome.done]})
    toast(request, told["text"], more=told["more"], undo=told["undo"])
    return go(request, back)


def refuse(request: Request, sentence: str, back: str) -> HttpResponse:
    """Say why nothing was done: to the script, else on the next page."""
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"sentence": sentence}, status=409)
    toast(request, sentence)
    return go(request, back)


def _refused(outcome: Outcome) -> str:
    """Why not all: the first sentence, and how many others there are."""
    if not outcome.refused:
        return ""
    record, sentence = outcome.refused[0]
    if len(outcome.refused) == 1 and not outcome.done:
        return sentence
    number = len(outcome.refused)
    said = _("not “%(name)s”: %(why)s") if number == 1 else _("%(n)d were not: “%(name)s”: %(why)s")
    return said % {"n": number, "name": record, "why": sentence}


def _few(rows: Any) -> list[Any]:
    """These records, unless they are too many to be looked at one by one."""
    found = list(rows.order_by("pk")[: MOST + 1])
    if len(found) > MOST:
        raise RuleBroken(_("At most %(n)d at once. Narrow the list down.") % {"n": MOST})
    return found


def is_pooled(module: str) -> bool:
    return module in KINDS
