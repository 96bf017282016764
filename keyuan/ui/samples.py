"""Invented data for the components page."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from keyuan.ui import cells

COMPANIES = [
    ("宁波云桥精密机械有限公司", "c3", Decimal(860000), 0, 2),
    ("无锡启锐新能源装备有限公司", "c2", Decimal(742000), 1, 7),
    ("苏州瑞和汽车零部件股份有限公司", "c2", Decimal(485000), 12, 0),
    ("合肥芯岸微电子有限公司", "c1", Decimal(128500000), 34, -3),
    ("济南泉北重型锻造有限公司", "c4", Decimal(8400), None, None),
]
PEOPLE = ["林晓彤", "陈志远", "周子涵", "赵一鸣", "王思敏", "沈岩"]


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label=gettext_lazy("Customer name"), max_length=100)
    kind = forms.ChoiceField(
        label=gettext_lazy("Class"),
        choices=[
            ("prospect", gettext_lazy("Prospect")),
            ("signed", gettext_lazy("Signed")),
        ],
    )
    phone = forms.RegexField(
        r"^[\d\s+-]{7,20}$",
        label=gettext_lazy("Phone"),
        required=False,
        help_text=gettext_lazy("Landlines with area code"),
    )
    notes = forms.CharField(label=gettext_lazy("Notes"), required=False, widget=forms.Textarea)
    go_on = forms.BooleanField(label=gettext_lazy("Log a follow-up after saving"), required=False)


class SecretForm(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def form_title() -> str:
    return _("New customer")


def saved() -> str:
    return _("Saved")


def undo_period() -> str:
    return _("can be undone for 24 hours")


def context() -> dict[str, Any]:
    """Everything the components page shows."""
    refused = SampleForm({"name": "", "phone": "0574-8"}, auto_id="refused_%s")
    refused.is_valid()
    now = timezone.now()
    return {
        "title": _("Components"),
        "form": SampleForm(),
        "refused": refused,
        "secret": SecretForm(),
        "companies": [company(*row, now=now) for row in COMPANIES],
        "people": PEOPLE,
        "now": now,
        "earlier": [now - timedelta(**ago) for ago in ({"seconds": 20}, {"minutes": 8}, {"days": 1}, {"days": 9})],
        "long_ago": date(2025, 6, 12),
        "amounts": [Decimal(text) for text in ("8400", "86000", "128000000", "-3120")],
        "tabs": tabs(),
        "figures": figures(),
        "facts": facts(),
        "stages": stages(),
        "steps": [_("Upload"), _("Map fields"), _("Preview"), _("Import")],
        "chip": [
            ("field", _("Last follow-up")),
            ("op", pgettext("filter", "is within")),
            ("value", _("30 days")),
        ],
        "pages": [(1, "?page=1", True), (2, "?page=2", False), (3, "?page=3", False)],
        "swatches": ["t1", "t2", "t3", "t4", "t5", "t6"],
    }


def company(name: str, kind: str, amount: Decimal, silent: int | None, due: int | None, now: Any) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "class": {
            "c1": _("Prospect"),
            "c2": _("Interested"),
            "c3": _("Signed"),
            "c4": _("Returning"),
        }[kind],
        "amount": amount,
        "last": None if silent is None else now - timedelta(days=silent),
        "next": None if due is None else now + timedelta(days=due),
        "owner": PEOPLE[len(name) % len(PEOPLE)],
    }


def tabs() -> list[dict[str, Any]]:
    return [
        {"label": _("All customers"), "url": "#", "count": 1284, "current": False},
        {"label": _("Department customers"), "url": "#", "count": 312, "current": True},
        {"label": _("Mine"), "url": "#", "count": 52, "current": False},
        {"label": _("To follow up"), "url": "#", "count": None, "current": False},
    ]


def figures() -> list[dict[str, Any]]:
    rising, falling = cells.spark([3, 5, 4, 7, 6, 9, 8, 12]), cells.spark([9, 6, 8, 5, 6, 3, 4, 2])
    against = {"against": _("vs. last month")}
    return [
        {"label": _("New customers"), "value": "23", "change": "+5", "good": True, "line": rising, **against},
        {"label": _("New amount"), "value": "¥186.4", "unit": "万", "change": "+12.6%", "good": True, **against},
        {
            "label": _("Won"),
            "value": "¥92.6",
            "unit": "万",
            "change": "−8.3%",
            "good": False,
            "line": falling,
            **against,
        },
        {"label": _("Win rate"), "value": "57.1", "unit": "%", "against": _("no change")},
    ]


def facts() -> list[dict[str, Any]]:
    return [
        {"label": _("Open amount"), "value": "¥86.0万", "small": "1"},
        {"label": _("Last follow-up"), "value": _("Yesterday")},
        {"label": _("Next contact"), "value": _("Today"), "kind": "acc"},
        {"label": _("Level"), "value": "A"},
    ]


def stages() -> list[dict[str, str]]:
    return [
        {"label": _("Prospect"), "state": "done"},
        {"label": _("Interested"), "state": "done"},
        {"label": _("Signed"), "state": "now"},
        {"label": _("Returning"), "state": ""},
    ]
