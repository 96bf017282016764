"""The one gate for follow-ups: composer, quick log, correction and API fill the same form."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from keyuan.activities.composing import Logged, NextStep, log_follow_up, whose_of
from keyuan.activities.fields import FOLLOW_UP, PLAN
from keyuan.activities.models import Plan
from keyuan.activities.models.plan import LONGEST_DAYS
from keyuan.activities.subjects import open_deals
from keyuan.customers.models import Contact, Customer
from keyuan.leads.models import Lead
from keyuan.opportunities.models import Opportunity
from keyuan.org.models import User
from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.moments import clean_moment
from keyuan.records.forms import RecordForm
from keyuan.records.relative_dates import start_of
from keyuan.ui.formats import until

WRITTEN = ("content", "kind", "at", "minutes", "contacts", "opportunity", "result", "place")
NEXT_STEP = ("next_day", "next_at", "next_subject")
AT_TEN = 10


class MomentField(forms.Field):
    """A point in time as `datetime-local` sends it, or as people write it."""

    def to_python(self, value: Any) -> datetime | None:
        try:
            return clean_moment(str(value)) if value else None
        except Invalid as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class FollowUpForm(RecordForm):
    """Reads and saves one follow-up. Whom it is about stays; the next contact is planned with a new one only."""

    catalogue = FOLLOW_UP
    only_new = frozenset({"customer", "lead", "next_contact_at"})

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        if "customer" in self.fields and data is not None and data.get("lead"):
            self.fields["customer"].required = False  # it is about a lead

    def defaults(self) -> dict[str, Any]:
        kinds = [one for one in self.book.options("follow_up_kind") if not one.is_retired]
        return {"kind": kinds[0].pk if kinds else None, "at": timezone.now()}

    def clean_minutes(self) -> int | None:
        minutes = self.cleaned_data.get("minutes")
        if minutes is not None and not 0 <= minutes <= 24 * 60:
            raise forms.ValidationError(_("Write the minutes as a number from 0 to 1440."))
        return int(minutes) if minutes is not None else None

    def save(self, *, version: int | None = None) -> Any:
        """A new follow-up plans the next contact as well; one that exists is corrected."""
        if self.instance is not None:
            return super().save(version=version)
        values = self.values()
        at = values.pop("next_contact_at", None)
        about = values.pop("customer", None) or values.pop("lead", None)
        values.pop("lead", None)
        return log_follow_up(about, by=self.by, next_step=NextStep(at) if at else None, **values).follow_up


class PlanForm(RecordForm):
    """Reads and saves one plan."""

    catalogue = PLAN

    def defaults(self) -> dict[str, Any]:
        kinds = [one for one in self.book.options("follow_up_kind") if not one.is_retired]
        return {"kind": kinds[0].pk if kinds else None, "priority": Plan.Priority.NORMAL}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts, ends = self._had(cleaned, "starts_at"), self._had(cleaned, "ends_at")
        if self._had(cleaned, "is_all_day") and starts and (ends is None or ends >= starts):
            starts, ends = whole_days(starts, ends)
            cleaned |= {"starts_at": starts, "ends_at": ends}
        if ends and (starts is None or ends < starts):
            self.add_error("ends_at" if "ends_at" in self.fields else None, _("A plan ends after it begins."))
        elif ends and starts and ends - starts > timedelta(days=LONGEST_DAYS):
            self.add_error("ends_at", _("A plan lasts at most %(n)d days.") % {"n": LONGEST_DAYS})
        self._check_contacts(cleaned)
        return cleaned

    def _had(self, cleaned: dict[str, Any], name: str) -> Any:
        return cleaned[name] if name in cleaned else getattr(self.instance, name, None)

    def clean_contacts(self) -> list[int]:
        given = self.cleaned_data["contacts"]
        return still_named(self, given) if self._keeps_customer(self.cleaned_data) else given

    def _keeps_customer(self, cleaned: dict[str, Any]) -> bool:
        return self.instance is not None and self._had(cleaned, "customer") == self.instance.customer  # type: ignore[attr-defined]

    def _check_contacts(self, cleaned: dict[str, Any]) -> None:
        """Who is named anew belongs to the customer; who was named before may be gone."""
        contacts, customer = set(self._had(cleaned, "contacts") or ()), self._had(cleaned, "customer")
        if self._keeps_customer(cleaned):
            contacts -= set(self.instance.contacts)  # type: ignore[union-attr]
        rows = Contact.rows.living().filter(pk__in=contacts, customer=customer)
        if contacts and (customer is None or rows.count() < len(contacts)):
            self.add_error("contacts" if "contacts" in self.fields else None, _("Choose contacts of this customer."))

    def clean_priority(self) -> str:
        return self.cleaned_data.get("priority") or Plan.Priority.NORMAL


def whole_days(starts: datetime, ends: datetime | None) -> tuple[datetime, datetime]:
    """From the first midnight to the one after the last day; both in the organisation's zone."""
    first = timezone.localdate(starts)
    last = timezone.localdate(ends - timedelta(microseconds=1)) if ends and ends > starts else first
    return start_of(first), start_of(last + timedelta(days=1))


class ComposerForm(FollowUpForm):
    """A follow-up of one customer together with its next step.

    Args:
        about: the customer or lead whose follow-up it is.
        opportunity: the one that it hangs on, where the page is about one.
    """

    next_day = MomentField(required=False)  # one of the chips
    next_at = MomentField(required=False)  # another time, which wins
    next_subject = forms.CharField(
        label=gettext_lazy("Next step"),
        max_length=200,
        required=False,
        error_messages={"max_length": gettext_lazy("Use at most 200 characters for the next step.")},
    )
    completes = forms.CharField(required=False)
    token = forms.UUIDField(required=False)

    def __init__(
        self, *args: Any, about: Customer | Lead, by: User, opportunity: Opportunity | None = None, **options: Any
    ) -> None:
        super().__init__(*args, by=by, only=WRITTEN, **options)
        self.about, self.opportunity = about, opportunity
        if isinstance(about, Lead):  # has neither contacts nor opportunities
            for name in ("contacts", "opportunity"):
                self.fields.pop(name, None)
        self.fields["at"].required = False
        self.fields["kind"].required = False
        self.days = days_for(by)
        if not self.days:
            for name in NEXT_STEP:
                del self.fields[name]

    def clean_at(self) -> datetime:
        return self.cleaned_data.get("at") or timezone.now()

    def clean_kind(self) -> Any:
        kind = self.cleaned_data.get("kind")
        return kind or self.book.option(self.defaults()["kind"])

    def clean_completes(self) -> Plan | None:
        text = self.cleaned_data["completes"]
        if not text.isdecimal() or len(text) > 18:
            return None
        rows = Plan.objects.allowed(self.by, "edit").open().filter(**whose_of(self.about))
        return rows.filter(pk=int(text)).first()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["next_at"] = cleaned.get("next_at") or cleaned.pop("next_day", None)
        if cleaned.get("next_subject") and not cleaned.get("next_at") and "next_at" not in self.errors:
            self.add_error("next_at", _("Choose the day of the next step."))
        at = cleaned.get("next_at")
        if at is not None and at < timezone.now() - timedelta(minutes=1):
            self.add_error("next_at", _("The next contact lies in the past. Choose a later time."))
        return cleaned

    def log(self) -> Logged:
        """Save all of it.

        Raises:
            NotAllowed, RuleBroken.
        """
        extra = ("next_day", "next_at", "next_subject", "completes", "token")
        values = {name: value for name, value in self.values().items() if name not in extra}
        if self.opportunity is not None:
            values["opportunity"] = self.opportunity
        at = self.cleaned_data.get("next_at")
        return log_follow_up(
            self.about,
            by=self.by,
            token=self.cleaned_data.get("token"),
            completes=self.cleaned_data.get("completes"),
            next_step=NextStep(at, self.cleaned_data.get("next_subject", "")) if at else None,
            **values,
        )


def days_for(user: User) -> list[tuple[str, datetime]]:
    """The days that are offered for the next contact; none to those who may not plan."""
    return next_days() if user.may("plan", "create") else []


def next_days(now: datetime | None = None) -> list[tuple[str, datetime]]:
    """The days that are likely for the next contact, as chips: tomorrow, in three days, next Monday, each at ten.

    The one in three days is no weekend.
    """
    today = timezone.localdate(now)
    monday = today + timedelta(days=7 - today.weekday())
    third = today + timedelta(days=3)
    third += timedelta(days=(7 - third.weekday()) if third.weekday() > 4 else 0)
    labels = {monday: pgettext("next contact", "Next Monday"), third: "", today + timedelta(days=1): _("Tomorrow")}
    moments = {day: start_of(day) + timedelta(hours=AT_TEN) for day in sorted(labels)}
    return [(labels[day] or until(at, now=now), at) for day, at in moments.items()]


class CorrectionForm(FollowUpForm):
    """An author mends what they wrote; whom it is about stays."""

    def __init__(self, *args: Any, only: Iterable[str] | None = None, **options: Any) -> None:
        super().__init__(*args, only=only or WRITTEN, **options)
        if "opportunity" in self.fields:
            self.fields["opportunity"].widget = deal_choice(self.instance, self.by)

    def clean_contacts(self) -> list[int]:
        return still_named(self, self.cleaned_data["contacts"])


def deal_choice(record: Any, user: User) -> forms.Select:
    """The open opportunities of the customer of a record; its own stays, told by name to those who see it."""
    kept = record.opportunity_id
    found = open_deals(record.customer, user, kept) if record.customer else []
    choices = [("", "—"), *((str(one.pk), one.name) for one in found)]
    if kept and str(kept) not in dict(choices):
        choices.append((str(kept), _("An opportunity that you may not see")))
    return forms.Select(choices=choices)


def still_named(form: RecordForm, given: list[int]) -> list[int]:
    """Whom the record names from now on: who was named and can't be offered any more, because they are deleted, work
    elsewhere or are hidden from the person, stays named."""
    record: Any = form.instance
    rows = Contact.objects.visible_to(form.by).filter(pk__in=record.contacts, customer=record.customer_id)
    offered = set(rows.values_list("pk", flat=True))
    had = [pk for pk in record.contacts if pk in given or pk not in offered]
    return [*had, *(pk for pk in given if pk not in record.contacts)]


def new_token() -> uuid.UUID:
    return uuid.uuid4()
