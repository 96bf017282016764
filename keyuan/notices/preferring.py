"""What a person wants to be told, in the product and by mail, and when it is quiet."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keyuan.notices.kinds import kinds_for
from keyuan.notices.models import EVERY_DAY, NoticePreferences
from keyuan.org.models import User
from keyuan.ui import formats

APP, MAIL = "app", "mail"


class PreferencesForm(forms.Form):
    """Switches per kind, named `app` and `mail` with the kind as their value; quiet hours; days."""

    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_to = forms.TimeField(
        label=gettext_lazy("Quiet until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("May lie on the next day, such as 22:00 until 07:30."),
    )
    days = forms.TypedMultipleChoiceField(coerce=int, choices=[(day, day) for day in EVERY_DAY], required=False)
    app = forms.MultipleChoiceField(required=False)
    mail = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, user: User, now: NoticePreferences, **kwargs: Any) -> None:
        start = {"quiet_from": now.quiet_from, "quiet_to": now.quiet_to, "days": now.quiet_days}
        super().__init__(*args, **{**kwargs, "initial": start})
        self.now, self.offered = now, kinds_for(user)
        for name in (APP, MAIL):
            self.fields[name].choices = [(one.name, one.label) for one in self.offered]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        begins, ends = given.get("quiet_from"), given.get("quiet_to")
        if not {"quiet_from", "quiet_to"} & self.errors.keys():
            if (begins is None) != (ends is None):
                missing = "quiet_to" if ends is None else "quiet_from"
                self.add_error(missing, _("Give both times, or none for no quiet hours."))
            elif begins is not None and begins == ends:
                self.add_error("quiet_to", _("Give an end that is not the beginning."))
            elif begins is not None and not given.get("days"):
                self.add_error("days", _("Choose a day, or leave both times empty."))
        return given

    @property
    def kinds(self) -> list[dict[str, Any]]:
        """The lines of the table."""
        shown = set(self.data.getlist(APP)) if self.is_bound else None  # type: ignore[attr-defined]
        mailed = set(self.data.getlist(MAIL)) if self.is_bound else None  # type: ignore[attr-defined]
        return [
            {
                "kind": kind,
                "in_app": self.now.shows(kind.name) if shown is None else kind.name in shown,
                "by_mail": self.now.mails(kind.name, kind.by_mail) if mailed is None else kind.name in mailed,
            }
            for kind in self.offered
        ]

    @property
    def weekdays(self) -> list[dict[str, Any]]:
        chosen = {int(day) for day in self["days"].value() or () if str(day).isdecimal()}
        return [
            {"day": day, "label": formats.WEEKDAYS[formats.language()][day], "is_on": day in chosen}
            for day in EVERY_DAY
        ]


def prefer(user: User, given: dict[str, Any]) -> None:
    """Remember what somebody has chosen for themselves; what was not offered to them stays as it is."""
    offered = [kind.name for kind in kinds_for(user)]
    before = NoticePreferences.of([user.pk])[user.pk]
    NoticePreferences.objects.update_or_create(
        user=user,
        defaults={
            "off": [name for name in before.off if name not in offered]
            + [name for name in offered if name not in given[APP]],
            "by_mail": before.by_mail | {name: name in given[MAIL] for name in offered},
            "quiet_from": given["quiet_from"],
            "quiet_to": given["quiet_to"],
            "quiet_days": sorted(given["days"]) or list(EVERY_DAY),
        },
    )
