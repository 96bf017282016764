"""From what a stranger has typed to a lead."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.leads.forms import LeadForm
from keyuan.leads.models import Lead
from keyuan.leads.web_form.models import WebForm
from keyuan.leads.web_form.notices import tell_arrival
from keyuan.org.models import User
from keyuan.records.forms import required_sentence
from keyuan.records.history import Operation
from keyuan.records.keys import refusing_nothing

SOURCE = "form"
"""Where history says that such a lead came from."""


class PublicForm(LeadForm):
    """The fields of one public form, read by the kinds of the catalogue.

    Args:
        of: says which fields are asked, and which are required.
    """

    def __init__(self, data: Any, *, of: WebForm, by: User) -> None:
        self.of = of
        super().__init__(data, by=by, only=of.fields)
        self.order_fields(of.fields)
        for name in of.needed:
            if name in self.fields:
                self.fields[name].required = True
        if of.consent:
            wanted = {"required": _("Tick this to send the form.")}
            self.fields["consent"] = forms.BooleanField(label=of.consent, error_messages=wanted)

    def full_clean(self) -> None:
        super().full_clean()
        for name in [*self.cleaned_data] if self.is_bound else ():
            field: Any = self.fields.get(name)
            if name != "consent" and field is not None and field.required and self.cleaned_data[name] in (None, ""):
                self.add_error(name, required_sentence(field.catalogue_field))


def robot_at(address: str) -> User:
    """In whose name a stranger's form becomes a lead; history keeps the address of the browser."""
    robot = User.objects.robot()
    robot.source, robot.address = SOURCE, address
    return robot


@transaction.atomic
def take(form: PublicForm, of: WebForm) -> Lead:
    """A new lead with source and campaign of the form, at whoever receives; they hear of it."""
    values = {name: value for name, value in form.cleaned_data.items() if name in of.fields}
    robot = form.by
    operation = Operation.begin("lead.created", by=robot)
    with refusing_nothing():
        lead = Lead.add(by=robot, operation=operation, source=of.source, campaign=of.campaign, **where(of), **values)
    if lead.owner_id is None or lead.owner_id == of.receiver_id:  # whom a rule gave it to has been told
        tell_arrival(lead, of, by=robot)
    return lead


def where(of: WebForm) -> dict[str, Any]:
    """Whose a lead of this form is: the receiver's, else it lies in the pool, else where leads of nobody lie."""
    receiver = of.receiver if of.receiver is not None and of.receiver.is_active else None
    if receiver is None and of.pool is not None and of.pool.is_active:
        return {"owner": None, "department": None, "pool": of.pool, "released_at": timezone.now()}
    return {"owner": receiver}
