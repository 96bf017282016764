"""What a form asks and whose its leads are, as it is administered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from keyuan.leads.fields import LEAD
from keyuan.leads.web_form.models import ASKABLE, MOST_ORIGINS, NAMES, PRESET, PRESET_NEEDED, WAYS, WebForm
from keyuan.leads.web_form.origins import read_origins
from keyuan.org.models import User
from keyuan.pools.membership import managed
from keyuan.pools.models import Pool
from keyuan.records.cleaners import Invalid
from keyuan.records.kinds import Choice
from keyuan.records.kinds.links import find_person
from keyuan.records.namebook import NameBook
from keyuan.records.options import Option
from keyuan.records.widgets import Picker, Pills

SOURCE = Choice("source")


def _long(name: str, rows: int = 3) -> forms.CharField:
    column = WebForm._meta.get_field(name)
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=column.verbose_name,  # type: ignore[union-attr]
        max_length=column.max_length,  # type: ignore[union-attr]
        required=False,
        widget=area,
    )


class WebFormSettings(forms.Form):
    """Reads the settings of one form.

    Args:
        by: who administers it; they choose as receiver only whom they may give leads to.
        of: the form as it is; one that is not kept yet has its campaign or source.
    """

    title = forms.CharField(
        label=pgettext_lazy("web form", "Heading"),
        max_length=120,
        error_messages={"required": gettext_lazy("Write a heading.")},
    )
    intro = _long("intro")
    asked = forms.MultipleChoiceField(label=pgettext_lazy("web form", "Fields"), required=False)
    needed = forms.MultipleChoiceField(label=gettext_lazy("Required fields"), required=False)
    source = forms.CharField(label=pgettext_lazy("lead", "Source"), required=False)
    receiver = forms.CharField(label=pgettext_lazy("web form", "Who receives the leads"), required=False)
    pool = forms.CharField(label=pgettext_lazy("web form", "Pool that receives them"), required=False)
    consent = _long("consent", 2)
    button = forms.CharField(label=pgettext_lazy("web form", "Words of the button"), max_length=40, required=False)
    thanks = _long("thanks", 2)
    origins = forms.CharField(
        label=pgettext_lazy("web form", "May be embedded by"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "https://www.example.com"}),
        help_text=gettext_lazy("Websites, one a line. Empty: it is embedded nowhere."),
    )
    is_active = forms.BooleanField(label=pgettext_lazy("web form", "Open to the public"), required=False)

    def __init__(self, data: Any, *, by: User, of: WebForm) -> None:
        super().__init__(data, initial=_initial(of))
        self.by, self.of, self.book = by, of, NameBook(by)
        choices = [(name, str(LEAD.fields[name].label)) for name in ASKABLE]
        for name in ("asked", "needed"):
            field: Any = self.fields[name]
            field.choices = choices
            field.widget = Pills(field.label, choices)
        self.fields["receiver"].widget = Picker("/colleagues/", self._people)
        self.fields["receiver"].help_text = _("Nobody: whoever sees all leads assigns them.")
        offered = [(str(one.pk), one.name) for one in pools_for(by, of)]
        if offered:
            self.fields["pool"].widget = forms.Select(choices=[("", "—"), *offered])
        else:
            del self.fields["pool"]
        if of.campaign is None or not by.rights.sees("lead", "source"):
            del self.fields["source"]  # a form that is kept keeps its source
        else:
            offered = [(one.key, str(one)) for one in SOURCE.offered(self.book)]
            self.fields["source"].widget = forms.Select(choices=[("", "—"), *offered])

    def _people(self, given: list[str]) -> dict[int, str]:
        pks = [int(one) for one in given if len(one) < 18]
        self.book.meet(pks)
        return {pk: str(self.book.person(pk) or pk) for pk in pks}

    def clean_source(self) -> Option | None:
        try:
            return SOURCE.parse(self.cleaned_data["source"], self.book)
        except Invalid as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def clean_receiver(self) -> User | None:
        text = self.cleaned_data["receiver"].strip()
        if not text:
            return None
        person = find_person(text)
        if person is None or not person.is_active:
            raise forms.ValidationError(_("Nobody here is called “%(name)s”.") % {"name": text[:40]})
        giving = self.by.reach("lead", "create") | self.by.reach("lead", "assign") | self.by.reach("lead", "transfer")
        if person.pk not in (self.by.pk, self.of.receiver_id) and not giving.covers(person.pk, person.department_id):
            raise forms.ValidationError(_("You may not create records for %(name)s.") % {"name": person})
        return person

    def clean_pool(self) -> Pool | None:
        text = self.cleaned_data["pool"]
        found = {str(one.pk): one for one in pools_for(self.by, self.of)}
        if text and text not in found:
            raise forms.ValidationError(_("Choose one of the pools."))
        if text and self.cleaned_data.get("receiver") is not None:
            raise forms.ValidationError(_("Choose a person or a pool, not both."))
        return found.get(text)

    def clean_origins(self) -> list[str]:
        try:
            found = read_origins(self.cleaned_data["origins"])
        except Invalid as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        if len(found) > MOST_ORIGINS:
            raise forms.ValidationError(_("At most %(most)d websites.") % {"most": MOST_ORIGINS})
        return found

    def clean_asked(self) -> list[str]:
        asked = [name for name in ASKABLE if name in self.cleaned_data["asked"]]
        if not set(asked) & set(NAMES):
            raise forms.ValidationError(_("Ask for the company or the name."))
        if not set(asked) & set(WAYS):
            raise forms.ValidationError(_("Ask for a way to get in touch: a phone, an e-mail or WeChat."))
        return asked

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        asked = cleaned.get("asked")
        if asked is not None and "needed" in cleaned:
            cleaned["needed"] = needed_of(asked, cleaned["needed"])
        return cleaned

    def save(self) -> WebForm:
        return self.of.keep(by=self.by, **self.cleaned_data)


def pools_for(by: User, of: WebForm) -> list[Pool]:
    """The pools of leads that may receive: those whose leads `by` may assign, and the one that is chosen already."""
    everything = by.reach("lead", "assign").everything
    pools = Pool.objects.filter(kind=Pool.Kind.LEAD).order_by("pk")
    mine = managed(by, Pool.Kind.LEAD, "assign")
    return [one for one in pools if everything or one.pk in mine or one.pk == of.pool_id]


def needed_of(asked: list[str], wanted: list[str]) -> list[str]:
    """What must be filled in: of the fields that are asked those that are wanted, and the only name where one is."""
    names = [name for name in NAMES if name in asked]
    lone = names if len(names) == 1 else []
    return [name for name in ASKABLE if name in asked and (name in wanted or name in lone)]


def _initial(of: WebForm) -> dict[str, Any]:
    if of.pk is None:
        return {
            "title": of.title,
            "asked": list(PRESET),
            "needed": list(PRESET_NEEDED),
            "source": of.source.key if of.source else "",
            "is_active": True,
            "thanks": pgettext("web form", "Thank you. We will be in touch soon."),
        }
    names = ("title", "intro", "thanks", "button", "consent", "asked", "needed", "is_active")
    kept = {name: getattr(of, name) for name in names}
    kept |= {
        "source": of.source.key if of.source else "",
        "receiver": of.receiver_id or "",
        "pool": str(of.pool_id or ""),
    }
    return kept | {"origins": "\n".join(of.origins)}
