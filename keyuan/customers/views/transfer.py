"""The page that gives records to somebody else, and takes that back (W5)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from keyuan.customers.lists import CUSTOMER_LIST
from keyuan.customers.transferring import HANGINGS, Hanging, Transferred, transfer, undo_transfer
from keyuan.customers.views.bulk import chosen
from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.records.history import Operation
from keyuan.records.kinds.links import find_person
from keyuan.records.namebook import NameBook
from keyuan.records.undoing import Undone
from keyuan.records.widgets import Picker
from keyuan.ui.audience import may, signed_in
from keyuan.ui.lists.asked import Asked
from keyuan.ui.lists.page import ListOf
from keyuan.ui.pages import go, page, safe_next, toast

NAMED = 5


class TransferForm(forms.Form):
    """Who gets the records, and what goes along.

    Args:
        hangings: what may go along.
    """

    to = forms.CharField(
        label=gettext_lazy("New owner"), error_messages={"required": gettext_lazy("Choose the new owner.")}
    )

    def __init__(self, data: Any, *, by: User, hangings: list[Hanging]) -> None:
        super().__init__(data)
        book = NameBook(by)
        self.fields["to"].widget = Picker(
            "/colleagues/", lambda given: {int(pk): str(book.person(int(pk)) or pk) for pk in given}
        )
        for one in hangings:
            self.fields[f"with_{one.name}"] = forms.BooleanField(label=one.label, required=False, initial=True)

    def clean_to(self) -> User:
        person = find_person(self.cleaned_data["to"])
        if person is None or not person.is_active:
            raise forms.ValidationError(_("Nobody here is called “%(name)s”.") % {"name": self.cleaned_data["to"][:40]})
        return person

    @property
    def along(self) -> list[str]:
        ticked = [name for name, value in self.cleaned_data.items() if value]
        return [name.removeprefix("with_") for name in ticked if name.startswith("with_")]

    def hanging_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("with_")]


@require_http_methods(["GET", "POST"])
@may("customer", "transfer")
def customer_transfer(request: Request) -> HttpResponse:
    return transfer_of(request, CUSTOMER_LIST)


def transfer_of(request: Request, spec: ListOf) -> HttpResponse:
    """Ask who gets the chosen records; then give them."""
    given = request.POST if request.method == "POST" else request.GET
    asked = Asked.of(reverse(spec.route), QueryDict(given.get("query", "")))
    rows = chosen(request, spec, asked, given).reached_by(request.user, "transfer")
    every = HANGINGS[spec.catalogue.module].values()
    hangings = [one for one in every if request.user.may(one.model.module, one.operation)]
    form = TransferForm(request.POST or None, by=request.user, hangings=hangings)
    if request.method == "POST" and form.is_valid():
        done = transfer(rows, form.cleaned_data["to"], by=request.user, along=form.along)
        _say(request, done, form.cleaned_data["to"])
        return go(request, safe_next(request, asked.url()))
    number = rows.count()
    if not number:
        raise Http404
    context = {
        "title": _("Transfer"),
        "form": form,
        "number": number,
        "some": list(rows.order_by("-updated_at")[:NAMED]),
        "more": max(0, number - NAMED),
        "given": {name: given.get(name, "") for name in ("scope", "query", "chosen", "next")},
    }
    return page(request, "customers/transfer.html", context, status=422 if form.is_bound else 200)


def _say(request: Request, done: Transferred, to: User) -> None:
    said = ngettext("%(n)s record now belongs to %(name)s", "%(n)s records now belong to %(name)s", done.number)
    along = sum(done.along.values())
    more = [_("%(n)s went along") % {"n": f"{along:,}"}] if along else []
    undo = reverse("transfers:undo", args=[done.operation.pk]) if done.number else ""
    more += [_("can be undone for 7 days")] if undo else []
    toast(request, said % {"n": f"{done.number:,}", "name": to}, more=" · ".join(more), undo=undo)


@require_POST
@signed_in
def transfer_undo(request: Request, pk: int) -> HttpResponse:
    """Everything goes back, and what has been given away since is named."""
    operation = Operation.objects.filter(pk=pk, by=request.user, verb__endswith=".transferred").first()
    if operation is None:
        raise Http404
    undone = undo_transfer(operation, by=request.user)
    toast(request, in_words(undone))
    return redirect(safe_next(request, "/"))


def in_words(undone: Undone) -> str:
    """How many came back, and which did not."""
    said = ngettext("%(n)s record went back", "%(n)s records went back", undone.number) % {"n": f"{undone.number:,}"}
    if not undone.left:
        return said
    names = "、".join(str(record) for record, _fields in undone.left[:NAMED])
    kept = ngettext("%(n)d was changed since: %(names)s", "%(n)d were changed since: %(names)s", len(undone.left))
    return f"{said} · {kept % {'n': len(undone.left), 'names': names}}"
